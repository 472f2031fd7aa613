"""Releases: the log of each, its fold beside it, and the one transaction that a delivery or an effect ends in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, bindparam, case, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from app.adapters.db.codec import effect_codec, event_codec, release_codec, shown_codec
from app.adapters.db.engine import Database
from app.adapters.db.kept import Kept
from app.adapters.db.pull_notes import keep_lines, lines_of
from app.adapters.db.tables import DONE, OPEN, UNFINISHED, deliveries, events, insert_new, ledger, releases, storable
from app.adapters.db.tags import write_tags
from app.domain.release.chain import GENESIS, link
from app.domain.release.events import Event, ReleaseStarted
from app.domain.release.events_course import PlanAdopted
from app.domain.release.fold import evolve
from app.domain.release.model import Release
from app.domain.values import ReleaseId, Sha
from app.ports import AlreadySettled, Change, Commit, Conflict, Planned, Shown

KEPT_FOLDS = 256
KEPT_PLANS = 64
ENDED_KEPT = 3  # closed releases of an issue that are asked after
FOLD_EVERY = 10  # events; writing the fold of a large release with each of them would cost more than the events

_REVISION = select(releases.c.revision).where(releases.c.id == bindparam("release"))
_STATE = select(
    releases.c.revision,
    case((releases.c.revision == bindparam("known"), None), else_=releases.c.state).label("state"),
).where(releases.c.id == bindparam("release"))
_EVENTS = (
    select(events.c.body, events.c.hash)
    .where(events.c.release == bindparam("release"), events.c.version > bindparam("after"))
    .order_by(events.c.version)
)
_PLANS = (
    select(events.c.body)
    .where(events.c.release == bindparam("release"), events.c.kind.in_(("release_started", "plan_adopted")))
    .order_by(events.c.version.desc())
)
_HEAD = select(events.c.hash).where(events.c.release == bindparam("release"), events.c.version == bindparam("version"))
_OPEN_IDS = select(releases.c.id).where(OPEN).order_by(releases.c.opened_at, releases.c.id)
_CLOSED_SINCE = select(releases.c.id).where(releases.c.closed_at >= bindparam("moment")).order_by(releases.c.opened_at)
_OPEN_IN = (
    select(releases.c.id, releases.c.revision)
    .where(OPEN, releases.c.repo == bindparam("repo"))
    .order_by(releases.c.opened_at, releases.c.id)
)
_REPOS = select(releases.c.repo).distinct().order_by(releases.c.repo)
_LATEST_IN = (
    select(releases.c.id)
    .where(releases.c.repo == bindparam("repo"))
    .order_by(OPEN.desc(), releases.c.opened_at.desc(), releases.c.id.desc())
    .limit(bindparam("limit"))
)
_AT_COMMIT = (
    select(releases.c.id)
    .where(releases.c.repo == bindparam("repo"), releases.c.sha == bindparam("sha"))
    .order_by(releases.c.opened_at.desc(), releases.c.id.desc())
)
_ENDED_IN = (
    select(releases.c.id)
    .where(
        releases.c.repo == bindparam("repo"), releases.c.issue == bindparam("issue"), releases.c.closed_at.is_not(None)
    )
    .order_by(releases.c.opened_at.desc(), releases.c.id.desc())
    .limit(ENDED_KEPT)
)
_ENDED = (
    select(releases.c.id)
    .where(
        releases.c.repo == bindparam("repo"),
        releases.c.version == bindparam("version"),
        releases.c.closed_at.is_not(None),
    )
    .order_by(releases.c.opened_at.desc())
)
_SHOWN = select(releases.c.shown).where(releases.c.id == bindparam("release"))
_SAVE_SHOWN = (
    update(releases)
    .where(releases.c.id == bindparam("release"), func.coalesce(releases.c.shown, "") == bindparam("before"))
    .values(shown=bindparam("after"))
)
_SAVE_BODY = _SAVE_SHOWN.values(body=bindparam("seen"))
_BODY = select(releases.c.body).where(releases.c.id == bindparam("release"))

_HANDLED = (
    update(deliveries)
    .where(deliveries.c.id.in_(bindparam("ids", expanding=True)), deliveries.c.handled_at.is_(None))
    .values(handled_at=bindparam("now"), parked_at=None)  # also by who was taken for dead when another gave it up
)
_FINISHED = (
    update(ledger)
    .where(
        ledger.c.id == bindparam("entry"),
        ledger.c.attempts == bindparam("claim"),
        ledger.c.lease_until.is_not(None),
        UNFINISHED,
    )
    .values(state=DONE, lease_until=None, done_at=bindparam("now"), error=None)
)
_OPENED = insert(releases)
_MOVED = (
    update(releases)
    .where(releases.c.id == bindparam("release"), releases.c.revision == bindparam("expected"))
    .values(revision=bindparam("revision"), sha=bindparam("target"))
)
_FOLDED = update(releases).where(releases.c.id == bindparam("release")).values(state=bindparam("state"))
_CLOSED = update(releases).where(releases.c.id == bindparam("release")).values(closed_at=bindparam("now"))
_LOGGED = insert(events)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fold:
    """A release at its revision, and the hash of the last event that made it."""

    release: Release
    head: str


class SqlReleases:
    """Releases in the database. Folds are kept in memory too, and used only while the row's revision is theirs."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._folds: Kept[ReleaseId, _Fold] = Kept(KEPT_FOLDS)
        self._plans: Kept[tuple[ReleaseId, Sha], str] = Kept(KEPT_PLANS)
        self._plan = insert_new(database.dialect, ledger, "ledger_key")

    async def get(self, release: ReleaseId) -> Release | None:
        """Return a release, as committed last by whatever process."""
        fold = await self._database.ask(lambda connection: self._read(connection, release))
        return None if fold is None else self._keep(fold)

    async def open_in(self, repo: int) -> Sequence[Release]:
        """Return the open releases of a repository, oldest first."""

        def read(connection: Connection) -> list[_Fold | None]:
            found = connection.execute(_OPEN_IN, {"repo": repo}).all()
            return [self._known(row.id, row.revision) or self._read(connection, row.id) for row in found]

        return [self._keep(fold) for fold in await self._database.ask(read) if fold is not None]

    async def open_ids(self) -> Sequence[ReleaseId]:
        """Return all open releases, oldest first."""
        return await self._database.ask(lambda connection: connection.execute(_OPEN_IDS).scalars().all())

    async def closed_since(self, moment: datetime) -> Sequence[ReleaseId]:
        """Return the releases that were closed since then, oldest first."""
        return await self._database.ask(
            lambda connection: connection.execute(_CLOSED_SINCE, {"moment": moment}).scalars().all()
        )

    async def repos(self) -> Sequence[int]:
        """Return the repositories that have had a release, by their ids."""
        return await self._database.ask(lambda connection: connection.execute(_REPOS).scalars().all())

    async def latest_in(self, repo: int, limit: int) -> Sequence[Release]:
        """Return the open releases of a repository and the latest closed ones, at most `limit`, oldest first."""
        found = await self._all(_LATEST_IN, {"repo": repo, "limit": limit})
        return sorted(found, key=lambda release: (release.started_at, release.id))

    async def at_commit(self, repo: int, sha: Sha) -> Sequence[Release]:
        """Return the releases of a repository whose target is that commit, closed ones too, oldest first."""
        return await self._all(_AT_COMMIT, {"repo": repo, "sha": sha})

    async def ended_in(self, repo: int, issue: int) -> Sequence[Release]:
        """Return the closed releases that an issue has tracked, oldest first: the latest few."""
        return await self._all(_ENDED_IN, {"repo": repo, "issue": issue})

    async def finished_in(self, repo: int, version: str) -> int | None:
        """Return the issue in which a version was finished; None where it never was."""
        ended = await self._all(_ENDED, {"repo": repo, "version": version})
        return next((r.issue for r in ended if r.closed is not None and r.closed.how == "finished"), None)

    async def _all(self, statement: Select[tuple[Any]], values: Mapping[str, object]) -> Sequence[Release]:
        """Return the releases whose ids a statement finds, newest first, as oldest first."""

        def read(connection: Connection) -> list[_Fold | None]:
            return [self._read(connection, number) for number in connection.execute(statement, values).scalars()]

        found = [self._keep(fold) for fold in await self._database.ask(read) if fold is not None]
        return found[::-1]

    async def plan_text(self, release: ReleaseId, blob: Sha) -> str:
        """Return the text of a plan as it was pinned, the latest first. Raises KeyError for one that is not there."""
        kept = self._plans.get((release, blob))
        if kept is not None:
            return kept
        bodies = await self._database.ask(
            lambda connection: connection.execute(_PLANS, {"release": release}).scalars().all()
        )
        for event in map(event_codec().decode, bodies):
            if isinstance(event, ReleaseStarted | PlanAdopted) and event.plan_blob == blob:
                self._plans.put((release, blob), event.plan_text)
                return event.plan_text
        raise KeyError(release, blob)

    async def events(self, release: ReleaseId) -> Sequence[Event]:
        """Return the whole log in order."""
        rows = await self._database.ask(
            lambda connection: connection.execute(_EVENTS, {"release": release, "after": 0}).all()
        )
        return [event_codec().decode(row.body) for row in rows]

    async def shown(self, release: ReleaseId) -> Shown:
        """Return what was last written to GitHub; nothing for a release that is not there."""
        text = await self._database.ask(
            lambda connection: connection.execute(_SHOWN, {"release": release}).scalar_one_or_none()
        )
        return _shown_in(text)

    async def save_shown(self, release: ReleaseId, known: Shown, shown: Shown, body: str | None = None) -> bool:
        """Remember what was written, and the issue's body as it was seen last where one is given.

        False, and nothing is kept, where what was known is not known any more.
        """
        values = {"release": release, "after": None if shown == Shown() else shown_codec().encode(shown)}
        statement = _SAVE_SHOWN if body is None else _SAVE_BODY
        if body is not None:
            values["seen"] = storable(body)

        def write(connection: Connection) -> bool:
            # Compared by what it says, and then as it was read: another version writes the same otherwise.
            text = connection.execute(_SHOWN, {"release": release}).scalar_one_or_none()
            if _shown_in(text) != known:
                return False
            return connection.execute(statement, {**values, "before": text or ""}).rowcount == 1

        return await self._database.run(write)

    async def body(self, release: ReleaseId) -> str | None:
        """Return the tracking issue's body as it was seen last, whole; None where it never was."""
        return await self._database.ask(
            lambda connection: connection.execute(_BODY, {"release": release}).scalar_one_or_none()
        )

    async def commit(self, commit: Commit, now: datetime) -> None:
        """Write it all in one transaction.

        Raises AlreadySettled where a delivery or ledger row of the commit is not there to be finished any more, and
        Conflict where a release has moved on. Nothing is written then.
        """
        for fold in await self._database.run(lambda connection: self._write(connection, commit, now)):
            self._keep(fold)

    def _keep(self, fold: _Fold) -> Release:
        """Keep what is committed for certain: inside a transaction nothing is."""
        self._folds.put(fold.release.id, fold)
        return fold.release

    async def pull_notes(self, repo: int) -> Mapping[int, str]:
        """Return the lines that people gave to a repository's pull requests, by number: the latest 5,000."""
        return await self._database.ask(lambda connection: lines_of(connection, repo))

    # -- in the database's thread ---------------------------------------------------------------------------

    def _known(self, release: ReleaseId, revision: int) -> _Fold | None:
        """Return the fold that is kept in memory, if it is the one of that revision."""
        known = self._folds.get(release)
        return known if known is not None and known.release.revision == revision else None

    def _read(self, connection: Connection, release: ReleaseId) -> _Fold | None:
        """Fold what is not known yet: from memory, else from the kept state, else from the start of the log."""
        known = self._folds.get(release)
        row = connection.execute(
            _STATE, {"release": release, "known": known.release.revision if known else -1}
        ).one_or_none()
        if row is None:
            return None
        if known is not None and known.release.revision == row.revision:
            return known
        folded = None if row.state is None else release_codec().decode(row.state)
        version = folded.revision if folded is not None else 0
        head = GENESIS
        for event in connection.execute(_EVENTS, {"release": release, "after": version}):
            folded, head = evolve(folded, event_codec().decode(event.body)), event.hash
        if folded is None:
            return None
        if folded.revision == version:
            head = connection.execute(_HEAD, {"release": release, "version": version}).scalar_one()
        return _Fold(release=folded, head=head)

    def _write(self, connection: Connection, commit: Commit, now: datetime) -> list[_Fold]:
        wanted = list(dict.fromkeys(commit.deliveries))
        if wanted and connection.execute(_HANDLED, {"ids": wanted, "now": now}).rowcount != len(wanted):
            raise AlreadySettled(f"not all of {wanted} were still to be done")
        for claim in {entry.id: entry.attempts for entry in commit.entries}.items():
            values = {"entry": claim[0], "claim": claim[1], "now": now}
            if connection.execute(_FINISHED, values).rowcount != 1:
                raise AlreadySettled(f"ledger row {claim[0]} is done, or in other hands")
        # In one order everywhere, so that two commits never wait for one another.
        moved = [self._move(connection, change) for change in sorted(commit.changes, key=lambda c: c.release)]
        if commit.tags is not None:
            write_tags(connection, commit.tags)
        keep_lines(connection, commit.notes)
        if commit.effects:
            connection.execute(self._plan, [_row(planned, now) for planned in commit.effects])
        return moved

    def _move(self, connection: Connection, change: Change) -> _Fold:
        """Append a change to its release's log. The fence is the release's revision, and each event's version."""
        before = self._before(connection, change)
        after, head = before.release if before else None, before.head if before else GENESIS
        rows: list[dict[str, Any]] = []
        for version, event in enumerate(change.events, start=change.expected + 1):
            after = evolve(after, event)
            body = event_codec().encode_canonically(event)
            previous, head = head, link(head, body)
            rows.append(
                {
                    "release": change.release,
                    "version": version,
                    "kind": event.kind,
                    "body": body,
                    "at": event.at,
                    "previous": previous,
                    "hash": head,
                }
            )
        if after is None or after.id != change.release or after.revision != change.expected + len(rows):
            raise ValueError(f"the events do not lead {change.release} from revision {change.expected} on")
        try:
            if before is None:
                connection.execute(_OPENED, _opened(after))
            else:
                values = {
                    "release": change.release,
                    "expected": change.expected,
                    "revision": after.revision,
                    "target": after.target.sha,
                }
                if connection.execute(_MOVED, values).rowcount != 1:
                    raise Conflict(f"{change.release} has moved on from revision {change.expected}")
                if after.closed is not None:
                    connection.execute(_CLOSED, {"release": change.release, "now": after.closed.at})
                if after.revision // FOLD_EVERY > change.expected // FOLD_EVERY:
                    values = {"release": change.release, "state": release_codec().encode(after)}
                    connection.execute(_FOLDED, values)
            if rows:
                connection.execute(_LOGGED, rows)
        except IntegrityError as error:
            raise Conflict(f"{change.release} has moved on from revision {change.expected}") from error
        return _Fold(release=after, head=head)

    def _before(self, connection: Connection, change: Change) -> _Fold | None:
        """Return the fold that the change builds on, None for a beginning. A stale one is caught by the fence."""
        if change.expected == 0:
            return None
        known = self._known(change.release, change.expected) or self._read(connection, change.release)
        if known is None or known.release.revision != change.expected:
            raise Conflict(f"{change.release} is not at revision {change.expected}")
        return known


def _shown_in(text: str | None) -> Shown:
    return Shown() if text is None else shown_codec().decode(text)


def _opened(release: Release) -> dict[str, object]:
    return {
        "id": release.id,
        "repo": release.repo.id,
        "issue": release.issue,
        "version": release.version,
        "revision": release.revision,
        "state": release_codec().encode(release),
        "plan_blob": release.plan_blob,
        "sha": release.target.sha,
        "opened_at": release.started_at,
    }


def _row(planned: Planned, now: datetime) -> dict[str, object]:
    return {
        "key": planned.key,
        "ledger_key": planned.effect.ledger_key,
        "release": planned.release,
        "effect": effect_codec().encode(planned.effect),
        "not_before": now,
        "created_at": now,
    }
