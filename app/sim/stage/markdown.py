"""GitHub's Markdown as HTML for the page: tables, task lists, folded details; no other HTML, nothing from outside."""

import re
from collections import Counter
from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from html import escape
from typing import Any, Final

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.utils import OptionsDict
from markupsafe import Markup

_TAG: Final = re.compile(r"<!--.*?(?:-->|\Z)|<(/?)(details|summary|sub|sup|b|br|kbd)( open)?\s*/?>", re.DOTALL)
_ENTITY: Final = re.compile(r"&amp;(#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_BOX: Final = re.compile(r"\[([ xX])\](?:[ \t]|$)")
_ID: Final = re.compile(r"<!-- (i:\S{1,150}) -->")
_HERE: Final = re.compile(r"https?://[^/]+/white-room/daw(?:[/?#]|$)")
_ANCHORS: Final = (
    (re.compile(r"#issuecomment-(\d+)$"), "comment-"),
    (re.compile(r"/actions/runs/(\d+)"), "run-"),
    (re.compile(r"/issues/(\d+)$"), "issue-"),
    (re.compile(r"/runs/(\d+)$"), "check-"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A checkbox of a list item, by a name that stays when other lines come and go."""

    name: str
    words: str
    line: int  # from 0
    is_ticked: bool


@lru_cache(maxsize=512)
def to_html(text: str, *, for_clicks: bool = False) -> Markup:
    """Return the HTML of a comment or body, as it is put into the page. Hidden comments are dropped.

    Boxes are only to be looked at, unless it is `for_clicks`: then each carries its name, and the page's script
    switches it on.
    """
    env: dict[str, object] = {"for_clicks": for_clicks}
    html = _READER.render(text, env)
    left_open = env.get("details", 0)
    return Markup(html + "</details>" * (left_open if isinstance(left_open, int) else 0))  # noqa: S704  # nosec B704 # all that can stand in it is made below


@lru_cache(maxsize=64)
def boxes_in(text: str) -> tuple[Box, ...]:
    """Return the checkboxes of a body, in order; what only looks like one, as in a code block, is none."""
    children = (child for token in _READER.parse(text) for child in token.children or ())
    return tuple(child.meta["box"] for child in children if child.type == "task_box")


def _only_known_tags(html: str, env: MutableMapping[str, Any]) -> str:
    """Keep the tags that GitHub's own readers need, without attributes; drop comments; the rest is text."""
    out: list[str] = []
    at = 0
    for found in _TAG.finditer(html):
        out.append(_text(html[at : found.start()]))
        out.append(_tag(found, env))
        at = found.end()
    return "".join((*out, _text(html[at:])))


def _tag(found: re.Match[str], env: MutableMapping[str, Any]) -> str:
    closes, name, is_open = found[1], found[2], found[3]
    if name is None:
        return ""
    if name == "details":
        depth: int = env.get("details", 0)
        if closes and not depth:
            return ""  # it would close something of the page's own
        env["details"] = depth - 1 if closes else depth + 1
    return f"<{closes}{name}{' open' if is_open and name == 'details' and not closes else ''}>"


def _text(text: str) -> str:
    return _ENTITY.sub(r"&\1;", escape(text))


def _html(
    _renderer: RendererHTML, tokens: Sequence[Token], at: int, _options: OptionsDict, env: MutableMapping[str, Any]
) -> str:
    return _only_known_tags(tokens[at].content, env)


def _box(
    _renderer: RendererHTML, tokens: Sequence[Token], at: int, _options: OptionsDict, env: MutableMapping[str, Any]
) -> str:
    box: Box = tokens[at].meta["box"]
    checked = " checked" if box.is_ticked else ""
    if env["for_clicks"]:
        name, words = escape(box.name), escape(box.words)
        return f'<input type="checkbox" disabled aria-label="{words}" data-box="{name}"{checked}> '
    return f'<input type="checkbox" disabled aria-label="done"{checked}> '


def _image(
    _renderer: RendererHTML, tokens: Sequence[Token], at: int, _options: OptionsDict, _env: MutableMapping[str, Any]
) -> str:
    return escape(tokens[at].content)  # nothing is fetched from anywhere


def _boxes(state: StateCore) -> None:
    """Make checkboxes of list items that begin with one."""
    lines = state.src.split("\n")
    names: Counter[str] = Counter()
    for place, token in enumerate(state.tokens):
        if place < 2 or token.type != "inline" or state.tokens[place - 2].type != "list_item_open":  # noqa: PLR2004  item, paragraph, inline
            continue
        first = token.children[0] if token.children else None
        found = _BOX.match(first.content) if first and first.type == "text" else None
        if first is None or found is None or token.children is None or token.map is None:
            continue
        first.content = first.content[found.end() :]
        line = token.map[0]
        words = _words(token.children)
        name = _name(lines[line], words, names)
        box = Box(name=name, words=words, line=line, is_ticked=found[1] in "xX")
        token.children.insert(0, Token("task_box", "input", 0, meta={"box": box}))
        state.tokens[place - 2].attrJoin("class", "task")
        if state.env.get("for_clicks"):
            state.tokens[place - 2].attrSet("id", f"box-{name}")


def _words(children: Sequence[Token]) -> str:
    """Return what an item says on its first line, up to a hidden comment."""
    said: list[str] = []
    for child in children:
        if child.type in {"softbreak", "hardbreak"} or child.content.startswith("<!--"):
            break
        said.append("" if child.type == "html_inline" else child.content)
    return "".join(said).strip()[:200]


def _name(line: str, words: str, names: Counter[str]) -> str:
    """Name a box: by the hidden id that the bot has given its item, else by its words; the second such is `…#2`."""
    hidden = _ID.search(line)
    name = hidden[1] if hidden else f"w:{sha256(words.encode('utf-8', 'replace')).hexdigest()[:16]}"
    names[name] += 1
    return name if names[name] == 1 else f"{name}#{names[name]}"


def _cells(state: StateCore) -> None:
    """Align the cells of a table as GitHub does, without the inline styles that the page does not allow."""
    for token in state.tokens:
        style = token.attrs.pop("style", None)
        if isinstance(style, str):
            token.attrSet("align", style.removeprefix("text-align:"))


def _links(state: StateCore) -> None:
    """Lead links of the simulated GitHub to their place on the page; elsewhere a new tab is opened."""
    for token in state.tokens:
        spans: list[bool] = []
        for child in token.children or ():
            if child.type == "link_open":
                spans.append(_lead(child))
            elif child.type == "link_close" and spans.pop():
                child.tag = "span"


def _lead(link: Token) -> bool:
    """Change a link's target. Return whether it leads nowhere here, and so is none."""
    href = str(link.attrGet("href") or "")
    if not _HERE.match(href):
        link.attrs.update({"rel": "noopener noreferrer", "target": "_blank"})
        return False
    for pattern, prefix in _ANCHORS:
        if found := pattern.search(href):
            link.attrs = {"href": f"#{prefix}{found[1]}"}
            return False
    link.tag, link.attrs = "span", {"class": "away", "title": "On GitHub this is a link"}
    return True


def _reader() -> MarkdownIt:
    reader = MarkdownIt("commonmark", {"html": True, "breaks": True}).enable(["table", "strikethrough"])
    for kind, rule in (("html_block", _html), ("html_inline", _html), ("task_box", _box), ("image", _image)):
        reader.add_render_rule(kind, rule)
    reader.core.ruler.push("boxes", _boxes)
    reader.core.ruler.push("cells", _cells)
    reader.core.ruler.push("links", _links)
    return reader


_READER: Final = _reader()
