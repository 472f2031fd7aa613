"""The archive of a release: its log, plan, evidence, issue text and report in one file that can be proved whole."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast

from app.domain.release.archive_manifest import BODY, MANIFEST, Manifest, manifest_text, seal
from app.domain.release.archive_zip import MAX_FILES, packed
from app.domain.release.chain import Link, canonical

EVENTS: Final = "events.jsonl"
EVIDENCE: Final = "evidence.json"
REPORT: Final = "report.md"
PLAN: Final = "plan.md"
DERIVED: Final = frozenset({EVIDENCE, REPORT})
_OTHERS: Final = 6  # files beside earlier plans


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a log says it is the log of."""

    release: str
    repo: str  # owner/name, as it is called now
    version: str
    tag: str
    plans: tuple[str, ...]  # each text that was pinned, oldest first


def about(bodies: Sequence[str]) -> About:
    """Return what events say of themselves, by their JSON alone, so that older and newer versions agree on it.

    Raises ValueError where they do not begin with the release's start.
    """
    start, *later = [_event(body) for body in bodies] or [{}]
    if start.get("kind") != "release_started":
        raise ValueError("the log does not begin with the release's start")
    repo, tag, plans = start.get("repo"), _text(start, "tag"), [_text(start, "plan_text")]
    for event in later:
        kind = event.get("kind")
        if kind == "release_started":
            raise ValueError("the release is started a second time")
        if kind == "plan_adopted":
            tag = _text(event, "tag")
            plans.append(_text(event, "plan_text"))
        elif kind == "repository_moved":
            repo = event.get("repo")
    return About(
        release=_text(start, "release"),
        repo=f"{_text(repo, 'owner')}/{_text(repo, 'name')}",
        version=_text(start, "version"),
        tag=tag,
        plans=tuple(plans),
    )


def plan_files(plans: Sequence[str]) -> Mapping[str, bytes]:
    """Return the pinned plans as files: `plan.md` is the last, `plan-1.md` the first of a release that took up others.

    Of very many only the latest are files of their own; all of them stand in the events.
    """
    earlier = list(enumerate(plans[:-1], start=1))[-(MAX_FILES - _OTHERS) :]
    named = {PLAN: plans[-1], **{f"plan-{number}.md": text for number, text in earlier}}
    return {name: text.encode() for name, text in named.items()}


def log_line(version: int, kept: Link) -> str:
    """Return an event as it stands in the archive, on a line of its own."""
    return canonical({"version": version, "body": kept.body, "previous": kept.previous, "hash": kept.hash})


def make_archive(
    log: Sequence[Link], derived: Mapping[str, str], body: str | None, *, exported_at: datetime, by: str
) -> bytes:
    """Return the archive of a release: the same values give the same bytes.

    `derived` holds `evidence.json` and `report.md`; `body` is the tracking issue's text as it was last shown, or None
    where that is not known. Raises ValueError where the log is none or the archive would be too large.
    """
    told = about([kept.body for kept in log])
    lines = (f"{log_line(number, kept)}\n" for number, kept in enumerate(log, start=1))
    files = {EVENTS: "".join(lines).encode(), **plan_files(told.plans)}
    files |= {name: derived[name].encode() for name in sorted(DERIVED)}
    if body is not None:
        files[BODY] = body.encode()
    manifest = Manifest(
        release=told.release,
        repo=told.repo,
        version=told.version,
        tag=told.tag,
        events=len(log),
        head=log[-1].hash,
        exported_at=exported_at,
        by=by,
        files={name: seal(content) for name, content in files.items()},
    )
    return packed({MANIFEST: manifest_text(manifest).encode(), **files})


def _event(body: str) -> Mapping[str, object]:
    value: object = json.loads(body)
    return cast("dict[str, object]", value) if isinstance(value, dict) else {}


def _text(of: object, key: str) -> str:
    value = cast("dict[str, object]", of).get(key) if isinstance(of, dict) else None
    if not isinstance(value, str):
        raise ValueError(f"an event has no text `{key}` where it has to have one")  # noqa: TRY004 - told as one
    return value
