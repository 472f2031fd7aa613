"""What the guard looks at in one repository: its latest releases, and what their plans say of tags."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from app.domain.guard.looking import Watch
from app.domain.guard.naming import fits, is_exempt
from app.domain.plan.model import GuardRules
from app.domain.release.model import Release
from app.domain.values import ReleaseId, Repo, Sha
from app.worker.workbench import Workbench

_LATEST: Final = 50  # releases that are looked through for one that a tag belongs to


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The latest releases of a repository, oldest first, and the rules of the open ones and of the newest."""

    releases: Sequence[Release]
    rules: Mapping[ReleaseId, GuardRules]

    @property
    def repo(self) -> Repo:
        """The repository, as its newest release knows it."""
        return self.releases[-1].repo

    @property
    def open(self) -> Sequence[Release]:
        """The releases that are going on."""
        return [release for release in self.releases if release.closed is None]

    def own(self, name: str) -> Release | None:
        """Return the release whose tag this is: one that is going on, else the one that was finished last."""
        named = [release for release in self.releases if release.tag == name]
        finished = [one for one in named if one.closed is not None and one.closed.how == "finished"]
        going_on = [one for one in named if one.closed is None]
        return next(reversed((*finished, *going_on)), None)

    def has_made(self, name: str, made: Sha) -> bool:
        """Whether that is the tag that we made for a release, whatever became of it since."""
        tags = [release.tagged for release in self.releases if release.tagged is not None]
        return any((tag.tag, tag.object) == (name, made) for tag in tags)

    def rules_of(self, name: str) -> GuardRules:
        """Return what is to be done about a tag: by the plan of its release where that is open, else of the newest."""
        own = self.own(name)
        newest = (self.open or self.releases)[-1]
        return self.rules[own.id if own is not None and own.closed is None else newest.id]

    @property
    def patterns(self) -> tuple[str, ...]:
        """The patterns of the names of these tags, and the names of releases that fit none of them."""
        patterns = dict.fromkeys(rules.tags for rules in self.rules.values())
        names = [one.tag for one in self.releases if self.own(one.tag) and not any(fits(one.tag, p) for p in patterns)]
        return tuple(dict.fromkeys((*patterns, *names)))

    def watch(self, names: Iterable[str]) -> Watch:
        """Return which tags are looked at, of these names."""
        return Watch(
            patterns=self.patterns,
            exempt=frozenset(name for name in names if is_exempt(name, self.rules_of(name))),
            of_open=frozenset(release.tag for release in self.open),
        )

    def concerned(self, name: str, commit: Sha | None) -> Release | None:
        """Return the release in whose issue a tag is told of; None where there is none to tell it in.

        That is the one whose tag it is, else one to be made of its commit, else the newest that is going on.
        """
        there = [one for one in self.releases if one.target.sha == commit and not _was_given_up(one)]
        own = self.own(name)
        found = (*self.open, *there, *((own,) if own else ()))
        return next((release for release in reversed(found) if release.lost is None), None)


async def scope_of(bench: Workbench, repo: int) -> Scope | None:
    """Return what is looked at in a repository; None where it never had a release."""
    releases = await bench.releases.latest_in(repo, _LATEST)
    if not releases:
        return None
    counted = [*(one for one in releases if one.closed is None), releases[-1]]
    return Scope(releases=releases, rules={one.id: (await bench.plans.of(one)).guard for one in counted})


def _was_given_up(release: Release) -> bool:
    return release.closed is not None and release.closed.how == "abandoned"
