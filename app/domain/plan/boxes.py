"""One checkbox on one line: well formed, malformed (and how), or none at all."""

import re
from dataclasses import dataclass

_BRACKETS = re.compile(r"\[([^\[\]]{0,80})\]")
_MARKER = re.compile(r"[ \t>]*(?:([-*+]|\d{1,9}[.)])([ \t]*))?(?=\[)")
_TICKS = frozenset({" ", "x", "X"})
_MEANT_AS_TICKS = frozenset({"", "x", "X", "✓", "✔", "✅", "☑", "✗", "-", "~", "_", ".", "*"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """The text beside a box, and what is wrong with the box, if anything."""

    text: str
    trouble: str | None = None


def read_box(content: str) -> Box | None:
    """The box that a list item's text starts with, by GitHub's rule: `[ ]` or `[x]`, a blank, then text."""
    if not content.startswith("["):
        return None
    found = _BRACKETS.match(content)
    if found is None:
        if content.startswith("[ ") and "]" not in content:
            return Box(text=content[1:].strip(), trouble="the bracket is never closed")
        return None
    inside, rest = found[1], content[found.end() :]
    if rest[:1] in {"(", "["} or (rest[:1] == ":" and inside.strip()):
        return None  # a link, or a link's definition
    if inside.strip() not in _MEANT_AS_TICKS:
        return None
    return Box(text=rest.strip(), trouble=_trouble(inside, rest))


def read_loose_line(line: str) -> Box | None:
    """A box in a line that Markdown did not make a list item of: GitHub shows none there, so it is trouble."""
    marker = _MARKER.match(line)
    if marker is None:
        return None
    box = read_box(line[marker.end() :].rstrip())
    if box is None:
        return None
    if marker[1] is None:
        bare = line[marker.end() :]
        return Box(text=box.text, trouble="the list marker is missing") if _is_plain_box(bare) else None
    if not marker[2]:
        return Box(text=box.text, trouble=f"a blank is missing after `{marker[1]}`")
    return Box(
        text=box.text, trouble=box.trouble or "indentation or the text around it keeps it from being a list item"
    )


def _is_plain_box(content: str) -> bool:
    return content[1:2] in _TICKS and content[2:4] == "] "


def _trouble(inside: str, rest: str) -> str | None:
    if inside not in _TICKS:
        return f"between the brackets stands {inside!r}, not one blank or x"
    if not rest.strip():
        return "there is no text beside it"
    if rest[0] not in " \t\n":
        return "a blank is missing after the bracket"
    return None
