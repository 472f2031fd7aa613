"""The proof of an archive: whether it is whole, or which of its links is the first that is broken."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Final, cast

from app.domain.release.archive import DERIVED, EVENTS, About, about, log_line, plan_files
from app.domain.release.archive_manifest import BODY, MANIFEST, BadManifest, Manifest, read_manifest, seal
from app.domain.release.archive_zip import NoArchive, unpacked
from app.domain.release.chain import GENESIS, Link, canonical, first_broken

Derive = Callable[[Sequence[str]], Mapping[str, str]]
"""Makes `evidence.json` and `report.md` of the events' JSON. May raise whatever it likes where it cannot."""

MOST_DERIVED: Final = 20_000
"""Events from which evidence and report are derived again: the time that takes grows faster than their number."""

_UNWRITTEN: Final = "its line is not as it was written"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """The archive is whole: what it says of itself, and what is worth knowing all the same, in words."""

    manifest: Manifest
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """The archive is not whole: what is wrong, and with which event, where it is one."""

    what: str
    event: int | None = None  # its position, from 1
    kind: str | None = None  # where that can be read

    def __str__(self) -> str:
        """Say it in a line."""
        if self.event is None:
            return self.what
        return f"event {self.event}{f' ({self.kind})' if self.kind else ''}: {self.what}"


class _BrokenAt(Exception):
    def __init__(self, what: str, event: int | None = None, body: str = "") -> None:
        super().__init__(what)
        self.broken = Broken(what=what, event=event, kind=_kind(body))


def verify(data: bytes, derive: Derive, head: str | None = None) -> Verified | Broken:
    """Return whether an archive is whole. Never raises, whatever the bytes; bounded by `archive_zip.MAX_BYTES`.

    `head` is the hash of the log's last event as it was noted elsewhere: a log that was made up as a whole, with
    hashes that fit, does not have it.
    """
    try:
        return _verified(data, derive, head)
    except NoArchive as error:
        return Broken(what=f"this is no archive of a release: {error}")
    except BadManifest as error:
        return Broken(what=f"{MANIFEST}: {error}")
    except _BrokenAt as error:
        return error.broken


def chain_trouble(log: Sequence[tuple[int, Link]]) -> Broken | None:
    """Return the first event that does not follow from those before it, or bears another number than its place."""
    try:
        _check_chain(log)
    except _BrokenAt as error:
        return error.broken
    return None


def _verified(data: bytes, derive: Derive, head: str | None) -> Verified:
    container = unpacked(data)
    files = container.files
    for name in (MANIFEST, EVENTS):
        if name not in files:
            raise _BrokenAt(f"{name} is missing")
    # The events first: where one of them was changed, it is named, whatever else does not fit any more.
    log = _read_log(files[EVENTS])
    if container.trouble:
        raise _BrokenAt(container.trouble)
    manifest = read_manifest(files[MANIFEST])
    _check_end(manifest, log)
    bodies = [kept.body for kept in log]
    try:
        told = about(bodies)
    except ValueError as error:
        raise _BrokenAt(str(error)) from error
    _check_identity(manifest, told)
    _check_files(manifest, files, told)
    return Verified(manifest=manifest, warnings=(*_noted(log, head), *_derived_otherwise(files, derive, bodies)))


# -- the log -------------------------------------------------------------------------------------------------


def _read_log(content: bytes) -> Sequence[Link]:
    """Read and check the log. The first event that is broken is told, be it by its form or by its place."""
    log: list[tuple[int, Link]] = []
    unread: _BrokenAt | None = None
    # Line by line: as a list, sixty-four megabytes of line ends would take more than a gigabyte.
    for position, line in enumerate(BytesIO(content), start=1):
        try:
            log.append(_line(position, line))
        except _BrokenAt as error:
            unread = error
            break
    _check_chain(log)
    if unread is not None:
        raise unread
    if not log:
        raise _BrokenAt("there is no event")
    return [kept for _, kept in log]


def _line(position: int, line: bytes) -> tuple[int, Link]:
    try:
        text = line.decode()
        value = cast("object", json.loads(text))
    except (ValueError, RecursionError) as error:
        raise _BrokenAt("its line cannot be read", position) from error
    fields = cast("dict[str, object]", value) if isinstance(value, dict) else {}
    version, body, previous, hash_ = (fields.get(key) for key in ("version", "body", "previous", "hash"))
    if not (type(version) is int and isinstance(body, str) and isinstance(previous, str) and isinstance(hash_, str)):
        raise _BrokenAt(_UNWRITTEN, position)
    kept = Link(body=body, previous=previous, hash=hash_)
    if f"{log_line(version, kept)}\n" != text:  # not so with a key too many either, or one twice
        raise _BrokenAt(_UNWRITTEN, position, body)
    return version, kept


