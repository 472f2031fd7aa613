"""Finds the commands in a comment: lines that begin with `/release` in what a reader of the page sees as plain text."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdown_it.utils import EnvType

MAX_COMMENT = 65_536
"""Characters: GitHub itself takes no longer comment."""
MAX_INVOCATIONS = 10
"""Commands read from one comment; what comes after them is left alone."""
MAX_TEXT = 1_000
"""Characters that may follow `/release`; `parse_args` refuses more."""
_MAX_LINES = 2_500  # up to the last command; a log that long is pasted below the command or as a file
_MAX_INLINE = 4_000  # characters of all paragraphs that commands stand in: bounds the time of a hostile one

_COMMAND = re.compile(r"/release(?: +(?P<text>.*))?", re.IGNORECASE | re.ASCII)
_MARK = "\ue000"  # private use: stands behind a command's prefix while Markdown is read, to know its line again
_MARKED = re.compile(rf"/release{_MARK}(\d+){_MARK}")
_JOINERS = "\u200c\u200d"  # invisible, but parts of words and emoji
_HTML_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_SHELTER = re.compile(
    r"<(/?)(blockquote|code|del|details|kbd|pre|q|s|samp|strike|table|template|textarea)(?![\w-])", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Invocation:
    """One command found in a comment. `text` is what follows `/release`, trimmed; `line` counts from 1."""

    text: str
    line: int

    @property
    def word(self) -> str:
        """The command's word, folded to lower case; empty where `/release` stands alone."""
        return self.text.partition(" ")[0].casefold()

    @property
    def rest(self) -> str:
        """What follows the command's word."""
        return self.text.partition(" ")[2].strip()


def find_invocations(comment: str) -> tuple[Invocation, ...]:
    """Return the commands of a comment in their order, at most MAX_INVOCATIONS.

    A command is a line of a top-level paragraph. Quotes, code, HTML (comments too), headings, lists and tables hold
    none, and neither does what is longer than the limits: cutting it could lay open what a later line closes.
    """
    if len(comment) > MAX_COMMENT or "/release" not in comment.casefold():
        return ()
    lines = comment.replace("\r\n", "\n").replace("\r", "\n").replace(_MARK, "\ufffd").split("\n")
    texts: dict[int, str] = {}
    for index, line in enumerate(lines):
        found = _COMMAND.fullmatch(_plain(line)) if "/release" in line.casefold() else None
        if found:
            texts[index] = found["text"] or ""
            indent = line[: len(line) - len(line.lstrip(" \t"))]
            lines[index] = f"{indent}/release{_MARK}{index}{_MARK} {texts[index]}"
    lines = _up_to_the_end_of_the_paragraph(lines, max(texts, default=-1))
    if not texts or len(lines) > _MAX_LINES:
        return ()
    seen = _Seen()
    _read("\n".join(lines), seen)
    return tuple(
        Invocation(_without(texts[index], hidden), index + 1)
        for index, hidden in list(seen.commands.items())[:MAX_INVOCATIONS]
    )


@dataclass(slots=True)
class _Seen:
    """What a reader has come across so far, from the top of the comment."""

    commands: dict[int, list[str]] = field(default_factory=dict[int, list[str]])  # line -> HTML comments on it
    shelters: Counter[str] = field(default_factory=Counter[str])  # open HTML elements that quote or hide

    def html(self, text: str) -> None:
        """Follow the elements that an HTML fragment opens and closes."""
        for found in _SHELTER.finditer(_HTML_COMMENT.sub("", text)):
            name = found[2].lower()
            self.shelters[name] = max(0, self.shelters[name] + (-1 if found[1] else 1))

    @property
    def is_sheltered(self) -> bool:
        return any(self.shelters.values())


def _read(text: str, seen: _Seen) -> None:
    """Walk the blocks of the text; the inside of a paragraph is read only where a command or HTML may stand."""
    markdown = _markdown()
    env: EnvType = {}
    is_paragraph = False  # the token is the inside of a top-level one
    budget = _MAX_INLINE
    for token in markdown.parse(text, env):
        if token.type == "html_block" and token.level == 0:
            seen.html(token.content)
        elif is_paragraph and (_MARK in token.content or _SHELTER.search(token.content)):
            budget -= len(token.content)
            if budget < 0:
                return
            children: list[Token] = []
            markdown.inline.parse(token.content, markdown, env, children)
            _read_paragraph(children, seen)
        is_paragraph = token.type == "paragraph_open" and token.level == 0


def _read_paragraph(tokens: Iterable[Token], seen: _Seen) -> None:
    command: int | None = None
    is_line_start = True
    for token in tokens:
        if token.type in {"softbreak", "hardbreak"}:
            is_line_start, command = True, None
            continue
        if token.type == "html_inline":
            seen.html(token.content)
            if command is not None and token.content.startswith("<!--"):
                seen.commands[command].append(token.content.partition("\n")[0])
        elif is_line_start and token.type == "text" and token.level == 0 and not seen.is_sheltered:
            found = _MARKED.match(token.content)
            if found:
                command = int(found[1])
                seen.commands[command] = []
        is_line_start = False


def _up_to_the_end_of_the_paragraph(lines: list[str], last: int) -> list[str]:
    """Drop what follows the blank line after the last possible command: no Markdown reaches up across it."""
    end = next((index for index in range(last + 1, len(lines)) if not lines[index].strip(" \t")), len(lines))
    return lines[:end]


def _without(text: str, hidden: Iterable[str]) -> str:
    """Drop what the page does not show, then the backslash of a hard line break, then what is past the limit."""
    for part in hidden:
        text = text.replace(part, " ", 1)
    return text.strip().removesuffix("\\").strip()[: MAX_TEXT + 1]


def _plain(line: str) -> str:
    """Return a line with every kind of blank as a space and without controls and invisible characters."""
    return "".join(_plain_characters(line)).strip()


def _plain_characters(line: str) -> Iterator[str]:
    for character in line:
        if character.isspace():
            yield " "
        elif character in _JOINERS or unicodedata.category(character) not in {"Cc", "Cf", "Cs"}:
            yield character


@cache
def _markdown() -> MarkdownIt:
    """Return a reader of GitHub's Markdown that stops at blocks: the inside of most paragraphs is of no interest."""
    markdown = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    markdown.core.ruler.enableOnly(["normalize", "block"])
    return markdown
