"""Commits and pull requests as the lines of notes: each pull request once, whatever it was merged of."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from app.domain.notes.conventional import Conventional, read_conventional, subject_of
from app.domain.notes.history import Author, Commit, MergedPull
from app.domain.notes.kinds import component_in, is_breaking_label, kind_in, kind_of, strongest
from app.domain.notes.reverts import NUMBER, Known, Reverted, bare, left_after_reverts, reverted_in

_MERGED_PULL: Final = re.compile(r"Merge pull request #([0-9]{1,9}) from \S+")
_MERGE: Final = re.compile(r"Merge (?:remote-tracking )?(?:branch|tag|commit|pull request)\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line: what changed, of which kind, and where to read on."""

    words: str
    kind: str | None  # a key of `kinds.TITLES`, None where nothing tells
    component: str | None
    is_breaking: bool
    breaking: str | None
    number: int | None  # of the pull request
    pull: MergedPull | None  # where more is known of it
    commits: tuple[Commit, ...]
    authors: tuple[Author, ...]

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels of its pull request."""
        return self.pull.labels if self.pull else ()


def entries_of(commits: Sequence[Commit]) -> tuple[list[Entry], int]:
    """Return the entries of a history, oldest first, and how many were dropped together with what took them back."""
    together = _together(commits)
    known = [_known(number, group) for number, group in together]
    left = left_after_reverts(known)
    entries = [
        _entry(number, group, thing.reverted)
        for (number, group), thing, is_left in zip(together, known, left, strict=True)
        if is_left
    ]
    return entries, len(together) - len(entries)


def number_of(commit: Commit) -> int | None:
    """Return the pull request that a commit came with, by what GitHub knows or by the words of the merge."""
    if commit.pull is not None:
        return commit.pull.number
    subject = subject_of(commit.message)
    found = NUMBER.fullmatch(subject)
    if found is not None:
        return int(found[2])
    merged = _MERGED_PULL.fullmatch(subject)
    return int(merged[1]) if merged else None


def _together(commits: Sequence[Commit]) -> list[tuple[int | None, list[Commit]]]:
    """Put the commits of each pull request together, in the place of the last of them. Other merges bring nothing."""
    groups: dict[int | str, list[Commit]] = {}
    for commit in commits:
        number = number_of(commit)
        if number is None:
            if not _MERGE.match(commit.message):
                groups[commit.sha] = [commit]
            continue
        group = groups.pop(number, [])
        group.append(commit)
        groups[number] = group
    return [(key if isinstance(key, int) else None, group) for key, group in groups.items()]


def _title(number: int | None, group: Sequence[Commit]) -> str:
    """Return the title: the pull request's own, or what the merge or the only commit says."""
    last = group[-1]
    if last.pull is not None:
        return last.pull.title.strip() or subject_of(last.message)
    subject = subject_of(last.message)
    if number is None:
        return subject
    if _MERGED_PULL.fullmatch(subject):
        return subject_of(last.message.partition("\n")[2]) or subject
    return bare(subject)


def _known(number: int | None, group: Sequence[Commit]) -> Known:
    title = _title(number, group)
    merges = [commit for commit in group if _MERGED_PULL.match(commit.message)]
    own = [commit for commit in group if commit not in merges]
    # of a pull request of several commits, one of them taken back leaves the others
    whole = [*merges, *own] if len(own) <= 1 else merges
    titles = [title, *(bare(subject_of(commit.message)) for commit in whole)]
    titles += [read.words for name in tuple(titles) if (read := read_conventional(name)) is not None]
    return Known(
        shas=tuple(commit.sha for commit in whole),
        pull=number,
        titles=tuple(titles),
        reverted=_reverted(title, own),
    )


def _reverted(title: str, own: Sequence[Commit]) -> Reverted | None:
    """Return what an entry takes back: as its only commit says, which names a sha, else as its title does."""
    by_title = reverted_in(title)
    if by_title is None and len(own) != 1:
        return None
    said = [found for commit in own if (found := reverted_in(commit.message)) is not None]
    return said[0] if len(said) == 1 else by_title


def _entry(number: int | None, group: Sequence[Commit], reverted: Reverted | None) -> Entry:
    last = group[-1]
    title = _title(number, group)
    read = read_conventional(title)
    inner = [found for commit in group if (found := read_conventional(commit.message)) is not None]
    labels = last.pull.labels if last.pull else ()
    kind = _kind(read, labels, inner) if reverted is None else "revert"
    breaking = next((found.breaking for found in inner if found.breaking), None)
    is_known = read is not None and kind_of(read.type, read.scope) is not None
    return Entry(
        words=read.words if read is not None and is_known else title,
        kind=kind,
        component=(read.scope if read is not None and is_known else None) or component_in(labels),
        is_breaking=any(found.is_breaking for found in (*inner, *([read] if read else ())))
        or any(map(is_breaking_label, labels)),
        breaking=breaking,
        number=number,
        pull=last.pull,
        commits=tuple(group),
        authors=tuple(_authors(last.pull, group)),
    )


def _kind(read: Conventional | None, labels: Sequence[str], inner: Sequence[Conventional]) -> str | None:
    """Return the kind by the title, else by a label, else by the commits that came with it."""
    by_title = kind_of(read.type, read.scope) if read else None
    return by_title or kind_in(labels) or strongest(kind_of(found.type, found.scope) for found in inner)


def _authors(pull: MergedPull | None, group: Iterable[Commit]) -> Iterable[Author]:
    """Return who made it: a pull request's author first, and those of its commits."""
    seen: set[str] = set()
    for author in (pull.author if pull else None, *(commit.author for commit in group)):
        if author is not None and author.key not in seen:
            seen.add(author.key)
            yield author
