"""Where `gonogo` begins: the command line with the service and the demo put in, each loaded only when asked for."""

from collections.abc import Sequence
from pathlib import Path

import typer

from app.cli import build_cli
from app.cli_archive import add_archive
from app.cli_changelog import add_changelog
from app.cli_deliveries import add_deliveries
from app.cli_doctor import add_doctor
from app.cli_guard import add_protect
from app.domain.doctor.check import Diagnosis
from app.domain.protection.report import ProtectReport
from app.domain.release.archive_manifest import Manifest
from app.domain.release.archive_proof import Broken, Verified
from app.ports import Replayed, Troubled


def serve(*, is_working: bool) -> None:
    """Run the service until it is told to stop."""
    from app.serving import serve_from_settings  # noqa: PLC0415 - `gonogo plan check` need not wait for a web server

    serve_from_settings(is_working=is_working)


def work(port: int | None) -> None:
    """Run a worker until it is told to stop."""
    from app.serving import work_from_settings  # noqa: PLC0415 - the same

    work_from_settings(port)


def demo(port: int) -> None:
    """Run the demo until it is told to stop."""
    from app.demo import run_demo  # noqa: PLC0415 - the same

    run_demo(port)


def upgrade() -> None:
    """Migrate the database of the settings."""
    from app.serving import upgrade_from_settings  # noqa: PLC0415 - the same

    upgrade_from_settings()


def export(release: str, repo: str | None, output: Path | None) -> tuple[Path, Manifest]:
    """Write a release's archive."""
    from app.exporting import export_from_settings  # noqa: PLC0415 - the same

    return export_from_settings(release, repo, output)


def verify(path: Path, head: str | None) -> Verified | Broken:
    """Prove an archive."""
    from app.exporting import verify_file  # noqa: PLC0415 - the same

    return verify_file(path, head)


def protect(repo: str, apply: bool) -> ProtectReport:  # noqa: FBT001 - handed over by place
    """Look at a repository's protection, and set it up where asked."""
    from app.protecting import protect_from_settings  # noqa: PLC0415 - the same

    return protect_from_settings(repo, apply=apply)


def diagnose(repo: str | None) -> Diagnosis:
    """Look at everything that the service needs."""
    from app.examining import diagnose_from_settings  # noqa: PLC0415 - the same

    return diagnose_from_settings(repo)


def troubled() -> Sequence[Troubled]:
    """Return the deliveries that could not be handled."""
    from app.replaying import troubled_from_settings  # noqa: PLC0415 - the same

    return troubled_from_settings()


def replay(delivery: str) -> Replayed:
    """Put a delivery back."""
    from app.replaying import replay_from_settings  # noqa: PLC0415 - the same

    return replay_from_settings(delivery)


def changelog(span: str, repo: Path, *, as_json: bool, template: Path | None) -> tuple[str, tuple[str, ...]]:
    """Write the notes of a clone's history."""
    from app.changelog import changelog as write  # noqa: PLC0415 - the same

    return write(span, repo, as_json=as_json, template=template)


def whole_cli() -> typer.Typer:
    """Return the command line with everything put in."""
    made = build_cli(serve=serve, work=work, demo=demo, upgrade=upgrade)
    add_archive(made, export=export, verify=verify)
    add_changelog(made, changelog=changelog)
    add_protect(made, protect)
    add_doctor(made, diagnose)
    add_deliveries(made, troubled, replay)
    return made


def cli() -> None:
    """Run the command line."""
    whole_cli()()
