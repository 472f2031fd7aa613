"""How a plan's words become ids: numbers, slugs, plain titles, and names that are given only once."""

import re
from collections.abc import Iterable

MAX_SLUG = 60

_NUMBER = re.compile(r"(\d{1,4}(?:\.\d{1,4}){1,3}|\d{1,4}(?=[.):]))[.):]?[ \t]+(.*)", re.DOTALL)
_PHASE = re.compile(r"(?:phase|stage|part)[ \t]+(\d{1,4}(?:\.\d{1,4}){0,3})(?!\w)", re.IGNORECASE)
_NOT_WORD = re.compile(r"[\W_]+")
_LINK = re.compile(r"\[([^\[\]]*)\]\([^()]*\)")


def slugify(text: str) -> str:
    """Lower-case words joined by hyphens, at most 60 characters; empty when there is no word in it."""
    return _NOT_WORD.sub("-", text.casefold()).strip("-")[:MAX_SLUG].strip("-")


def plain(text: str) -> str:
    """A title without its emphasis, its links and a closing colon."""
    return _LINK.sub(r"\1", text).strip().rstrip(":").strip("*_ \t").rstrip(":").strip()


def split_number(title: str) -> tuple[str | None, str]:
    """`2.3 Notarize` and `2. Notarize` as number and title; `3 days before` has no number."""
    found = _NUMBER.match(title)
    return (found[1], found[2].strip()) if found and found[2].strip() else (None, title)


def phase_number(title: str) -> str | None:
    """The number of `Phase 4: Launch` or `4. Launch`, if the title has one."""
    found = _PHASE.match(title)
    return found[1] if found else split_number(title)[0]


def is_phase_title(title: str) -> bool:
    """Whether the title itself says that this is a phase (`Phase 2: Builds`)."""
    return _PHASE.match(title) is not None


def one_spaced(text: str) -> str:
    """The text with each run of blanks as one space: how texts are compared."""
    return " ".join(text.split())


def unique(words: Iterable[str | None]) -> tuple[str, ...]:
    """The words that are there, each once, in order."""
    return tuple(dict.fromkeys(word for word in words if word))


class Names:
    """Gives each name once: the second `build` is `build-2`, and so on, the same at every reading."""

    def __init__(self) -> None:
        self._count: dict[str, int] = {}

    def take(self, wanted: str) -> str:
        """The wanted name, or the first free one after it."""
        name = wanted
        while name in self._count:
            self._count[wanted] += 1
            name = f"{wanted}-{self._count[wanted]}"
        self._count[name] = 1
        return name

    def __contains__(self, name: str) -> bool:
        return name in self._count
