"""`gonogo export` and `gonogo verify`: a release's archive is written, and anybody can prove that it is whole."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from app.cli import told
from app.domain.release.archive_manifest import Manifest, moment
from app.domain.release.archive_proof import Broken, Verified

EXIT_BROKEN = 1

Export = Callable[[str, str | None, Path | None], tuple[Path, Manifest]]
"""Writes the archive of a release (id or version, repository, file) and says where, and what it holds."""

Verify = Callable[[Path, str | None], Verified | Broken]
"""Proves an archive, against a hash where one was noted."""

AsJson = Annotated[bool, typer.Option("--json", help="Print the result as one JSON object.")]


def add_archive(cli: typer.Typer, *, export: Export, verify: Verify) -> None:
    """Put both commands into the command line. The functions may raise Unusable."""

    @cli.command("export")
    def export_command(
        release: Annotated[str, typer.Argument(metavar="RELEASE", help="The release's version, or its id.")],
        output: Annotated[
            Path | None, typer.Option("--output", "-o", metavar="FILE", help="Where to; no file is overwritten.")
        ] = None,
        repo: Annotated[
            str | None, typer.Option(metavar="OWNER/NAME", help="Where several repositories have that version.")
        ] = None,
        *,
        as_json: AsJson = False,
    ) -> None:
        """Write all that is known of a release into one archive. Reads GONOGO_DATABASE_URL and nothing else."""
        path, manifest = told(lambda: export(release, repo, output))
        if as_json:
            typer.echo(json.dumps({"path": str(path), **_as_json(manifest)}, indent=2))
        else:
            typer.echo(_safe(f"{path}: {_summary(manifest)}"))
            typer.echo(f"head {manifest.head}\nNote the head elsewhere: `gonogo verify --head` compares with it.")

    @cli.command("verify")
    def verify_command(
        archive: Annotated[Path, typer.Argument(metavar="ARCHIVE", help="The file that `gonogo export` wrote.")],
        head: Annotated[
            str | None,
            typer.Option(metavar="HASH", help="The hash noted when it was exported.", callback=_hash),
        ] = None,
        *,
        as_json: AsJson = False,
    ) -> None:
        """Prove an archive whole, or name the first broken link. Exits 0 if whole, 1 if broken, 2 without a file."""
        found = told(lambda: verify(archive, head))
        if as_json:
            typer.echo(json.dumps({"path": str(archive), **_proof_as_json(found)}, indent=2))
        elif isinstance(found, Broken):
            typer.echo(_safe(f"{archive}: broken: {found}"))
        else:
            typer.echo(_safe(f"{archive}: whole: {_summary(found.manifest)}"))
            typer.echo(_safe(f"head {found.manifest.head}"))
            for warning in found.warnings:
                typer.echo(_safe(f"note: {warning}"))
        if isinstance(found, Broken):
            raise typer.Exit(EXIT_BROKEN)


def _summary(manifest: Manifest) -> str:
    events = "1 event" if manifest.events == 1 else f"{manifest.events} events"
    body = "" if manifest.has_body else ", without the issue's text"
    made = f"exported {moment(manifest.exported_at)} by {manifest.by}"
    return f"{manifest.version} of {manifest.repo}, {events}, {made}{body}"


def _as_json(manifest: Manifest) -> dict[str, object]:
    return {
        "release": manifest.release,
        "repo": manifest.repo,
        "version": manifest.version,
        "tag": manifest.tag,
        "events": manifest.events,
        "head": manifest.head,
        "exported_at": moment(manifest.exported_at),
        "by": manifest.by,
        "has_body": manifest.has_body,
    }


def _proof_as_json(found: Verified | Broken) -> dict[str, object]:
    if isinstance(found, Broken):
        return {"ok": False, "event": found.event, "kind": found.kind, "what": found.what}
    return {"ok": True, **_as_json(found.manifest), "warnings": list(found.warnings)}


def _hash(head: str | None) -> str | None:
    if head is not None and not re.fullmatch(r"[0-9A-Fa-f]{64}", head):
        raise typer.BadParameter("a hash is 64 hexadecimal digits")
    return head


def _safe(text: str) -> str:
    """The text without control characters, so that an archive cannot drive the terminal."""
    return "".join(character if character.isprintable() else "\ufffd" for character in text)
