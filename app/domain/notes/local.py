"""Histories read from a clone: which pull request brought a commit is told by the merges themselves."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from app.domain.notes.conventional import subject_of
from app.domain.notes.entries import number_of
from app.domain.notes.history import Author, Commit, MergedPull, author_named
from app.domain.values import Sha

_NOREPLY: Final = re.compile(
    r"(?:[0-9]{1,12}\+)?([A-Za-z0-9](?:-?[A-Za-z0-9]){0,38}(?:\[bot\])?)@users\.noreply\.github\.com"
)


def author_of(name: str, email: str) -> Author:
    """Return who made a commit; GitHub's own addresses tell the account."""
    found = _NOREPLY.fullmatch(email)
    return author_named(name, found[1] if found else None)


def with_pulls(commits: Sequence[Commit]) -> tuple[Commit, ...]:
    """Return the commits, parents before children, each with the pull request that a merge has brought it by."""
    by_sha = {commit.sha: commit for commit in commits}
    lines = _lines(commits)
    brought: dict[Sha, MergedPull] = {}
    for merge in commits:
        number = number_of(merge) if len(merge.parents) > 1 else None
        if number is None:
            continue
        title = subject_of(merge.message.partition("\n")[2]) or subject_of(merge.message)
        pull = brought[merge.sha] = MergedPull(number=number, title=title, url="")
        waiting = list(merge.parents[1:])
        while waiting:  # each commit is brought once: in all this takes one look at each
            commit = by_sha.get(waiting.pop())
            if commit is not None and commit.sha not in brought and lines[commit.sha] > lines[merge.sha]:
                brought[commit.sha] = pull
                waiting.extend(commit.parents)
    return tuple(replace(commit, pull=brought[commit.sha]) if commit.sha in brought else commit for commit in commits)


def _lines(commits: Sequence[Commit]) -> Mapping[Sha, int]:
    """Number the lines of development: a merge's own line has a lower number than any that it takes in."""
    lines: dict[Sha, int] = {}
    count = 0
    for commit in reversed(commits):
        if commit.sha not in lines:
            lines[commit.sha] = count
            count += 1
        own = lines[commit.sha]
        if commit.parents:
            first = commit.parents[0]
            lines[first] = min(lines.get(first, own), own)
    return lines
