"""Finds the marks of the release's block in an issue's body, and which lines between them are ours."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal, NamedTuple

BEGIN = "<!-- gonogo:begin -->"
END = "<!-- gonogo:end -->"
HEAD = "<!-- gonogo:head -->"
"""Ends the block's first line: where the block starts when somebody deletes the begin marker."""
FOOT = "<!-- gonogo:foot -->"
"""Ends the block's last line: where the block ends when somebody deletes the end marker."""

BrokenKind = Literal["none", "fenced", "lost-begin", "lost-end", "doubled", "nested", "reversed"]


class _Mark(NamedTuple):
    kind: str  # one of the four marks
    start: int  # of its line
    end: int  # of its line, before the line end
    next: int  # start of the next line


class Region(NamedTuple):
    """A stretch of whole lines that is ours."""

    start: int
    end: int
    next: int
    kind: BrokenKind | None  # None: a proper pair
    is_whole: bool  # both ends are known


class Scan(NamedTuple):
    """What was found of the block in a body: the stretches that are ours, in order, not overlapping."""

    regions: tuple[Region, ...]
    is_nested: bool
    has_fenced: bool  # markers stand in a code block
    has_open_fence: bool


_LINE_END = re.compile(r"\r\n|\n|\r")
_FENCE = re.compile(r" {0,3}(`{3,}(?=[^`]*\Z)|~{3,})")


def lines_of(text: str, start: int = 0, stop: int | None = None) -> Iterator[tuple[int, int, int]]:
    """Yield start, end and start of the next for each line, by the line ends Markdown knows."""
    stop = len(text) if stop is None else stop
    for found in _LINE_END.finditer(text, start, stop):
        yield start, found.start(), found.end()
        start = found.end()
    if start < stop:
        yield start, stop, stop


def mark_of(line: str) -> str | None:
    """Return the mark a line is (begin, end) or ends with (head, foot); one that is quoted or indented is text."""
    bare = line.rstrip(" \t")
    if not bare.endswith("-->"):
        return None
    if bare.endswith((BEGIN, END)):
        lead, mark = (bare[: -len(BEGIN)], BEGIN) if bare.endswith(BEGIN) else (bare[: -len(END)], END)
        return mark if lead in ("", " ", "  ", "   ") else None
    if bare.lstrip(" ").startswith(">"):
        return None
    return HEAD if bare.endswith(HEAD) else FOOT if bare.endswith(FOOT) else None


@lru_cache(maxsize=8)  # a body is looked at again and again while it is shown once
def scan_marks(body: str) -> Scan:
    """Find what is ours in a body. Linear in its length, whatever stands in it."""
    lines = list(lines_of(body))
    marks: list[_Mark] = []
    unclosed: dict[str, int] = {}  # by fence character: no fence of that length or longer is closed from here on
    has_fenced, depth, at = False, 0, 0
    while at < len(lines):
        start, end, after = lines[at]
        line = body[start:end]
        kind = mark_of(line)
        if kind:
            marks.append(_Mark(kind, start, end, after))
            depth = depth + 1 if kind == BEGIN else max(0, depth - 1) if kind == END else depth
        # Inside the block a fence is nobody's structure: an end marker ends it all the same.
        elif not depth and (fence := _FENCE.match(line)):
            closing = _closing(body, lines, at, fence.group(1), unclosed)
            if closing:
                inner = body[after : lines[closing][0]]
                has_fenced = has_fenced or BEGIN in inner or END in inner
                at = closing
        at += 1
    regions, is_nested = _regions(marks)
    return Scan(regions, is_nested, has_fenced, bool(unclosed))


def _closing(
    body: str, lines: list[tuple[int, int, int]], opening: int, fence: str, unclosed: dict[str, int]
) -> int | None:
    """Return the line that closes the fence. One that nothing closes counts as text: else it would hide the block."""
    if len(fence) >= unclosed.get(fence[0], len(fence) + 1):
        return None
    for at in range(opening + 1, len(lines)):
        start, end, _ = lines[at]
        line = body[start:end].rstrip(" \t")
        bare = line.lstrip(" ")
        if len(line) - len(bare) <= 3 and len(bare) >= len(fence) and not bare.strip(fence[0]):  # noqa: PLR2004 - Markdown's own figure
            return at
    unclosed[fence[0]] = len(fence)
    return None


def _regions(marks: list[_Mark]) -> tuple[tuple[Region, ...], bool]:
    """Match begins with ends like brackets; a marker without its other half reaches to the head or foot line."""
    found: list[Region] = []
    begins: list[int] = []
    for at, mark in enumerate(marks):
        if mark.kind == BEGIN:
            begins.append(at)
        elif mark.kind == END and begins:
            found.append(_region(marks[begins.pop()], mark, None, is_whole=True))
        elif mark.kind == END:
            head = _reach(marks, range(at - 1, -1, -1), HEAD)
            found.append(_region(head or mark, mark, "lost-begin", is_whole=head is not None))
    for at in begins:
        foot = _reach(marks, range(at + 1, len(marks)), FOOT)
        found.append(_region(marks[at], foot or marks[at], "lost-end", is_whole=foot is not None))
    found.sort(key=lambda region: region.start)
    outer: list[Region] = []
    for region in found:
        if not outer or region.start >= outer[-1].next:
            outer.append(region)
    return tuple(outer), len(outer) < len(found)


def _reach(marks: list[_Mark], places: range, kind: str) -> _Mark | None:
    """Return the nearest mark of that kind before another begin or end."""
    for at in places:
        if marks[at].kind in (BEGIN, END):
            return None
        if marks[at].kind == kind:
            return marks[at]
    return None


def _region(first: _Mark, last: _Mark, kind: BrokenKind | None, *, is_whole: bool) -> Region:
    return Region(first.start, last.end, last.next, kind, is_whole)
