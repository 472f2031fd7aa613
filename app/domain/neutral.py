"""Repeats foreign text so that it is nothing but text: it pings nobody, links nowhere and breaks out of nothing."""

import html
import re
import unicodedata

_GAP = "\u200b"
# A zero-width space parts `@` from a name. An entity or a backslash would not do: GitHub looks for mentions and
# references in the rendered text, where both are gone, and in answers by mail, where backticks are only letters.

_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_LIVE = re.compile(r"@|#|:(?=//)|www(?=\.)|gh-(?=\d|\Z)", re.IGNORECASE)
_SHA = re.compile(r"(?<![0-9a-z])[0-9a-f]{7,64}(?![0-9a-z])", re.IGNORECASE)  # GitHub looks for 7 to 40 digits
_SHORT = 6  # digits that are no sha yet
_LIVE_IN_CODE = re.compile(r"@|#(?=\d)|<(?=!)|--(?=>)")  # and the ends of our own hidden marks
_MARKUP = re.compile(r"[&<>\[\]*_`~|\\$#]")
_AT_LINE_START = re.compile(r"(?P<before>|[0-9]{1,9})(?P<sign>(?<![0-9])[-+=:/]|(?<=[0-9])[.)](?= |\Z))")
_JOINERS = "\u200c\u200d"  # invisible, but parts of words and emoji
_WORST = 8  # no character grows to more than that many


def neutral(text: str, limit: int = 200) -> str:
    """Return foreign text as GitHub Markdown that shows just that text, on one line, at most `limit` characters of it.

    Fit for a paragraph, heading, list item, table cell and the text of an HTML element; not for code spans, see `code`.
    Neutralising twice changes nothing: entities in the text count as what they show.
    """
    decoded = _ENTITY.sub(lambda entity: html.unescape(entity[0]), text[: _WORST * limit])
    shown = _bounded(_visible(decoded), limit, is_cut=len(text) > _WORST * limit)
    parted = _SHA.sub(_in_short_pieces, _LIVE.sub(lambda live: live[0] + _GAP, shown))
    escaped = _MARKUP.sub(lambda sign: _entity(sign[0]), parted)
    start = _AT_LINE_START.match(escaped)  # a list, the underline of a heading, a command to another bot
    return start["before"] + _entity(start["sign"]) + escaped[start.end() :] if start else escaped


def code(text: str, limit: int = 200) -> str:
    """Return foreign text as one code span, also within a table (where a bar would end it: it becomes a broken one).

    At most `limit` characters of the text are shown; nothing visible gives an empty string, for there is no empty span.
    """
    shown = _bounded(_visible(text[: _WORST * limit]), limit, is_cut=len(text) > _WORST * limit).replace("|", "¦")
    if not shown:
        return ""
    parted = _LIVE_IN_CODE.sub(lambda live: live[0] + _GAP, shown)
    fence = "`" * (1 + max(map(len, re.findall("`+", parted)), default=0))
    pad = " " if parted[0] == "`" or parted[-1] == "`" else ""
    return f"{fence}{pad}{parted}{pad}{fence}"


def _in_short_pieces(sha: re.Match[str]) -> str:
    return _GAP.join(sha[0][at : at + _SHORT] for at in range(0, len(sha[0]), _SHORT))


def _visible(text: str) -> str:
    """Return the text on one line: blanks of every kind become one space, what cannot be seen goes."""
    if text.isascii() and text.isprintable():
        return re.sub(" +", " ", text).strip()
    kept = (
        " " if sign.isspace() else sign
        for sign in text
        if sign.isspace() or sign in _JOINERS or unicodedata.category(sign) not in {"Cc", "Cf", "Cs"}
    )
    return re.sub(" +", " ", "".join(kept)).strip()


def _bounded(text: str, limit: int, *, is_cut: bool) -> str:
    if len(text) <= limit and not is_cut:
        return text
    return text[: max(0, limit - 1)] + "…"


def _entity(sign: str) -> str:
    return f"&#{ord(sign)};"
