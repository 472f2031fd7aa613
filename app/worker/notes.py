"""The notes of a release: gathered from GitHub and from what people said on pull requests, written by the templates."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import structlog

from app.domain.facts import NotesFound
from app.domain.notes.history import Gathered, History
from app.domain.notes.notes import NotesView, Written, first_pulls, logins, notes_of
from app.domain.notes.previous import previous_tags, tag_around
from app.domain.notes.rules import RULES_PATH, Rules, read_rules
from app.domain.notes.summary import summary_of
from app.domain.plan.model import Plan
from app.domain.release.model import Release
from app.ports import GitHubError, Throttled
from app.worker.workbench import Workbench

_log: Final = structlog.stdlib.get_logger()
PREVIEWED: Final = 60_000
"""Characters of the notes that a preview shows: a comment has 65,536, and something is said around them."""

_TRIED: Final = 3
"""Earlier tags that are tried at most, the latest first: one that the release does not come after is passed over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    view: NotesView
    template: str | None


class NotesDesk:
    """Writes a release's notes. It asks anew each time: labels, titles and lines change until the tag stands.

    That costs one call for the tags, one for a hundred commits, and one for who is new. Each raises GitHubError.
    """

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench

    async def summary(self, release: Release, plan: Plan) -> str:
        """Return the changes in a few lines of plain text, for the tag's message. Nobody is asked who is new."""
        del plan
        return summary_of((await self._told(release, with_people=False)).view.notes)

    async def markdown(self, release: Release, plan: Plan) -> str:
        """Return the notes as Markdown for the release: people mentioned, changes linked, 100,000 characters."""
        del plan
        return (await self._written(await self._told(release), is_quiet=False)).markdown

    async def preview(self, release: Release) -> NotesFound:
        """Return the notes as they are now, with nobody mentioned and nothing linked that would tell of it."""
        told = await self._told(release)
        written = await self._written(told, is_quiet=True)
        rules = told.view.notes.trouble
        whole = written.markdown
        end = whole.rfind("\n", 0, PREVIEWED)
        return NotesFound(
            base=told.view.notes.base,
            markdown=whole if len(whole) <= PREVIEWED else whole[: end if end > PREVIEWED // 2 else PREVIEWED],
            is_cut=len(whole) > PREVIEWED,
            troubles=tuple(
                trouble for trouble in (f"{RULES_PATH}: {rules}" if rules else None, written.trouble) if trouble
            ),
        )

    async def _written(self, told: _Told, *, is_quiet: bool) -> Written:
        """Write in a thread: others' templates and thousands of lines take their time."""
        return await asyncio.to_thread(self._bench.renderer.notes, told.view, told.template, is_quiet=is_quiet)

    async def _told(self, release: Release, *, with_people: bool = True) -> _Told:
        gathered = await self._gathered(release)
        history = gathered.history
        rules = read_rules(gathered.rules) if gathered.rules is not None else Rules()
        said = await self._bench.releases.pull_notes(release.repo.id)
        new = await self._new(release, history) if with_people else frozenset[str]()
        notes = notes_of(history, rules=rules, said=said, is_new=logins(new))
        url = f"{self._bench.site.rstrip('/')}/{release.repo.full_name}"
        view = NotesView(notes=notes, version=release.version, tag=release.tag, repo_url=url)
        return _Told(view=view, template=gathered.template)

    async def _gathered(self, release: Release) -> Gathered:
        """Return what happened since the last release on this line; all of it where there was none."""
        before, _ = tag_around(release.tag, release.version)
        tags = await self._bench.github.tags(release.repo, before)
        earlier = previous_tags((tag.name for tag in tags), release.tag, release.version)
        for base in earlier[:_TRIED]:
            found = await self._bench.github.history(release.repo, base, release.target.sha)
            if found is not None:
                return found
        found = await self._bench.github.history(release.repo, None, release.target.sha)
        empty = History(base=None, head=release.target.sha, commits=())
        return found or Gathered(history=empty, rules=None, template=None)

    async def _new(self, release: Release, history: History) -> frozenset[str]:
        """Return who is new. Where that cannot be had nobody is called so: notes do not wait for it."""
        firsts: dict[str, datetime] = {}
        for entry in first_pulls(history).values():
            pull, author = entry.pull, entry.pull.author if entry.pull else None
            if pull is not None and pull.merged_at and author is not None and author.login:
                firsts[author.login] = pull.merged_at
        try:
            return await self._bench.github.new_people(release.repo, firsts) if firsts else frozenset()
        except Throttled:
            raise
        except GitHubError as error:
            _log.warning("notes.people_unread", error=str(error))
            return frozenset()
