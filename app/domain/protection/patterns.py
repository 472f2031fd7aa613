"""Patterns of refs: which tags a plan's releases have, and whether a ruleset holds for all of them."""

import re
from collections.abc import Iterable
from typing import Final

TAGS: Final = "refs/tags/"
ALL: Final = "~ALL"
_MAGIC: Final = re.compile(r"[*?\[\]{}\\]")


def missed(wanted: Iterable[str], include: Iterable[str]) -> tuple[str, ...]:
    """Return the wanted patterns for which a ruleset with these does not hold, as far as can be seen."""
    there = tuple(include)
    return tuple(one for one in wanted if not any(_covers(pattern, one) for pattern in there))


def touched(wanted: Iterable[str], patterns: Iterable[str]) -> tuple[str, ...]:
    """Return those of the patterns that may fit tags of a wanted one: in doubt they do."""
    all_wanted = tuple(wanted)
    return tuple(pattern for pattern in patterns if any(_may_meet(pattern, one) for one in all_wanted))


def _covers(pattern: str, wanted: str) -> bool:
    """Whether everything that fits `wanted` fits `pattern`. A `*` of GitHub's stops at a slash."""
    if pattern in (ALL, wanted, "refs/tags/**/*", "refs/**/*"):
        return True
    stem = pattern.rstrip("*")  # two stars that no slash follows are one
    return (
        pattern.endswith("*")
        and not _MAGIC.search(stem)
        and stem.startswith(TAGS)
        and wanted.startswith(stem)
        and "/" not in wanted.removeprefix(stem)
    )


def _may_meet(pattern: str, wanted: str) -> bool:
    if pattern.startswith("~"):
        return pattern == ALL
    mine, theirs = (_MAGIC.split(one, maxsplit=1)[0] for one in (pattern, wanted))
    return mine.startswith(theirs) or theirs.startswith(mine)
