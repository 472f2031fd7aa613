"""What follows from a look of the guard: what is remembered, logged, told and done, in one transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from app.domain.decision import Accepted
from app.domain.guard.effects import DeleteTag
from app.domain.guard.looking import Look
from app.domain.guard.memory import KnownTag, Standing
from app.domain.messages_guard import TagIncidents, TagIncidentsTitle, TagLine, TagRemarks
from app.domain.release.events_guard import GuardEvent, TagAccepted, TagIncident
from app.domain.release.model import Release
from app.domain.values import ReleaseId
from app.ports import TagNotes
from app.worker.draft import Draft
from app.worker.guard_judge import Looked
from app.worker.guard_scope import Scope
from app.worker.workbench import Workbench

_TRIES: Final = 3  # of a report that finds a release has moved on


class GuardReport:
    """Writes down what the guard makes of tags, so that each thing is told once."""

    def __init__(self, bench: Workbench, scope: Scope, found: Look) -> None:
        self._bench = bench
        self._scope = scope
        self._found = found

    async def write(self, looked: Sequence[Looked]) -> bool:
        """Write it all; False where somebody else was quicker each time, and the look is to be taken again."""
        quiet, patterns = self._found.quiet, self._found.patterns
        if not looked and not quiet and not patterns:
            return True
        groups: dict[ReleaseId | None, list[Looked]] = {}
        for one in looked:
            release = self._scope.concerned(one.name, one.commit)
            groups.setdefault(release.id if release else None, []).append(one)
        notes = TagNotes(repo=self._scope.repo.id, tags=[*quiet, *map(_remembered, looked)], patterns=patterns)

        async def draft() -> Draft:
            releases = [await self._bench.releases.get(of) for of in groups if of is not None]
            drafted = Draft([release for release in releases if release is not None], self._bench.renderer)
            drafted.tags = notes
            for of, group in groups.items():
                self._tell(drafted, None if of is None else drafted.release(of), group)
            return drafted

        return await self._bench.decide(draft, tries=_TRIES)

    def _tell(self, draft: Draft, release: Release | None, looked: Sequence[Looked]) -> None:
        """Draft what concerns one release, or none."""
        id_, repo, now = release.id if release else None, self._scope.repo, self._bench.clock.now()
        events = [event for one in looked if (event := _event(one, now)) is not None] if release else []
        deletions = tuple(self._deletion(one, release) for one in looked if self._is_deleted(one))
        draft.add(id_, repo, Accepted(events=tuple(events), effects=deletions))
        incidents = [one for one in looked if one.verdict.is_incident]
        if incidents:
            message = TagIncidents(tags=tuple(map(self._line, incidents)))
            if release:
                draft.reply(id_, repo, release.issue, self._source("incident", incidents), message)
            else:
                title = TagIncidentsTitle(count=len(incidents))
                draft.open_issue(id_, repo, self._source("incident", incidents), title, message)
        remarks = [one for one in looked if one.verdict.flaws and not one.verdict.is_incident]
        if remarks and release:
            message = TagRemarks(tags=tuple(map(self._line, remarks)))
            draft.reply(id_, repo, release.issue, self._source("remark", remarks), message)

    def _is_deleted(self, one: Looked) -> bool:
        """Whether it is to be deleted: not what may have stood there before anybody looked."""
        is_wrong = one.verdict.is_incident and not one.is_gone and not one.is_green
        return is_wrong and one.name not in self._found.may_be_old and self._scope.rules_of(one.name).delete

    def _deletion(self, one: Looked, release: Release | None) -> DeleteTag:
        return DeleteTag(
            repo=self._scope.repo,
            tag=one.name,
            object=one.object,
            commit=one.commit,
            issue=release.issue if release else None,
            told=_told(one),
        )

    def _line(self, one: Looked) -> TagLine:
        own = self._scope.own(one.name)
        kept = one.known.kept if one.known else None
        was_kept = one.known is not None and one.known.standing in (Standing.ACCEPTED, Standing.BEFORE)
        return TagLine(
            name=one.name,
            at=one.commit,
            wrong=one.verdict.wrong,
            flaws=one.verdict.flaws,
            kept=kept,
            restored=one.known.object if one.known is not None and was_kept else kept,
            version=own.version if own else None,
            target=own.target.sha if own else None,
            is_deleting=self._is_deleted(one),
        )

    def _source(self, kind: str, looked: Sequence[Looked]) -> str:
        """Return what a report is about: each tag, as it was found that time."""
        return f"guard:{kind}:{self._scope.repo.id}:{','.join(f'{one.name}@{_told(one)}' for one in looked)}"


def _told(one: Looked) -> str:
    """Tell one finding of a tag from all others: the same object may be pushed again after it was deleted."""
    return f"{one.object}:{_remembered(one).revision}"


def _remembered(one: Looked) -> KnownTag:
    kept = one.known.kept if one.known else None
    standing = Standing.GONE if one.is_gone else Standing.INCIDENT
    if not one.is_gone and not one.verdict.is_incident:
        standing, kept = Standing.ACCEPTED, one.commit
    revision = one.known.revision + 1 if one.known else 1
    return KnownTag(name=one.name, object=one.object, standing=standing, kept=kept, revision=revision)


def _event(one: Looked, now: datetime) -> GuardEvent | None:
    """Return what goes into the log; an incident's end and our own tags are told elsewhere."""
    if one.verdict.is_incident:
        return TagIncident(tag=one.name, object=one.object, commit=one.commit, wrong=one.verdict.wrong, at=now)
    if one.is_gone or one.is_ours or one.commit is None:
        return None
    return TagAccepted(tag=one.name, object=one.object, commit=one.commit, flaws=one.verdict.flaws, at=now)
