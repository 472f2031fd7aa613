"""Publishing a release: whether it may be asked for, when it is looked at again, and how it is called."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from app.domain.decision import Accepted
from app.domain.facts import Facts
from app.domain.messages import Message, NotItsTurn
from app.domain.messages_publish import AlreadyPublished, NotTagged, PublishPending
from app.domain.plan.model import Plan, Publish
from app.domain.release.effects import PublishRelease
from app.domain.release.events import Event
from app.domain.release.model import Release
from app.domain.release.published import publish_command
from app.domain.release.running import turn_of
from app.domain.versions import is_newest, read_version

PATIENCE: Final = timedelta(hours=6)
"""How long files are waited for."""

_LOOKS_APART: Final = 10  # seconds: a burst of news makes one look


def why_not_published(release: Release, *, is_adopting: bool) -> Message | None:
    """Return why publishing cannot be asked for now. One that waits for files may be asked for anew with --adopt."""
    public, asked = release.published, release.publishing
    if public is not None:
        return AlreadyPublished(tag=public.tag, url=public.url, assets=len(public.assets))
    if release.tagged is None or release.tagged.commit != release.target.sha:
        return NotTagged(tag=release.tag, version=release.version)
    if asked is None or not asked.is_pending or (asked.is_waiting and is_adopting and not asked.is_adopting):
        return None
    return PublishPending(tag=asked.tag, missing=asked.missing, draft_url=asked.draft_url)


def publish_turn(facts: Facts, release: Release, plan: Plan, forced: str | None) -> tuple[Event, ...] | Message:
    """Return what to write down before the release is published: nothing where the turn of a task that does has come.

    A plan without such a task has nothing to say about it. With a reason in `forced` its order is waived.
    """
    tasks = [task for task in plan.tasks() if isinstance(task.action, Publish)]
    turns = [turn_of(facts, release, plan, task, forced=forced) for task in tasks]
    if not turns or () in turns:
        return ()
    first = turns[0]
    return replace(first, slug=publish_command(release.tag)) if isinstance(first, NotItsTurn) else first


def look_again(release: Release, now: datetime) -> Accepted:
    """Have the draft looked at again, where publishing waits for its files."""
    asked = release.publishing
    if asked is None or not asked.is_waiting:
        return Accepted()
    at = now.replace(second=now.second - now.second % _LOOKS_APART, microsecond=0)
    look = PublishRelease(
        repo=release.repo,
        release=release.id,
        version=release.version,
        tag=asked.tag,
        sha=asked.sha,
        is_adopting=asked.is_adopting,
        comment=asked.comment,
        issue=asked.issue,
        asked=asked.asked,
        at=at,
    )
    return Accepted(effects=(look,))


def release_mark(release: Release) -> str:
    """Return the hidden text by which the draft of a release is found again."""
    return f"<!-- gonogo:release:{release.id} -->"


def is_prerelease(version: str) -> bool:
    """Whether a version comes before the one of its numbers."""
    return read_version(version).is_prerelease


def is_latest(tag: str, version: str, others: list[str]) -> bool:
    """Whether a release is the latest: no published tag of the same form has a higher version."""
    before, found, behind = tag.rpartition(version)
    if not found:
        return False
    alike = (other for other in others if other.startswith(before) and other.endswith(behind) and other != tag)
    return is_newest(version, [other[len(before) : len(other) - len(behind)] for other in alike])
