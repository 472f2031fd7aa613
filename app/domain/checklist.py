"""The block in an issue: item lines with hidden ids, and the block found and put back among people's text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote, unquote

from app.domain.marks import BEGIN, END, BrokenKind, Region, Scan, lines_of, mark_of, scan_marks
from app.domain.values import ItemId

# -- item lines -----------------------------------------------------------------------------------------

_ITEM_TEXT_LIMIT = 1000
_BREAK = "\u200b"  # zero width space: keeps the look, breaks the syntax, and is harmless inside a code span
_BOX = re.compile(r"[ \t]*[-*+][ \t]+\[([ xX])\](?=[ \t])")
_ID_OPENS, _ID_ENDS = "<!-- i:", " -->"
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
_LIVE = re.compile(r"(?<=@)(?=\w)|(?<=<)(?=[a-zA-Z/!?])|(?<=!)(?=\[)")
# A whole web address: GitHub makes one link of it, whatever @ it holds, and a break inside would spoil it.
_ADDRESS = re.compile(r"(?:(?<=[\s(])|^)(https?://[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+(?::\d+)?(?:[/?#][^\s<>()\[\]`]*)?)")
_TICKS = re.compile(r"`+")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadItem:
    """An item as it was found in a block: which, and whether its box is ticked."""

    id: ItemId
    is_ticked: bool


def item_text(text: str) -> str:
    """Return an item's Markdown on one line: links and code stay; mentions, images, HTML and comments go."""
    line = _UNSEEN.sub(" ", _without_comments(text)).strip()
    if len(line) > _ITEM_TEXT_LIMIT:
        line = line[: _ITEM_TEXT_LIMIT - 1] + "…"
    pieces = _ADDRESS.split(line)
    pieces[::2] = [_LIVE.sub(_BREAK, piece) for piece in pieces[::2]]
    return _balanced("".join(pieces))


def item_line(item_id: ItemId, text: str, *, is_ticked: bool, depth: int = 0, note: str = "") -> str:
    """Return `- [x] text <!-- i:2.3.1 --> note`; `text` comes from `item_text`, `note` is one line of Markdown."""
    box = "x" if is_ticked else " "
    hidden = f"{_ID_OPENS}{_hide(item_id)}{_ID_ENDS}"
    return f"{'  ' * depth}- [{box}] {text} {hidden}{' ' if note else ''}{note}"


def read_items(block: str) -> tuple[ReadItem, ...]:
    """Return the items of a block in order, by their hidden ids; whatever else stands there is passed over."""
    return tuple(item for start, end, _ in lines_of(block) if (item := _read_item(block[start:end])))


def item_words(line: str) -> str:
    """Return what stands between an item's box and its hidden id."""
    box = _BOX.match(line)
    return line[box.end() if box else 0 : line.find(_ID_OPENS)].strip()


def _read_item(line: str) -> ReadItem | None:
    box = _BOX.match(line)
    start = line.find(_ID_OPENS)
    end = line.find(_ID_ENDS, start)
    if box is None or start < 0 or end < 0:
        return None
    hidden = line[start + len(_ID_OPENS) : end]
    return ReadItem(id=ItemId(unquote(hidden, errors="surrogatepass")), is_ticked=box.group(1) in "xX")


def _hide(item_id: ItemId) -> str:
    # Two dashes would end the comment for some Markdown readers.
    return quote(item_id, safe="", errors="surrogatepass").replace("--", "%2D%2D")


def _without_comments(text: str) -> str:
    kept: list[str] = []
    at = 0
    while (start := text.find("<!--", at)) >= 0 and (end := text.find("-->", start + 4)) >= 0:
        kept.append(text[at:start])
        at = end + 3
    return "".join((*kept, text[at:]))


def _balanced(line: str) -> str:
    """Write backticks that close nothing as entities, so that a code span cannot reach over the hidden id."""
    runs = [(m.start(), m.end()) for m in _TICKS.finditer(line)]
    loose: list[tuple[int, int]] = []
    at = 0
    while at < len(runs):
        start, end = runs[at]
        length = end - start
        twin = next((n for n in range(at + 1, len(runs)) if runs[n][1] - runs[n][0] == length), None)
        if twin is None:
            loose.append(runs[at])
        at = at + 1 if twin is None else twin + 1
    for start, end in reversed(loose):
        line = line[:start] + "&#96;" * (end - start) + line[end:]
    return line


