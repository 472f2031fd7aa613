"""A plan's Markdown as a flat list of the blocks that matter: titles, items, bullets, paragraphs, fences."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

from app.domain.plan.boxes import Box, read_box, read_loose_line
from app.domain.plan.links import definition
from app.domain.plan.model import Problem, Severity

BOLD_LEVEL = 7  # below every heading
LABEL_LEVEL = 8
MAX_NESTING = 20  # two levels a list; boxes deeper than that are told, not lost


@dataclass(frozen=True, slots=True, kw_only=True)
class Title:
    """What opens a section: a heading (1-6), one bold text (7), or a line ending in a colon above a checklist (8)."""

    level: int
    text: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Boxed:
    """One checkbox item, `depth` boxes below the top of its list."""

    text: str
    line: int
    depth: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bullet:
    """A list item without a box."""

    text: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """Text outside of any list or quote, line by line."""

    lines: tuple[str, ...]
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Fence:
    """A fenced block outside of any list or quote: never structure, but shell in it means what it says."""

    language: str
    content: str
    line: int


Block = Title | Boxed | Bullet | Paragraph | Fence


@dataclass(slots=True)
class Blocks:
    """What was found, in the file's order, the trouble with it, and the link definitions."""

    found: list[Block] = field(default_factory=list[Block])
    problems: list[Problem] = field(default_factory=list[Problem])
    definitions: dict[str, str] = field(default_factory=dict[str, str])


@cache
def _markdown() -> MarkdownIt:
    """Block structure only. Link definitions are read by `links`: the rule for them is slow on hostile text."""
    return MarkdownIt("commonmark", {"maxNesting": MAX_NESTING}).disable(["reference", "inline", "text_join"])


def read_blocks(lines: Sequence[str], first: int) -> Blocks:
    """The blocks of these lines, of which the first is line `first` (1-based) of the file. Linear; never raises."""
    walk = _Walk(lines=lines, first=first)
    walk.run(_markdown().parse("\n".join(lines)))
    walk.add_loose_boxes()
    walk.blocks.found.sort(key=lambda block: block.line)
    return walk.blocks


