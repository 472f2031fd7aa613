"""Reads a commit message by the rules of Conventional Commits 1.0: https://www.conventionalcommits.org/en/v1.0.0/."""

import re
from dataclasses import dataclass
from typing import Final

MESSAGE_READ: Final = 65_536
"""Characters of a message that are looked at."""

_HEADER: Final = re.compile(
    r"(?P<type>\w[\w-]{0,39})(?:\((?P<scope>[^()\r\n]{1,100})\))?(?P<bang>!)?:[ \t]+(?P<words>\S.*)"
)
_FOOTER: Final = re.compile(r"(?P<token>BREAKING[ -]CHANGE(?=: )|[A-Za-z][\w-]{0,99})(?:: | (?=#))(?P<value>.*)")
_BREAKING: Final = frozenset({"BREAKING CHANGE", "BREAKING-CHANGE"})  # in capitals only, as the standard says


@dataclass(frozen=True, slots=True, kw_only=True)
class Conventional:
    """A message that follows the convention."""

    type: str  # lower case
    scope: str | None
    words: str  # the description behind the colon
    is_breaking: bool
    breaking: str | None  # what breaks, where a footer says so
    footers: tuple[tuple[str, str], ...] = ()


def subject_of(message: str) -> str:
    """Return the first line that says something."""
    return message[:MESSAGE_READ].lstrip().partition("\n")[0].rstrip()


def read_conventional(message: str) -> Conventional | None:
    """Read a message, None where it does not follow the convention. Never raises; takes time in proportion."""
    lines = message[:MESSAGE_READ].strip().splitlines()
    header = _HEADER.fullmatch(lines[0].rstrip()) if lines else None
    if header is None:
        return None
    footers = _footers(lines[1:])
    breaking = next((value for token, value in footers if token in _BREAKING), None)
    return Conventional(
        type=header["type"].lower(),
        scope=(header["scope"] or "").strip() or None,
        words=header["words"].strip(),
        is_breaking=header["bang"] is not None or breaking is not None,
        breaking=breaking or None,
        footers=footers,
    )


def _footers(lines: list[str]) -> tuple[tuple[str, str], ...]:
    """Return token and value of each footer. A value goes on until the next token; the first stands after a blank line.

    A breaking change is one wherever its line stands in the body: to overlook one is worse than to tell one too many.
    """
    found: list[tuple[str, list[str]]] = []
    is_after_blank = False
    for line in lines:
        footer = _FOOTER.fullmatch(line.rstrip())
        is_footer = footer is not None and (found or is_after_blank or footer["token"] in _BREAKING)
        if footer is not None and is_footer:
            found.append((footer["token"], [footer["value"].strip()]))
        elif found:
            found[-1][1].append(line.strip())
        is_after_blank = not line.strip()
    return tuple((token, " ".join(part for part in value if part)) for token, value in found)