# -- the block among people's text -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The block stands where it should: `before` and `after` are people's, byte for byte."""

    before: str
    inside: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """There is no one block: what is wrong, and every piece of text that is or was a block of ours."""

    kind: BrokenKind
    insides: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A body with the block in it, and one line for each thing that had to be mended."""

    body: str
    repairs: tuple[str, ...] = ()


def find_block(body: str) -> Found | Broken:
    """Find the block between its markers. Markers in a code block are people's text. Linear in the body's length."""
    scan = scan_marks(body)
    if len(scan.regions) == 1 and scan.regions[0].kind is None and not scan.is_nested:
        start, end, _, _, _ = scan.regions[0]
        return Found(before=body[:start], inside=_inside(body, scan.regions[0]), after=body[end:])
    return Broken(kind=_kind(scan), insides=tuple(_inside(body, r) for r in scan.regions if r.is_whole))


def put_block(body: str, block: str) -> Placed:
    """Put the block in its place, or after what people wrote. What stands outside keeps every byte.

    Putting the same block twice changes nothing. Line ends inside follow those outside.
    """
    scan = scan_marks(body)
    if not scan.regions:
        return _appended(body, block, scan)
    first, *others = scan.regions
    before, after = body[: first.start], "".join(_without(body, first.end, others))
    line_end = _line_end(before + after, body)
    return Placed(body=before + _framed(block, line_end) + after, repairs=tuple(dict.fromkeys(_repairs(scan))))


def _appended(body: str, block: str, scan: Scan) -> Placed:
    line_end = _line_end(body, body)
    repairs: list[str] = []
    if scan.has_fenced:
        repairs.append("The block's markers stand in a code block, which was left alone: a new block was added below.")
    if scan.has_open_fence:
        repairs.append("A code block above is never closed, so GitHub shows the release's block as code: close it.")
    gap = ""
    if body.strip():
        ends = sum(1 for _ in _trailing_line_ends(body))
        gap = line_end * max(0, 2 - ends)
    elif body and body[-1] not in "\r\n":
        gap = line_end
    return Placed(body=body + gap + _framed(block, line_end), repairs=tuple(repairs))


def _trailing_line_ends(body: str) -> Iterator[None]:
    at = len(body)
    while at and body[at - 1] in "\r\n":
        at -= 2 if body[max(0, at - 2) : at] == "\r\n" else 1
        yield


def _without(body: str, at: int, regions: list[Region]) -> Iterator[str]:
    for region in regions:
        yield body[at : region.start]
        at = region.next
    yield body[at:]


def _framed(block: str, line_end: str) -> str:
    text = block.replace("\r\n", "\n").replace("\r", "\n")
    for mark in (BEGIN, END):
        text = text.replace(mark, mark.replace(":", ": "))
    return line_end.join((BEGIN, text.replace("\n", line_end), END))


def _line_end(outside: str, body: str) -> str:
    decides = outside if "\n" in outside else body
    return "\r\n" if "\r\n" in decides else "\n"


def _inside(body: str, region: Region) -> str:
    lines = [body[start:after] for start, _, after in lines_of(body, region.start, region.next)]
    return "".join(line for line in lines if mark_of(line.rstrip("\r\n")) not in (BEGIN, END))


def _kind(scan: Scan) -> BrokenKind:
    kinds: list[BrokenKind | None] = [region.kind for region in scan.regions]
    if scan.has_fenced and not kinds:
        return "fenced"
    if not kinds:
        return "none"
    if kinds == ["lost-begin", "lost-end"]:
        return "reversed"
    if kinds.count(None) > 1:
        return "doubled"
    for kind in kinds:
        if kind:
            return kind
    return "nested"


def _repairs(scan: Scan) -> Iterator[str]:
    lost = [region for region in scan.regions if region.kind]
    if _kind(scan) == "reversed":
        yield "The block's markers stood in the wrong order: the block was written anew, the text between was left."
        lost = []
    for region in lost:
        which, where = ("begin", "above") if region.kind == "lost-begin" else ("end", "below")
        rest = "it was put back." if region.is_whole else f"the block was written anew, the text {where} was left."
        yield f"The block's {which} marker was missing: {rest}"
    if any(region.is_whole for region in scan.regions[1:]):
        yield "The block was there more than once: one was kept, the others were removed."
    if scan.is_nested:
        yield "A block stood inside the block: they were made one."
