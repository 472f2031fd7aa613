"""The archive's container: a zip file with one form only, so that a change of any byte of it shows."""

import re
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Final
from zipfile import ZIP_STORED, ZipFile, ZipInfo

MAX_BYTES: Final = 64 * 1024 * 1024
"""What an archive holds at most, in bytes. Nothing in it is compressed: it is as large in memory as it is on disk."""

MAX_FILES: Final = 20

_ROOM_FOR_HEADERS: Final = 8_192
_NAME: Final = re.compile(r"manifest\.json|events\.jsonl|evidence\.json|(report|body|plan(-[1-9][0-9]{0,4})?)\.md")
_LOCAL: Final = struct.Struct("<4s5H3L2H")
_SIGNATURE: Final = b"PK\x03\x04"
_ENCRYPTED: Final = 1


class NoArchive(ValueError):
    """The bytes are no archive of ours. The text says what they are instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpacked:
    """The files of an archive. They are there to be looked at even where the container was changed."""

    files: Mapping[str, bytes]
    trouble: str | None  # what is wrong with the container; None where it is byte for byte what `packed` makes


def packed(files: Mapping[str, bytes]) -> bytes:
    """Return the files as a zip file: sorted, stored, with no time and nothing of the machine in it.

    Raises ValueError where they are too many or too large.
    """
    if len(files) > MAX_FILES or sum(map(len, files.values())) > MAX_BYTES:
        raise ValueError(f"an archive holds at most {MAX_FILES} files and {MAX_BYTES:,} bytes")
    into = BytesIO()
    with ZipFile(into, "w", ZIP_STORED) as archive:
        for name in sorted(files):
            entry = ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.create_system = 3  # otherwise the system that this runs on
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, files[name])
    return into.getvalue()


def unpacked(data: bytes) -> Unpacked:
    """Return what an archive holds. Takes no more memory than a few times its size. Raises NoArchive.

    Python's own reader would go by the list at the end and pass over much of the rest. Here everything is read from
    the front and packed anew: what is not the same then was not made by us, or was changed.
    """
    if len(data) > MAX_BYTES + _ROOM_FOR_HEADERS:
        raise NoArchive(f"it is larger than {MAX_BYTES:,} bytes")
    files: dict[str, bytes] = {}
    trouble: str | None = None
    at = 0
    while data.startswith(_SIGNATURE, at):
        name, content, checksum = _entry(data, at)
        if name in files:
            raise NoArchive(f"it holds {name} twice")
        if len(files) == MAX_FILES:
            raise NoArchive(f"it holds more than {MAX_FILES} files")
        if zlib.crc32(content) != checksum:
            trouble = trouble or f"{name} was changed: its checksum in the archive is that of something else"
        files[name] = content
        at += _LOCAL.size + len(name) + len(content)
    if not files:
        raise NoArchive("it is no zip file, or an empty one")
    if trouble is None and packed(files) != data:
        trouble = "the archive around the files was changed, or packed by something else than `gonogo export`"
    return Unpacked(files=files, trouble=trouble)


def _entry(data: bytes, at: int) -> tuple[str, bytes, int]:
    """Return the name, bytes and checksum of the file that begins there."""
    try:
        _, _, flags, method, _, _, checksum, _, size, name_length, extra = _LOCAL.unpack_from(data, at)
    except struct.error:
        raise NoArchive("it is cut off") from None
    start = at + _LOCAL.size
    name = data[start : start + name_length].decode("ascii", "replace")
    if not _NAME.fullmatch(name):
        raise NoArchive(f"it holds a file that does not belong there: {name[:60]!r}")
    if flags & _ENCRYPTED:
        raise NoArchive(f"{name} is encrypted")
    if method != ZIP_STORED:
        raise NoArchive(f"{name} is compressed; `gonogo export` compresses nothing")
    if flags or extra:
        raise NoArchive(f"{name} was not packed by `gonogo export`")
    content = data[start + name_length : start + name_length + size]
    if len(content) != size:
        raise NoArchive(f"it is cut off within {name}")
    return name, content, checksum