@dataclass(slots=True, kw_only=True)
class _Walk:
    """One pass over the tokens, with the open list items and the lines already spoken for."""

    lines: Sequence[str]
    first: int
    blocks: Blocks = field(default_factory=Blocks)
    open_items: list[bool] = field(default_factory=list[bool])  # whether each open list item has a box
    taken: set[int] = field(default_factory=set[int])  # 0-based lines that hold items, fenced text or comments
    label: tuple[int, Paragraph] | None = None  # index in `found`; it becomes a title if a box follows in the next list
    lists: int = 0

    def run(self, tokens: Sequence[Token]) -> None:
        for at, token in enumerate(tokens):
            match token.type:
                case "list_item_open":
                    self.open_items.append(False)
                case "list_item_close":
                    self.open_items.pop()
                case "bullet_list_open" | "ordered_list_open":
                    if token.level == 0 and tokens[at - 1].type != "paragraph_close":
                        self.label = None
                case "inline":
                    self._text(token, tokens[at - 1], starts_item=tokens[at - 2].type == "list_item_open")
                case "fence":
                    self._fence(token)
                case "html_block":
                    self._html(token)
                case _:
                    pass

    def _text(self, token: Token, parent: Token, *, starts_item: bool) -> None:
        start = (token.map or [0])[0]
        if parent.type == "heading_open":
            if parent.level == 0:
                self._add(Title(level=int(parent.tag[1]), text=token.content, line=self.first + start))
            return
        if starts_item:
            self._list_item(token.content, start)
        elif parent.level == 0:
            self._paragraph(token.content, start)
        else:
            self._lines_of(token.content)

    def _list_item(self, content: str, start: int) -> None:
        box = read_box(content.split("\n", 1)[0])
        text = " ".join(self._lines_of(content))
        if box is None:
            if len(self.open_items) == 1:
                self._add(Bullet(text=text, line=self.first + start))
            return
        depth = sum(self.open_items)
        self.open_items[-1] = True
        self.taken.add(start)
        full = read_box(text) or box
        self._item(Box(text=full.text, trouble=box.trouble), start, depth)

    def _item(self, box: Box, start: int, depth: int) -> None:
        if self.label is not None:
            at, paragraph = self.label
            self.blocks.found[at] = Title(level=LABEL_LEVEL, text=paragraph.lines[0], line=paragraph.line)
            self.label = None
        self.blocks.found.append(Boxed(text=box.text, line=self.first + start, depth=depth))
        if box.trouble:
            self.blocks.problems.append(
                _error(
                    self.first + start,
                    "malformed-checkbox",
                    f"`{self.lines[start].strip()[:60]}` is no checkbox on GitHub: {box.trouble}. Write `- [ ] text`",
                )
            )

    def _paragraph(self, content: str, start: int) -> None:
        lines = self._lines_of(content)
        if not lines:
            return
        line = self.first + start
        one = content.strip()
        if "\n" not in one and is_one_bold_text(one):
            self._add(Title(level=BOLD_LEVEL, text=one, line=line))
            return
        paragraph = Paragraph(lines=tuple(lines), line=line)
        self._add(paragraph)
        if "\n" not in one and without_comment(one).rstrip("*_ ").endswith(":"):
            self.label = len(self.blocks.found) - 1, paragraph

    def _lines_of(self, content: str) -> list[str]:
        """A paragraph's lines up to a stray box, without link definitions, which are kept aside."""
        lines: list[str] = []
        for number, raw in enumerate(content.split("\n")):
            line = raw.strip()
            if number and read_loose_line(line):
                break
            named = definition(line)
            if named is None:
                lines.append(line)
            else:
                self.blocks.definitions.setdefault(*named)
        return lines

    def _fence(self, token: Token) -> None:
        start, end = token.map or [0, 0]
        self.taken.update(range(start, end))
        last = self.lines[end - 1].lstrip(" \t>")
        if end == start + 1 or not last.startswith(token.markup) or last.strip(token.markup[0] + " \t"):
            self.blocks.problems.append(
                _error(self.first + start, "unclosed-fence", "this fence is never closed: all below it reads as code")
            )
        if token.level == 0:
            language = token.info.split(None, 1)[0].casefold() if token.info.strip() else ""
            self._add(Fence(language=language, content=token.content, line=self.first + start))

    def _html(self, token: Token) -> None:
        """What is commented out is not in the plan; our own comment below an item belongs to that item."""
        content = token.content.strip()
        if not content.startswith("<!--"):
            return
        start, end = token.map or [0, 0]
        self.taken.update(range(start, end))
        last = self.blocks.found[-1] if self.blocks.found else None
        if content.startswith("<!-- gonogo:") and isinstance(last, Boxed) and self.open_items and self.open_items[-1]:
            self.blocks.found[-1] = Boxed(text=f"{last.text} {content}", line=last.line, depth=last.depth)

    def add_loose_boxes(self) -> None:
        """Each line that looks like a box and became no item is kept as one, and told."""
        self.label = None
        for at, line in enumerate(self.lines):
            if at not in self.taken and "[" in line:
                box = read_loose_line(line)
                if box:
                    self._item(box, at, depth=0)

    def _add(self, block: Block) -> None:
        self.label = None if not isinstance(block, Bullet) else self.label
        self.blocks.found.append(block)


def without_comment(text: str) -> str:
    """The text before the first HTML comment."""
    return text.split("<!--", 1)[0].rstrip()


def is_one_bold_text(text: str) -> bool:
    """Whether the whole paragraph is `**bold**`, with or without a colon."""
    text = without_comment(text).rstrip(": \t")
    mark = text[:2]
    return mark in {"**", "__"} and len(text) > 2 * len(mark) and text.endswith(mark) and mark not in text[2:-2]


def _error(line: int, code: str, message: str) -> Problem:
    return Problem(line=line, severity=Severity.ERROR, code=code, message=message)
