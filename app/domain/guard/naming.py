"""Which tags the guard looks at: those named as the plans name their releases' tags, and not exempt."""

import re
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Final

from app.domain.plan.model import GuardRules

_VERSION: Final = r"[0-9][0-9A-Za-z.+_-]*"  # of a name that nobody has announced: what begins with a digit


def fits(name: str, pattern: str) -> bool:
    """Whether a tag is named as a plan names the tags of its releases, whatever the version."""
    return _names(pattern).fullmatch(name) is not None


def is_exempt(name: str, rules: GuardRules) -> bool:
    """Whether the plan leaves tags of that name to whoever makes them: as a ruleset of GitHub's leaves them out."""
    return any(_is_left_out(name.split("/"), pattern.split("/")) for pattern in rules.exempt)


def _is_left_out(name: list[str], pattern: list[str]) -> bool:
    return len(name) == len(pattern) and all(map(fnmatchcase, name, pattern))


def prefixes(patterns: Iterable[str]) -> Sequence[str]:
    """Return how the names begin that are to be looked for: as few beginnings as say them all."""
    found: list[str] = []
    for prefix in sorted({pattern.partition("*")[0] for pattern in patterns}):
        if not found or not prefix.startswith(found[-1]):
            found.append(prefix)
    return found


@lru_cache(maxsize=256)
def _names(pattern: str) -> re.Pattern[str]:
    return re.compile(_VERSION.join(map(re.escape, pattern.split("*"))), re.ASCII)
