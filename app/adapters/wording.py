"""What templates can do with a value: every way out of a template by which foreign text becomes Markdown."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final
from urllib.parse import quote, urlsplit

from markupsafe import Markup

from app.domain.checklist import item_line, item_text
from app.domain.marks import FOOT, HEAD
from app.domain.neutral import code, neutral
from app.domain.release.reasons import explain
from app.domain.release.views import ItemView
from app.domain.values import Allowed, Role, Who

_URL_LIMIT = 2_000
_URL_SAFE = "%/:=?&#@!$*+,;~._-"
# A link to one of these is shown in the thread it points to; foreign text must not make such noise.
_TELLING_PATHS = ("/issues/", "/pull/", "/discussions/", "/commit/")
_LINK_IN_ITEM = re.compile(r"!?\[([^\[\]]*)\]\([^()]*\)")
_NAMES_SHOWN = 6

_WHO: Final[Mapping[Who, str]] = {
    Who.EVERYBODY: "everybody",
    Who.STARTER: "`maintain` and above",
    Who.DOER: "the role that owns the task, else `write` and above",
    Who.MANAGER: "release managers: the plan's, else `maintain` and above",
    Who.SIGNER: "the roles whose sign-off the plan asks for",
    Who.STOPPER: "release managers, and whoever has a role in the plan",
    Who.OWNER: "whoever said it",
}


def safe(markdown: str) -> Markup:
    """Mark a text as Markdown on purpose. `Markup` is the marker: Jinja gives it to what a macro returns, too."""
    return Markup(markdown)  # noqa: S704  # nosec B704 # the one place; each caller has neutralised what it did not write itself


def neutralised(value: object) -> Markup:
    """Return what a template interpolates: Markdown of ours as it is, anything else as nothing but text."""
    if isinstance(value, Markup):
        return value
    if value is None:
        raise TypeError("a template wants to write None")
    return _text(str(value))


@lru_cache(maxsize=8192)
def _text(value: str, limit: int = 200) -> Markup:
    """Foreign text as text, at most so many characters of it."""
    return safe(neutral(value, limit))


@lru_cache(maxsize=8192)
def _code(value: str, limit: int = 200) -> Markup:
    """Foreign text as a code span; nothing visible gives a dash."""
    return safe(code(value, limit) or "-")


def _command(value: str) -> Markup:
    """A command to copy: `/release sign`."""
    return _code(f"/release {value}".strip())


@lru_cache(maxsize=8192)
def _item_text(value: str) -> Markup:
    return safe(item_text(value))


@lru_cache(maxsize=8192)
def _plain(value: str, limit: int = 120) -> Markup:
    """An item's words in the midst of ours: its Markdown goes, and what is left is nothing but text."""
    return _text(_LINK_IN_ITEM.sub(r"\1", value[:1000]).replace("`", "").replace("**", ""), limit)


def _prose(value: str, limit: int = 200) -> Markup:
    """A command's help as it was written: text, and code where it stands between backticks."""
    pieces = value.split("`") if value.count("`") % 2 == 0 else [value]
    shown = [_code(piece) if at % 2 else spaced(piece, limit) for at, piece in enumerate(pieces)]
    return safe("").join(shown)


def spaced(value: str, limit: int = 200) -> Markup:
    """Foreign text as text, with the blanks around it."""
    if value.isspace():
        return safe(" ")
    before, after = " " * value[:1].isspace(), " " * value[-1:].isspace()
    return safe(f"{before}{_text(value, limit)}{after}")


def _item_line(item: ItemView, note: str) -> Markup:
    """An item's whole line. The note comes from a macro and is Markdown already."""
    line = item_line(item.id, _item_text(item.text), is_ticked=item.is_ticked, depth=item.depth, note=note)
    return safe(line)


def _link(text: object, url: str | None) -> Markup:
    """A link to what somebody else named; plain text where the address is none, or would tell another thread of us."""
    shown = neutralised(text)
    parts = _parts(url)
    if parts is None or any(telling in f"{parts}/" for telling in _TELLING_PATHS):
        return shown
    return _own_link(shown, url)


def _own_link(text: object, url: str | None) -> Markup:
    """A link to an address that we built."""
    shown = neutralised(text)
    if _parts(url) is None:
        return shown
    return safe(f"[{shown}]({quote(str(url), safe=_URL_SAFE)})")


def _parts(url: str | None) -> str | None:
    """Return the path of a web address that is fit for a link, else None."""
    if not url or len(url) > _URL_LIMIT:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return parts.path.lower() if parts.scheme in ("https", "http") and parts.netloc else None


def _role(role: Role) -> Markup:
    return safe("no role" if role is Role.NONE else f"`{role.name.lower()}`")


def who(whom: Who, command: str = "") -> Markup:
    """Say who may give a command: in help and in the documentation."""
    also = ", and release managers" if whom is Who.OWNER and command == "resume" else ""
    return safe(f"{_WHO[whom]}{also}")


def _allowed(whom: Allowed) -> Markup:
    """Say who may do one thing, where a plan's roles are known: in refusals."""
    named = [f"the plan's {_names(whom.roles)}"] if whom.roles else []
    if whom.least is not None:
        named.append(_least(whom.least))
    is_long = any(" and " in part for part in named)
    return safe((", and " if is_long else " and ").join(named) or "nobody")


def _names(names: Sequence[str]) -> str:
    """A few names in a sentence: `A, B and C`."""
    shown: list[str] = [_text(name, 80) for name in names[:_NAMES_SHOWN]]
    if len(names) > _NAMES_SHOWN:
        shown.append(f"{len(names) - _NAMES_SHOWN} more")
    return " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else shown[0]


def _least(role: Role) -> str:
    if role is Role.ADMIN:
        return "administrators"
    return "everybody" if role <= Role.READ else f"{_role(role)} and above"


def _short(sha: str) -> Markup:
    return _code(sha[:7])


def _when(moment: datetime) -> Markup:
    return safe(moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC"))


FILTERS: Final[Mapping[str, Callable[..., Markup]]] = {
    "allowed": _allowed,
    "code": _code,
    "command": _command,
    "item": _item_text,
    "link": _link,
    "ours": _own_link,
    "plain": _plain,
    "prose": _prose,
    "role": _role,
    "short": _short,
    "text": _text,
    "when": _when,
    "who": who,
    "written": safe,
}


def _stamp(value: str) -> Markup:
    """What the checklist is of, hidden: hexadecimal digits, and nothing else."""
    return safe(f"<!-- gonogo:of:{int(value, 16):012x} -->")


GLOBALS: Final[Mapping[str, object]] = {
    "explain": explain,
    "stamp": _stamp,
    "item_line": _item_line,
    # How long a list may be: in the midst of other things, on its own, and where nothing may be left out.
    "FEW": 20,
    "MANY": 100,
    "ALL": 1000,
    "HEAD": safe(HEAD),
    "FOOT": safe(FOOT),
}
