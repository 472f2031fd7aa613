"""What one delivery is going to write: collected while it is decided on, committed in one transaction."""

from collections.abc import Iterable, Sequence
from hashlib import sha256

from app.domain.decision import Accepted
from app.domain.guard.effects import OpenIssue
from app.domain.messages import Message
from app.domain.notes.notes import PullNote
from app.domain.release.effects import Effect, Reply
from app.domain.release.events import Event, ReleaseStarted
from app.domain.release.fold import evolve
from app.domain.release.model import Release
from app.domain.values import ReleaseId, Repo
from app.ports import Change, Commit, Entry, Planned, Renderer, TagNotes


class Draft:
    """Releases folded up to here, with the events and effects that got them here. Nothing is written yet."""

    def __init__(self, releases: Iterable[Release], renderer: Renderer) -> None:
        self._releases = {r.id: r for r in releases}
        self._read = dict(self._releases)
        self._events: dict[ReleaseId, list[Event]] = {}
        self._effects: list[Planned] = []
        self._notes: list[PullNote] = []
        self._renderer = renderer
        self.touched: set[ReleaseId] = set()  # to be shown again, events or none
        self.refreshed: set[ReleaseId] = set()  # to be asked after at GitHub
        self.contested: set[str] = set()  # keys under which the gate is to be said again
        self.begun: set[int] = set()  # repositories that a release begins in
        self.retagged: set[int] = set()  # repositories whose tags are to be looked at
        self.tags: TagNotes | None = None  # what was seen of a repository's tags

    @property
    def releases(self) -> Sequence[Release]:
        """The open releases as they stand with the events drafted so far, oldest first."""
        return tuple(r for r in self._releases.values() if r.closed is None)

    @property
    def all(self) -> Sequence[Release]:
        """The same with those that have been closed in this very draft."""
        return tuple(self._releases.values())

    def release(self, release: ReleaseId) -> Release:
        """Return one of them. Raises KeyError."""
        return self._releases[release]

    def add(self, release: ReleaseId | None, repo: Repo, accepted: Accepted) -> None:
        """Take up a decision's events and effects. The words of it are for `reply`."""
        for event in accepted.events:
            of = event.release if isinstance(event, ReleaseStarted) else release
            if of is None:
                raise ValueError(f"{event.kind} belongs to no release")
            self._releases[of] = evolve(self._releases.get(of), event)
            self._events.setdefault(of, []).append(event)
            if isinstance(event, ReleaseStarted):
                self.retagged.add(event.repo.id)  # the guard begins to look with the first release
                self.begun.add(event.repo.id)
            release = of
        for effect in accepted.effects:
            self.plan(release, repo, effect)
        self._notes += accepted.notes
        if accepted.is_refresh and release is not None:
            self.refreshed.add(release)

    def plan(self, release: ReleaseId | None, repo: Repo, effect: Effect) -> None:
        """Take up one effect, in the turn of its release or else of its repository."""
        key = f"release:{release}" if release is not None else f"repo:{repo.id}"
        self._effects.append(Planned(key=key, release=release, effect=effect))

    def queue(self, key: str, effect: Effect) -> None:
        """Take up one effect that belongs to no release, in a turn of its own."""
        self._effects.append(Planned(key=key, release=None, effect=effect))

    def reply(self, release: ReleaseId | None, repo: Repo, issue: int, source: str, message: Message) -> None:
        """Say something in one new comment; the same source says one thing once, however often it is decided."""
        mark = sha256(source.encode()).hexdigest()[:24]
        body = f"{self._renderer.message(message)}\n\n{reply_mark(mark)}"
        self.plan(release, repo, Reply(repo=repo, issue=issue, mark=mark, body=body))

    def open_issue(self, release: ReleaseId | None, repo: Repo, source: str, title: Message, message: Message) -> None:
        """Say something in a new issue; the same source opens one issue, however often it is decided."""
        mark = sha256(source.encode()).hexdigest()[:24]
        body = f"{self._renderer.message(message)}\n\n{reply_mark(mark)}"
        self.plan(release, repo, OpenIssue(repo=repo, title=self._renderer.message(title), body=body, mark=mark))

    def commit(self, *, deliveries: Sequence[str] = (), entries: Sequence[Entry] = ()) -> Commit:
        """Return all of it as one transaction."""
        return Commit(
            deliveries=deliveries,
            entries=entries,
            changes=tuple(
                Change(release=release, expected=self._revision(release), events=tuple(events))
                for release, events in self._events.items()
            ),
            effects=tuple(self._effects),
            tags=self.tags,
            notes=tuple(self._notes),
        )

    def _revision(self, release: ReleaseId) -> int:
        read = self._read.get(release)
        return read.revision if read is not None else 0

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to be written, and nobody to be woken."""
        woken = self.touched or self.refreshed or self.contested or self.begun or self.retagged
        return not (self._events or self._effects or self._notes or self.tags or woken)

    @property
    def changed(self) -> frozenset[ReleaseId]:
        """The releases whose show may have changed."""
        return frozenset(self._events) | self.touched

    @property
    def refrozen(self) -> frozenset[int]:
        """The repositories in which pull requests may be frozen by now, or free again."""
        return frozenset(now.repo.id for now in self.all if _freezing(now) != _freezing(self._read.get(now.id)))

    @property
    def ledger_keys(self) -> frozenset[str]:
        """The turns in which something is to be performed."""
        return frozenset(p.key for p in self._effects)


def _freezing(release: Release | None) -> tuple[object, ...]:
    """Return all of a release that pull requests may be frozen by."""
    if release is None:
        return ()
    return (release.holds, release.closed is None, release.plan_blob, release.target.branch)


def reply_mark(mark: str) -> str:
    """Return the hidden text by which a comment of ours is found again."""
    return f"<!-- gonogo:reply:{mark} -->"
