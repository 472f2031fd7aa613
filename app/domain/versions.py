"""Which of two versions is the newer: semantic versions with prereleases, calendar versions, plain numbers."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

_LONGEST: Final = 200  # characters: a ref's name is hardly longer
_DIGITS: Final = 18
_VERSION: Final = re.compile(
    r"""[vV]?
        (?P<numbers>[0-9]{1,18}(?:[._][0-9]{1,18}){0,7})
        (?: -(?P<parts>[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)      # 1.0.0-rc.1
          | [.~_]?(?P<glued>[A-Za-z][0-9A-Za-z]*(?:[.-][0-9A-Za-z]+)*) )?  # 1.0rc1, 1.0.dev3, 1.0.post1
        (?:\+[0-9A-Za-z.-]*)?""",
    re.VERBOSE,
)
_RUNS: Final = re.compile(r"[0-9]+|[A-Za-z]+")
_STAGES: Final = {"dev": -2, **dict.fromkeys(("final", "ga", "p", "patch", "post", "release", "sp"), 1)}
"""Words right behind the numbers, as in `1.0.dev3`, `1.0.post1` or `5.0.RELEASE`: all others make a prerelease."""

Rank = tuple[tuple[int, int, str], ...]


@dataclass(frozen=True, slots=True, order=True)
class Version:
    """A version that was read. Of two the greater is the newer; what is no version is older than all that are."""

    is_known: bool
    numbers: tuple[int, ...]  # without zeros at the end: 1.0 is as new as 1.0.0
    stage: int  # below 0 a prerelease, 0 the numbers alone, 1 what follows them
    rank: Rank  # the parts of what stands behind the numbers

    @property
    def is_prerelease(self) -> bool:
        """Whether it comes before the version of its numbers, as `1.0.0-rc.1` does."""
        return self.stage < 0


_NONE: Final = Version(is_known=False, numbers=(), stage=0, rank=())


def read_version(text: str) -> Version:
    """Read a version, with or without the `v` of its tag. It never raises: see `is_known`."""
    found = _VERSION.fullmatch(text) if len(text) <= _LONGEST else None
    if found is None:
        return _NONE
    numbers = [int(part) for part in re.split("[._]", found["numbers"])]
    while len(numbers) > 1 and not numbers[-1]:
        numbers.pop()
    stage, rank = _tail(found["parts"], found["glued"])
    return Version(is_known=True, numbers=tuple(numbers), stage=stage, rank=rank)


def newest_first(texts: Iterable[str]) -> list[str]:
    """Return versions from the newest to the oldest; what is no version comes last, by its text."""
    known: list[tuple[Version, str]] = []
    unknown: list[str] = []
    for text in texts:
        version = read_version(text)
        if version.is_known:
            known.append((version, text))
        else:
            unknown.append(text)
    return [text for _, text in sorted(known, reverse=True)] + sorted(unknown)


def is_newest(text: str, others: Iterable[str]) -> bool:
    """Whether a version is newer than all the others: what `latest` means. No prerelease is, and nothing unknown."""
    version = read_version(text)
    if not version.is_known or version.is_prerelease:
        return False
    out = (other for other in map(read_version, others) if not other.is_prerelease)
    return all(other <= version for other in out)


def _tail(parts: str | None, glued: str | None) -> tuple[int, Rank]:
    """Return the stage, and what to compare in it."""
    if parts is not None:
        return -1, _rank(parts.split("."))
    if glued is None:
        return 0, ()
    words = [word for part in re.split("[.-]", glued) for word in _RUNS.findall(part)]
    return _STAGES.get(words[0].casefold(), -1), _rank(words)


def _rank(parts: Iterable[str]) -> Rank:
    """Rank parts as semantic versioning does: numbers by value and below words, words by their letters."""
    return tuple((0, int(part), "") if part.isdigit() and len(part) <= _DIGITS else (1, 0, part) for part in parts)
