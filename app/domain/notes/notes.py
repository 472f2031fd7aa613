"""The notes of a release: its history told by kind and component, what breaks first, with those who made it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime

from app.domain.notes.entries import Entry, entries_of
from app.domain.notes.history import Author, History
from app.domain.notes.kinds import OTHER, TITLES
from app.domain.notes.rules import Rules
from app.domain.values import Person

NO_LINE = "none"
"""The text of `/release note` by which a pull request stands in no notes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One change. What it says is foreign text."""

    words: str
    kind: str | None
    group: str  # the title under which it stands, or would if it broke nothing
    component: str | None
    is_breaking: bool
    breaking: str | None  # what breaks
    number: int | None  # of the pull request
    sha: str
    authors: tuple[Author, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """The changes of one component; of none in particular where it has no name."""

    name: str | None
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The changes of one kind, or of one category of the repository's own."""

    title: str
    components: tuple[Component, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contributor:
    """Somebody who made part of it, and the first pull request of theirs where they are new."""

    author: Author
    is_new: bool
    number: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notes:
    """All of it. A change that breaks something stands in `breaking` and nowhere else."""

    base: str | None
    head: str
    breaking: tuple[Line, ...]
    groups: tuple[Group, ...]
    contributors: tuple[Contributor, ...]
    dropped: int  # changes that were taken back again, with what took them back
    is_cut: bool  # the history was longer than what was read
    trouble: str | None = None  # why `.github/release.yml` could not be read

    @property
    def lines(self) -> tuple[Line, ...]:
        """Every change, as told."""
        rest = (line for group in self.groups for part in group.components for line in part.lines)
        return (*self.breaking, *rest)


@dataclass(frozen=True, slots=True, kw_only=True)
class PullNote:
    """The line that somebody gave to a pull request: the latest by `said_at` counts."""

    repo: int
    pull: int
    text: str
    by: Person
    said_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NotesView:
    """What notes are written of."""

    notes: Notes
    version: str
    tag: str
    repo_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """Notes as Markdown, and what was wrong with the repository's own template, for people."""

    markdown: str
    trouble: str | None = None


def notes_of(
    history: History,
    *,
    rules: Rules | None = None,
    said: Mapping[int, str] | None = None,
    is_new: Callable[[Author], bool] = lambda _: False,
) -> Notes:
    """Tell a history. `said` holds the lines that people gave to pull requests, by number; `none` leaves one out."""
    rules, said = rules or Rules(), said or {}
    entries, dropped = entries_of(history.commits)
    kept = [entry for entry in entries if not _is_left_out(entry, rules, said)]
    lines = [_line(entry, rules, said) for entry in kept]
    return Notes(
        base=history.base,
        head=history.head,
        breaking=tuple(line for line in lines if line.is_breaking),
        groups=_groups([line for line in lines if not line.is_breaking], rules),
        contributors=_contributors(kept, is_new),
        dropped=dropped,
        is_cut=history.is_cut,
        trouble=rules.trouble,
    )


def first_pulls(history: History) -> Mapping[str, Entry]:
    """Return the people whose account is known, by `Author.key`, with the first pull request of each in a history."""
    found: dict[str, Entry] = {}
    for entry in entries_of(history.commits)[0]:
        author = entry.pull.author if entry.pull else None
        if author is not None and author.login and not author.is_bot:
            found.setdefault(author.key, entry)
    return found


def _is_left_out(entry: Entry, rules: Rules, said: Mapping[int, str]) -> bool:
    if entry.number is not None and said.get(entry.number, "").strip().casefold() == NO_LINE:
        return True
    return entry.pull is not None and rules.leaves_out(entry.labels, _login(entry))


def _login(entry: Entry) -> str | None:
    author = entry.pull.author if entry.pull else None
    return (author.login or author.name) if author else None


def _line(entry: Entry, rules: Rules, said: Mapping[int, str]) -> Line:
    category = rules.category(entry.labels, _login(entry)) if entry.number is not None else None
    own = said.get(entry.number) if entry.number is not None else None
    return Line(
        words=own or entry.words,
        kind=entry.kind,
        group=category or (TITLES[entry.kind] if entry.kind else OTHER),
        component=entry.component,
        is_breaking=entry.is_breaking,
        breaking=entry.breaking,
        number=entry.number,
        sha=entry.commits[-1].sha,
        authors=tuple(author for author in entry.authors if not author.is_bot),
    )


def _groups(lines: Sequence[Line], rules: Rules) -> tuple[Group, ...]:
    titles = dict.fromkeys((*(category.title for category in rules.categories), *TITLES.values(), OTHER))
    by_title: dict[str, list[Line]] = {title: [] for title in titles}
    for line in lines:
        by_title[line.group].append(line)
    return tuple(Group(title=title, components=_components(them)) for title, them in by_title.items() if them)


def _components(lines: Iterable[Line]) -> tuple[Component, ...]:
    """Put changes together by component: those of none first, then by name."""
    parts: dict[str, list[Line]] = {}
    names: dict[str, str | None] = {}
    for line in lines:
        key = (line.component or "").casefold()
        parts.setdefault(key, []).append(line)
        names.setdefault(key, line.component)
    return tuple(Component(name=names[key], lines=tuple(parts[key])) for key in sorted(parts))


def _contributors(entries: Iterable[Entry], is_new: Callable[[Author], bool]) -> tuple[Contributor, ...]:
    """Return who made it, by name; bots are none. Each with the number of their first pull request."""
    people: dict[str, Author] = {}
    firsts: dict[str, int | None] = {}
    for entry in entries:
        people.update((author.key, author) for author in entry.authors if not author.is_bot)
        if entry.pull is not None and entry.pull.author is not None:
            firsts.setdefault(entry.pull.author.key, entry.number)
    return tuple(
        Contributor(author=people[key], is_new=is_new(people[key]), number=firsts.get(key)) for key in sorted(people)
    )


def logins(people: AbstractSet[str]) -> Callable[[Author], bool]:
    """Return whether an author is one of these logins, whatever their case."""
    folded = {login.casefold() for login in people}
    return lambda author: author.login is not None and author.login.casefold() in folded
