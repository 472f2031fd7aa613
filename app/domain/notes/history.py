"""What lies between two releases: commits, the pull requests that brought them, and who made them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from app.domain.values import Sha

TEMPLATE_PATH: Final = ".github/release-notes.md.j2"
"""Where a repository keeps its own template for release notes."""

BOT: Final = "[bot]"


@dataclass(frozen=True, slots=True)
class Author:
    """Who made something: an account where it is known, else a name that anybody may have chosen."""

    name: str
    login: str | None = None
    is_bot: bool = False

    @property
    def key(self) -> str:
        """By which two are the same one."""
        return f"@{self.login.casefold()}" if self.login else self.name.casefold()


@dataclass(frozen=True, slots=True, kw_only=True)
class MergedPull:
    """A pull request that was merged."""

    number: int
    title: str
    url: str
    author: Author | None = None
    labels: tuple[str, ...] = ()
    merged_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """A commit, and the pull request that brought it, where there is one."""

    sha: Sha
    message: str
    author: Author | None = None
    pull: MergedPull | None = None
    parents: tuple[Sha, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What `head` has and `base` has not, oldest first. `base` is a tag; None: there is no release before this one."""

    base: str | None
    head: Sha
    commits: tuple[Commit, ...] = field(repr=False)
    is_cut: bool = False  # there are more than were read


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """What notes are made of: the history, and two files of the repository as they stand at its head."""

    history: History
    rules: str | None  # `rules.RULES_PATH`
    template: str | None  # TEMPLATE_PATH


def author_named(name: str, login: str | None = None, *, is_bot: bool = False) -> Author:
    """Return an author; one whose name says that it is a bot is one."""
    shown = (login or name).casefold()
    return Author(name=name, login=login, is_bot=is_bot or shown.endswith(BOT))


def oldest_first(commits: Sequence[Commit]) -> tuple[Commit, ...]:
    """Return commits so that what was built on comes first, whichever way round they were listed."""
    places = {commit.sha: at for at, commit in enumerate(commits)}
    for at, commit in enumerate(commits):
        known = [places[parent] for parent in commit.parents if parent in places]
        if known:
            return tuple(commits) if known[0] < at else tuple(reversed(commits))
    return tuple(commits)