def _check_chain(log: Sequence[tuple[int, Link]]) -> None:
    broken = first_broken(kept for _, kept in log)
    before = GENESIS
    for position, (version, kept) in enumerate(log, start=1):
        if version != position:
            what = f"event {position} is missing here" if version > position else "it does not belong here"
            raise _BrokenAt(f"it bears the number {version}: {what}", position, kept.body)
        if position == broken:
            is_moved = kept.previous != before
            what = "it does not follow on the one before it" if is_moved else "its hash is not that of its content"
            raise _BrokenAt(f"{what}: the log was altered", position, kept.body)
        if not _is_event(kept.body):
            raise _BrokenAt("it is no event", position)
        before = kept.hash


def _is_event(body: str) -> bool:
    """Whether it is JSON as we write it, of which there is one text only, and says what kind of event it is."""
    try:
        return _kind(body) is not None and canonical(json.loads(body)) == body
    except (ValueError, RecursionError):
        return False


def _kind(body: str) -> str | None:
    """Return the kind of an event where it can be read."""
    try:
        value = cast("object", json.loads(body))
    except (ValueError, RecursionError):
        return None
    kind = cast("dict[str, object]", value).get("kind") if isinstance(value, dict) else None
    return kind if isinstance(kind, str) else None


# -- the manifest and the other files ---------------------------------------------------------------------------


def _check_end(manifest: Manifest, log: Sequence[Link]) -> None:
    found, wanted = len(log), manifest.events
    if found < wanted:
        raise _BrokenAt(f"it is missing: {MANIFEST} counts {wanted} events", found + 1)
    if found > wanted:
        at = max(wanted, 0) + 1
        raise _BrokenAt(f"it is one too many: {MANIFEST} counts {wanted} events", at, log[at - 1].body)
    if log[-1].hash != manifest.head:
        raise _BrokenAt(f"its hash is not the one in {MANIFEST}", found, log[-1].body)


def _check_identity(manifest: Manifest, told: About) -> None:
    said = (manifest.release, manifest.repo, manifest.version, manifest.tag)
    found = (told.release, told.repo, told.version, told.tag)
    for what, in_manifest, in_events in zip(("release", "repo", "version", "tag"), said, found, strict=True):
        if in_manifest != in_events:
            raise _BrokenAt(f"{MANIFEST} says {what} {in_manifest!r}, and the events say {in_events!r}")


def _check_files(manifest: Manifest, files: Mapping[str, bytes], told: About) -> None:
    pinned = plan_files(told.plans)
    wanted = {EVENTS, *DERIVED, *pinned, *({BODY} if manifest.has_body else ())}
    for name in sorted(wanted | manifest.files.keys() | (files.keys() - {MANIFEST})):
        if name not in wanted:
            raise _BrokenAt(f"{name} does not belong to this release")
        if name not in files:
            raise _BrokenAt(f"{name} is missing")
        if name in pinned and pinned[name] != files[name]:
            raise _BrokenAt(f"{name} is not the plan that was pinned")
        if manifest.files.get(name) != seal(files[name]):
            raise _BrokenAt(f"{name} was changed: {MANIFEST} knows it by another hash or size")


# -- what is told beside ------------------------------------------------------------------------------------------


def _noted(log: Sequence[Link], head: str | None) -> Iterator[str]:
    """Compare with a hash that was noted before. Raises where the log has no such event."""
    if head is None or log[-1].hash == head.lower():
        return
    at = next((position for position, kept in enumerate(log, start=1) if kept.hash == head.lower()), None)
    if at is None:
        raise _BrokenAt("no event has the hash that was noted: this is another log, or one that was written anew")
    yield f"the hash that was noted is that of event {at}: {len(log) - at} came after it"


def _derived_otherwise(files: Mapping[str, bytes], derive: Derive, bodies: Sequence[str]) -> Iterator[str]:
    names = sorted(DERIVED)
    if len(bodies) > MOST_DERIVED:
        yield f"{' and '.join(names)} were not derived again: there are more than {MOST_DERIVED:,} events"
        return
    try:
        derived = derive(bodies)
    except Exception as error:  # noqa: BLE001 - whatever this version stumbles over: the log is whole all the same
        yield f"{' and '.join(names)} cannot be derived again by this version: {error}"
        return
    for name in names:
        if derived[name].encode(errors="replace") != files[name]:
            yield f"{name} is derived otherwise by this version"
