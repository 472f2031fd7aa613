"""Making the release's tag: whose turn it is, what its message says, and who it names as its maker."""

from dataclasses import replace
from typing import Final, Literal
from urllib.parse import quote, urlsplit

from app.domain.facts import Facts
from app.domain.messages import Message, NotItsTurn
from app.domain.messages_tag import TagPending, TagStands
from app.domain.plan.model import CreateTag, Plan
from app.domain.release.events import Event
from app.domain.release.model import Release
from app.domain.release.running import turn_of
from app.domain.release.tagged import tag_command
from app.domain.tag_object import Tagger, tag_message
from app.domain.values import Person, Repo

SUMMARY_LIMIT: Final = 20_000
"""Characters of the notes' summary in a tag's message, so that what stands below it is never cut off."""

NO_NOTES: Final = "What is new is told in the tracking issue."


def tag_turn(facts: Facts, release: Release, plan: Plan, forced: str | None) -> tuple[Event, ...] | Message:
    """Return what to write down before the tag is made: nothing where the turn of a task that tags has come.

    A plan without such a task has nothing to say about it. Else say why it has not come; with a reason in `forced`
    its order is waived.
    """
    tasks = [task for task in plan.tasks() if isinstance(task.action, CreateTag)]
    turns = [turn_of(facts, release, plan, task, forced=forced) for task in tasks]
    if not turns or () in turns:
        return ()
    first = turns[0]
    # The task is reached by this command, and not by its name.
    return replace(first, slug=tag_command(release.tag)) if isinstance(first, NotItsTurn) else first


def stays_put(release: Release, command: Literal["retarget", "replan"], other: str) -> Message | None:
    """Return why the release cannot have another commit, or another tag, than it has: its tag is there, or coming."""
    made = release.tagged
    if made is not None:
        return TagStands(
            tag=made.tag, url=made.url, commit=made.commit, version=release.version, command=command, other=other
        )
    return being_tagged(release, command)


def being_tagged(release: Release, command: str) -> TagPending | None:
    """Return that a command has to wait while the tag is being made."""
    asked = release.tagging
    return TagPending(tag=asked.tag, command=command) if asked is not None and asked.is_pending else None


def tag_text(plan: Plan, release: Release, summary: str, site: str) -> str:
    """Return the message of the release's tag: what it is, what is new, and where to read on."""
    issue = f"{site.rstrip('/')}/{release.repo.full_name}/issues/{release.issue}"
    where = f"Commit: {release.target.sha}\nTracking-Issue: {issue}\nPlan: {_line(release.plan_path)}"
    new = tag_message(summary).strip()[:SUMMARY_LIMIT] or NO_NOTES
    return tag_message(f"{_line(plan.name)} {release.version}\n\n{new}\n\n{where}")


def tag_url(site: str, repo: Repo, tag: str) -> str:
    """Return the page of a tag."""
    return f"{site.rstrip('/')}/{quote(repo.full_name)}/releases/tag/{quote(tag)}"


def tagger_of(bot: Person, site: str) -> Tagger:
    """Return the App's bot as the maker of a tag, with the address that GitHub gives it."""
    host = urlsplit(site).hostname or "github.com"
    return Tagger(name=bot.login, email=f"{bot.id}+{bot.login}@users.noreply.{host}")


def _line(text: str) -> str:
    return " ".join(text.split())
