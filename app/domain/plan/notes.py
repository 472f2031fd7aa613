"""What a heading or item says about itself: `<!-- gonogo: id=... P0 evidence="..." -->` and its priority mark."""

import re
from dataclasses import dataclass

_OPEN = "<!--"
_CLOSE = "-->"
_PREFIX = "gonogo:"
_PRIORITY = re.compile(r"P\d")
_ID = re.compile(r"[A-Za-z0-9](?:[\w.-]{0,78}[A-Za-z0-9])?", re.ASCII)
_WORD = re.compile(r'[ \t\n]*(?:([A-Za-z][\w-]{0,30})=(?:"([^"]*)"|([^\s"]+))|([^\s"=]+))(?=\s|$)')
_MARK = re.compile(
    r"(?:[*_]{0,2}[\[(](P\d)[\])]:?[*_]{0,2}:?[ \t]+"  # (P0) text, [P1] text, **[P0]** text
    r"|[*_]{0,2}(P\d)[*_]{0,2}(?::[*_]{0,2}[ \t]+|[ \t]+[-\u2013\u2014][ \t]+))"  # P0: text, **P0** - text
)
_MARK_AT_END = re.compile(r"[ \t][\[(](P\d)[\])][*_]{0,2}:?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A text without its comments and mark, and what those said."""

    text: str
    id: str | None = None
    priority: str | None = None
    evidence: str | None = None
    trouble: tuple[str, ...] = ()  # what in our comment was not understood


def read_note(text: str, *, strip_mark: bool) -> Note:
    """Take our comment and the priority mark off a text. Other comments go too; none can reach our own markers."""
    bare, comments = _without_comments(text)
    mark, unmarked = priority_mark(bare)
    said: dict[str, str] = {}
    trouble: list[str] = []
    for comment in comments:
        _read_comment(comment, said, trouble)
    return Note(
        text=unmarked if strip_mark else bare,
        id=said.get("id"),
        priority=said.get("priority") or mark,
        evidence=said.get("evidence"),
        trouble=tuple(trouble),
    )


def priority_mark(text: str) -> tuple[str | None, str]:
    """`(P0) text`, `[P1] text`, `P2: text` or `text (P0)` as mark and text; `P1 completion` has no mark."""
    found = _MARK.match(text)
    if found:
        return found[1] or found[2], text[found.end() :]
    found = _MARK_AT_END.search(text[-12:])
    return (found[1], text[: len(text) - len(found[0])].rstrip()) if found else (None, text)


def priority_field(value: str) -> str | None:
    """What a `Priority:` line says: `P0`, `P0 (Blocker)`."""
    found = _PRIORITY.match(value.strip("*_` \t"))
    return found[0] if found and not value.strip("*_` \t")[2:3].isalnum() else None


def _without_comments(text: str) -> tuple[str, list[str]]:
    """The text and the comments that are ours. An opening that is never closed is made harmless."""
    kept: list[str] = []
    ours: list[str] = []
    at = 0
    while (start := text.find(_OPEN, at)) >= 0:
        end = text.find(_CLOSE, start)
        if end < 0:
            break
        kept.append(text[at:start])
        comment = text[start + len(_OPEN) : end].strip()
        if comment.startswith(_PREFIX):
            ours.append(comment[len(_PREFIX) :].strip())
        at = end + len(_CLOSE)
    kept.append(text[at:].replace(_OPEN, "&lt;!--"))
    return "".join(kept).strip(), ours


def _read_comment(comment: str, said: dict[str, str], trouble: list[str]) -> None:
    at = 0
    while at < len(comment):
        found = _WORD.match(comment, at)
        if found is None:
            trouble.append(f"`{comment[at : at + 40].strip()}` is not understood")
            return
        key, value = (found[1], found[2] or found[3] or "") if found[1] else (found[4], "")
        problem = _take(key, value, said)
        if problem:
            trouble.append(problem)
        at = found.end()


def _take(key: str, value: str, said: dict[str, str]) -> str | None:
    if _PRIORITY.fullmatch(key) and not value:
        key, value = "priority", key
    elif key not in {"id", "priority", "evidence"}:
        return f"`{key[:40]}` is not known here: say id=, P0 to P9, or evidence="
    if key in said:
        return f"`{key}` is said twice"
    if key == "id" and not _ID.fullmatch(value):
        return "an id is made of letters, digits, dots and hyphens"
    if key == "priority" and not _PRIORITY.fullmatch(value):
        return "a priority is P0 to P9"
    said[key] = value
    return None
