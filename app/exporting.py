"""`gonogo export` and `gonogo verify`, put together: the database or a file in, an archive or its proof out."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final

from sqlalchemy.exc import DatabaseError

from app.adapters.clock import SystemClock
from app.adapters.db.codec import event_codec
from app.adapters.db.export import Found, find, last_body, log_of, reading
from app.adapters.db.schema import trouble_with
from app.adapters.render import TemplateRenderer
from app.cli import Unusable
from app.domain.messages import Report
from app.domain.plan.reader import read_plan
from app.domain.release.archive import EVIDENCE, REPORT, make_archive
from app.domain.release.archive_evidence import evidence_text
from app.domain.release.archive_manifest import Manifest
from app.domain.release.archive_proof import Broken, Verified, chain_trouble, verify
from app.domain.release.archive_zip import MAX_BYTES
from app.domain.release.chain import Link
from app.domain.release.events import Event, ReleaseStarted
from app.domain.release.events_course import PlanAdopted
from app.domain.release.fold import fold
from app.domain.release.report import report_of
from app.settings import SettingsError, load_database_url

_UNFIT_FOR_A_NAME: Final = re.compile(r"[^A-Za-z0-9._+-]+")


def export_from_settings(release: str, repo: str | None, output: Path | None) -> tuple[Path, Manifest]:
    """Write the archive of a release of the settings' database. Raises Unusable where that cannot be."""
    try:
        url = load_database_url()
    except SettingsError as error:
        raise Unusable(str(error)) from error
    return export(url, release, repo, output, SystemClock().now())


def export(
    url: str, release: str, repo: str | None, output: Path | None, exported_at: datetime
) -> tuple[Path, Manifest]:
    """Write the archive of a release, and return where it is and what it says of itself.

    What is written was proved first: a log that somebody has altered is not exported. Raises Unusable.
    """
    found, log, body = _read(url, release, repo)
    if broken := chain_trouble(log):
        raise Unusable(f"The log of {_named(found)} is broken, and nothing was written: {broken}")
    links = [kept for _, kept in log]
    try:
        derived = derive([kept.body for kept in links])
        data = make_archive(links, derived, body, exported_at=exported_at, by=f"gonogo {version('gonogo')}")
    except ValueError as error:
        raise Unusable(f"{_named(found)} cannot be exported: {error}") from error
    proof = verify(data, derive)
    if isinstance(proof, Broken):
        raise Unusable(f"{_named(found)} cannot be exported: {proof}")
    path = output or Path(_UNFIT_FOR_A_NAME.sub("-", f"{found.repo.partition('/')[2]}-{found.version}.zip"))
    _write(path, data)
    return path, proof.manifest


def verify_file(path: Path, head: str | None = None) -> Verified | Broken:
    """Return whether the archive in a file is whole. Raises Unusable where there is no file to read."""
    try:
        with path.open("rb") as file:
            data = file.read(2 * MAX_BYTES)  # more than an archive may have: then it is told that it is too large
    except OSError as error:
        raise Unusable(f"{path} cannot be read: {error.strerror}") from error
    return verify(data, derive, head)


def derive(bodies: Sequence[str]) -> Mapping[str, str]:
    """Return `evidence.json` and `report.md` as this version makes them of a log. Raises ValueError."""
    events: list[Event] = []
    for number, body in enumerate(bodies, start=1):
        try:
            events.append(event_codec().decode(body))
        except ValueError as error:
            raise ValueError(f"event {number} is none that this version knows") from error
    release = fold(events)
    if release is None:
        raise ValueError("there is no event")
    pinned = [event for event in events if isinstance(event, ReleaseStarted | PlanAdopted)][-1]
    plan = read_plan(pinned.plan_text, path=pinned.plan_path, version=release.version)
    view = report_of(plan, release, events)
    return {EVIDENCE: evidence_text(view), REPORT: TemplateRenderer().message(Report(view=view)) + "\n"}


def _read(url: str, release: str, repo: str | None) -> tuple[Found, Sequence[tuple[int, Link]], str | None]:
    try:
        with reading(url) as connection:
            if trouble := trouble_with(connection):
                raise Unusable(f"Nothing can be exported: {trouble}")
            found = _the_one(find(connection, release, repo), release, repo)
            return found, log_of(connection, found.id), last_body(connection, found.id)
    except FileNotFoundError as error:
        raise Unusable(f"There is no database {error}. GONOGO_DATABASE_URL says where it is.") from error
    except DatabaseError as error:
        raise Unusable(f"The database cannot be read: {error.orig}") from error


def _the_one(found: Sequence[Found], release: str, repo: str | None) -> Found:
    if not found:
        raise Unusable(f"There is no release {release}{f' in {repo}' if repo else ''}.")
    if len(found) > 1:
        lines = (f"  {_named(one)}, started {one.opened_at:%Y-%m-%d %H:%M} UTC: {one.id}" for one in found)
        asked = "Name one by its id" + (
            "" if len({one.repo for one in found}) == 1 else ", or its repository by --repo"
        )
        raise Unusable("\n".join([f"Several releases are {release}. {asked}:", *lines]))
    return found[0]


def _named(found: Found) -> str:
    return f"{found.version} of {found.repo}"


def _write(path: Path, data: bytes) -> None:
    is_ours = False
    try:
        with path.open("xb") as file:
            is_ours = True
            file.write(data)
    except FileExistsError as error:
        raise Unusable(f"{path} is there already. Name another file with --output.") from error
    except OSError as error:
        if is_ours:
            path.unlink(missing_ok=True)  # half an archive proves nothing
        raise Unusable(f"{path} cannot be written: {error.strerror}") from error
