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


@dataclass(frozen=True, slots=True)
class _Group:
    """The commits of one entry, read once."""

    number: int | None
    commits: Sequence[Commit]
    title: str
    read: Conventional | None  # the title
    inner: Sequence[Conventional]  # the commits that follow the convention
    reverted: Reverted | None


def entries_of(commits: Sequence[Commit]) -> tuple[list[Entry], int]:
    """Return the entries of a history, oldest first, and how many were dropped together with what took them back."""
    groups = [_group(number, together) for number, together in _together(commits)]
    left = left_after_reverts([_known(group) for group in groups])
    entries = [_entry(group) for group, is_left in zip(groups, left, strict=True) if is_left]
    return entries, len(groups) - len(entries)


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


def _group(number: int | None, commits: Sequence[Commit]) -> _Group:
    title = _title(number, commits)
    inner = [found for commit in commits if (found := read_conventional(commit.message)) is not None]
    is_alone = len(commits) == 1 and bool(inner) and title == subject_of(commits[0].message)
    return _Group(
        number=number,
        commits=commits,
        title=title,
        read=inner[0] if is_alone else read_conventional(title),
        inner=inner,
        reverted=_reverted(title, [commit for commit in commits if not _MERGED_PULL.match(commit.message)]),
    )


def _known(group: _Group) -> Known:
    merges = [commit for commit in group.commits if _MERGED_PULL.match(commit.message)]
    # of a pull request of several commits, one of them taken back leaves the others
    is_one = len(group.commits) - len(merges) <= 1
    whole = group.commits if is_one else merges
    reads = (group.read, *(group.inner if is_one else ()))
    return Known(
        shas=tuple(commit.sha for commit in whole),
        pull=group.number,
        titles=(
            group.title,
            *(bare(subject_of(commit.message)) for commit in whole),
            *(bare(read.words) for read in reads if read is not None),
        ),
        reverted=group.reverted,
    )


def _reverted(title: str, own: Sequence[Commit]) -> Reverted | None:
    """Return what an entry takes back: as its only commit says, which names a sha, else as its title does."""
    by_title = reverted_in(title)
    if by_title is None and len(own) != 1:
        return None
    said = [found for commit in own if (found := reverted_in(commit.message)) is not None]
    return said[0] if len(said) == 1 else by_title


def _entry(group: _Group) -> Entry:
    read, pull = group.read, group.commits[-1].pull
    labels = pull.labels if pull else ()
    kind = _kind(read, labels, group.inner) if reverted_in(group.title) is None else "revert"
    is_known = read is not None and kind_of(read.type, read.scope) is not None
    said = (*group.inner, *((read,) if read is not None else ()))
    return Entry(
        words=read.words if read is not None and is_known else group.title,
        kind=kind,
        component=(read.scope if read is not None and is_known else None) or component_in(labels),
        is_breaking=any(found.is_breaking for found in said) or any(map(is_breaking_label, labels)),
        breaking=next((found.breaking for found in group.inner if found.breaking), None),
        number=group.number,
        pull=pull,
        commits=tuple(group.commits),
        authors=tuple(_authors(pull, group.commits)),
    )


def _kind(read: Conventional | None, labels: Sequence[str], inner: Sequence[Conventional]) -> str | None:
    """Return the kind by the title, else by a label, else by the commits that came with it."""
    by_title = kind_of(read.type, read.scope) if read else None
    return by_title or kind_in(labels) or strongest(kind_of(found.type, found.scope) for found in inner)


def _authors(pull: MergedPull | None, group: Sequence[Commit]) -> Iterable[Author]:
    """Return who made it: a pull request's author first, and those of its commits. Who merged it did not."""
    seen: set[str] = set()
    own = [commit for commit in group if not _MERGED_PULL.match(commit.message)] or group
    for author in (pull.author if pull else None, *(commit.author for commit in own)):
        if author is not None and author.key not in seen:
            seen.add(author.key)
            yield author
