"""An annotated tag as git stores it: its bytes, its id before anybody has made it, its message and its signature."""

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.domain.values import Sha

MESSAGE_LIMIT: Final = 30_000
"""Characters of a message; what is longer is cut at a line's end."""

_ARMOUR: Final = re.compile(
    r"^-----BEGIN (?:PGP SIGNATURE|PGP MESSAGE|SSH SIGNATURE|SIGNED MESSAGE)-----", re.MULTILINE
)
"""What git takes for the beginning of a signature: the last line that begins so."""

_LINE_ENDS: Final = re.compile(r"\r\n?|[\v\f\x1c-\x1e\x85\u2028\u2029]")
_LIKE_ARMOUR: Final = re.compile(r"^(?=-----(?:BEGIN|END) )", re.MULTILINE)
_BLANK_LINES: Final = re.compile(r"\n{3,}")
_CRUD: Final = re.compile(r"[<>\n]")
_JOINERS: Final = "\u200c\u200d"  # invisible, but parts of words and emoji


@dataclass(frozen=True, slots=True, kw_only=True)
class Tagger:
    """Who made a tag, as git writes it."""

    name: str
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnotatedTag:
    """A tag object of a commit. The message holds the signature, at its end, where there is one."""

    name: str  # without refs/tags/
    commit: Sha
    tagger: Tagger
    at: datetime  # whole seconds; git keeps them as UTC
    message: str

    @property
    def data(self) -> bytes:
        """The object as git stores it, without the head that says its kind and length."""
        who = f"{_CRUD.sub('', self.tagger.name).strip()} <{_CRUD.sub('', self.tagger.email).strip()}>"
        when = f"{int(self.at.timestamp())} +0000"
        head = f"object {self.commit}\ntype commit\ntag {self.name}\ntagger {who} {when}\n"
        return f"{head}\n{self.message}".encode()

    @property
    def id(self) -> Sha:
        """The id that git gives the object."""
        return object_id(self.data)


def object_id(data: bytes) -> Sha:
    """Return the id of a tag object of these bytes (SHA-1, as GitHub has it)."""
    return Sha(hashlib.sha1(b"tag %d\0" % len(data) + data, usedforsecurity=False).hexdigest())


def tag_message(text: str) -> str:
    """Return a text as a tag's message, which `git tag --cleanup=whitespace` leaves as it is.

    Line ends are line feeds, exactly one at the end; nothing invisible stays; no line can be taken for a signature.
    Doing it twice changes nothing.
    """
    lines = _LINE_ENDS.sub("\n", text).split("\n")
    shown = "\n".join(_visible(line).rstrip() for line in lines)
    whole = _BLANK_LINES.sub("\n\n", _LIKE_ARMOUR.sub(" ", shown)).strip("\n")
    if len(whole) >= MESSAGE_LIMIT:
        room = whole[: MESSAGE_LIMIT - 3]
        whole = (room[: room.rfind("\n")] if "\n" in room else room).rstrip() + "\n…"
    return f"{whole}\n"


def split_signature(data: bytes) -> tuple[bytes, str | None]:
    """Part an object's bytes, or its message's, into what is signed and the signature; None where there is none."""
    text = data.decode("utf-8", "surrogateescape")
    starts = [found.start() for found in _ARMOUR.finditer(text)]
    if not starts:
        return data, None
    return text[: starts[-1]].encode("utf-8", "surrogateescape"), text[starts[-1] :]


def _visible(line: str) -> str:
    """Return a line without what cannot be seen; blanks of every kind are spaces."""
    kept = (
        " " if sign.isspace() else sign
        for sign in line
        if sign.isspace() or sign in _JOINERS or unicodedata.category(sign) not in {"Cc", "Cf", "Cs"}
    )
    return "".join(kept)
