"""Releases by their log, and the one transaction that a delivery or an effect ends in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

from app.domain.edits import Outside
from app.domain.notes.notes import PullNote
from app.domain.release.effects import Effect
from app.domain.release.events import Event
from app.domain.release.model import Release
from app.domain.values import ItemId, ReleaseId, Sha
from app.ports.ledger import Entry
from app.ports.tags import TagNotes

LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)
"""Before all that can have been: the time of a write that was noted without one, by a version before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyWrite:
    """One write of the issue's body, by digests of what it was based on and what it made."""

    base: str
    made: str
    flipped: tuple[ItemId, ...]  # items for people whose boxes it changed
    at: datetime = LONG_AGO  # by our clock
    shows: str = ""  # a digest of what its checklist says, whatever the time, what was put right, and people's own text
    around: Outside | None = None  # people's text as it was before, where this write put back some of it
    is_answered: bool = False  # GitHub has said that it was done; until then it may not have been


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyEdit:
    """An edit of the issue's body by somebody else, by digests of what it changed into what."""

    base: str
    made: str
    at: datetime  # by GitHub's clock: with it the same edit is known again


@dataclass(frozen=True, slots=True, kw_only=True)
class Restore:
    """People's text around the block that a write of ours overwrote in the moment in which they wrote it."""

    base: Outside  # as it was when our write was made
    theirs: Outside  # what they had made of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What was last written to GitHub for a release, so that nothing is written twice."""

    body_digest: str | None = None  # of the whole body; None: to be looked at
    view_digest: str | None = None  # of all that there is to show: more than the block where room was short
    body_at: datetime | None = None  # when GitHub says that the body was changed to what was seen last
    writes: tuple[BodyWrite, ...] = ()  # our latest, each noted before it is sent
    edits: tuple[BodyEdit, ...] = ()  # the latest by others, as GitHub told
    restore: Restore | None = None

    comment: int | None = None
    comment_url: str | None = None
    comment_digest: str | None = None
    gate_sha: Sha | None = None  # the commit whose gate was last looked at for this release
    labels: tuple[str, ...] | None = None  # state labels that are on the issue; None: to be looked at

    def in_doubt(self, seen: str) -> BodyWrite | None:
        """Return our latest write where nobody knows whether it was done.

        It is unanswered, and what was seen last (its digest) is still what it was based on.
        """
        latest = self.writes[-1] if self.writes else None
        return None if latest is None or latest.is_answered or latest.base != seen else latest

    def answered_by(self, body: str, base: str | None = None) -> "Shown":
        """Return the same, our latest write answered where that body, by its digest, is what it made.

        Told of by its echo, it is one that was made of `base`: an earlier write may have made the same of another.
        """
        latest = self.writes[-1] if self.writes else None
        if latest is None or latest.made != body or base not in (None, latest.base):
            return self
        return replace(self, writes=(*self.writes[:-1], replace(latest, is_answered=True)))

    def times_said(self, write: BodyWrite, quiet: timedelta) -> int:
        """Return how many times in a row, until this write, a checklist was written that says what this one does.

        What stood longer than `quiet` ends the row, and so does what was written by a clock that is ahead.
        """
        times, later = 0, write
        for earlier in reversed(self.writes):
            is_same = earlier.shows == later.shows and earlier.is_answered
            if not is_same or not timedelta(0) <= later.at - earlier.at <= quiet:
                break
            times, later = times + 1, earlier
        return times

    def went_over_ours(self, before: str, made: str) -> bool:
        """Whether a write of which GitHub tells took the place of nothing but ours: bodies by their digests.

        It went over what it was based on, or over what another of ours makes, whose answer is missing.
        """
        return any(
            (write.base, write.made) == (before, made) or (write.made == before and not write.is_answered)
            for write in self.writes
        )

    def is_accounted_for(self, body: str) -> bool:
        """Whether a body, by its digest, is where our writes and others' edits lead, as far as they are known.

        Each of them leads from one text to another: where the last one ends, one more has come than has gone. A text
        that was left as often as it was made has been brought back by somebody of whom nothing was told.
        """
        return self._came(body) > self._gone(body)

    def is_left_for_good(self, body: str) -> bool:
        """Whether a body, by its digest, was only ever known as the one that something else took the place of."""
        return self._gone(body) > 0 and self._came(body) == 0

    def _came(self, body: str) -> int:
        return sum(write.made == body for write in self.writes) + sum(edit.made == body for edit in self.edits)

    def _gone(self, body: str) -> int:
        answered = sum(write.base == body for write in self.writes if write.is_answered)
        return answered + sum(edit.base == body for edit in self.edits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Events that move one release on from the revision they were decided at."""

    release: ReleaseId
    expected: int  # 0 for a release that begins with these events
    events: Sequence[Event]


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A one-off effect on its way into the ledger; `key` says in whose turn it is performed."""

    key: str  # "release:<id>", or "repo:<id>" where no release is concerned
    release: ReleaseId | None
    effect: Effect


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """Everything one transaction writes: all of it or none. One delivery may concern several releases."""

    deliveries: Sequence[str] = ()  # handled with this
    entries: Sequence[Entry] = ()  # ledger rows done with this, as they were claimed
    changes: Sequence[Change] = ()  # a release whose revision is not the expected one raises Conflict
    notes: Sequence[PullNote] = ()  # lines for pull requests; one that was said later than another takes its place
    effects: Sequence[Planned] = ()  # a row whose ledger_key is there already is left out
    tags: TagNotes | None = None  # what the tag guard saw


class Releases(Protocol):
    """Releases by their log. Folds are kept beside the log and can always be rebuilt from it."""

    async def get(self, release: ReleaseId) -> Release | None:
        """Return a release."""
        ...

    async def open_in(self, repo: int) -> Sequence[Release]:
        """Return the open releases of a repository, oldest first."""
        ...

    async def open_ids(self) -> Sequence[ReleaseId]:
        """Return all open releases, oldest first."""
        ...

    async def closed_since(self, moment: datetime) -> Sequence[ReleaseId]:
        """Return the releases that were closed since then, oldest first."""
        ...

    async def repos(self) -> Sequence[int]:
        """Return the repositories that have had a release, by their ids."""
        ...

    async def latest_in(self, repo: int, limit: int) -> Sequence[Release]:
        """Return the open releases of a repository and the latest closed ones, at most `limit`, oldest first."""
        ...

    async def at_commit(self, repo: int, sha: Sha) -> Sequence[Release]:
        """Return the releases of a repository whose target is that commit, closed ones too, oldest first."""
        ...

    async def ended_in(self, repo: int, issue: int) -> Sequence[Release]:
        """Return the closed releases that an issue has tracked, oldest first: the latest few."""
        ...

    async def finished_in(self, repo: int, version: str) -> int | None:
        """Return the issue in which a version was finished; None where it never was."""
        ...

    async def plan_text(self, release: ReleaseId, blob: Sha) -> str:
        """Return the text of a plan as it was pinned. Raises KeyError for a release or plan that is not there."""
        ...

    async def pull_notes(self, repo: int) -> Mapping[int, str]:
        """Return the lines that people gave to a repository's pull requests, by number: the latest thousands."""
        ...

    async def events(self, release: ReleaseId) -> Sequence[Event]:
        """Return the whole log in order."""
        ...

    async def commit(self, commit: Commit, now: datetime) -> None:
        """Write it all in one transaction. Raises Conflict, and AlreadySettled where there is no deciding again."""
        ...

    async def shown(self, release: ReleaseId) -> Shown:
        """Return what was last written to GitHub."""
        ...

    async def save_shown(self, release: ReleaseId, known: Shown, shown: Shown, body: str | None = None) -> bool:
        """Remember what was written, and the issue's body as it was seen last where one is given.

        False, and nothing is kept, where what was known is not known any more.
        """
        ...

    async def body(self, release: ReleaseId) -> str | None:
        """Return the tracking issue's body as it was seen last, whole; None where it never was."""
        ...
