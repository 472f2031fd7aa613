"""A file of checksums, as `sha256sum` and BSD's `sha256` write it: read strictly, compared with what is served."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

LIMIT: Final = 1024 * 1024
"""Bytes of the longest file that is read."""

_MOST_LINES: Final = 10_000
_GNU: Final = re.compile(r"([0-9A-Fa-f]{64}) [ *](\S.*)")
_BSD: Final = re.compile(r"SHA256 ?\((.+)\) ?= ?([0-9A-Fa-f]{64})")
_NAMES: Final = re.compile(r"(?:.+[-_.])?(?:checksums?|sha256sums?)(?:\.txt)?", re.IGNORECASE)
_UNUSUAL: Final = re.compile(r"\.*[^A-Za-z0-9._+@-]+[^A-Za-z0-9_+@-]*")
_LONGEST_NAME: Final = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class BadChecksums:
    """The file cannot be relied on. `line` is 0 where it is about the whole file."""

    line: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Differences:
    """What is not as the file of checksums says; names, sorted."""

    missing: tuple[str, ...]  # listed, and not served
    extra: tuple[str, ...]  # served, and not listed
    wrong: tuple[str, ...]  # served with other bytes


def is_checksums_name(name: str) -> bool:
    """Whether a file of that name lists checksums: `daw-1.0.0-checksums.txt`, `SHA256SUMS` and the like."""
    return len(name) <= _LONGEST_NAME and _NAMES.fullmatch(name) is not None


def hosted_name(name: str) -> str:
    """Return how GitHub calls a file of that name: it puts a dot for what is not usual in one."""
    return _UNUSUAL.sub(".", name).strip(".")


def read_checksums(data: bytes) -> Mapping[str, str] | BadChecksums:
    """Return the digest of each file that is listed, by its name without folders, as GitHub would call it.

    Any line that is not understood makes the whole file one that cannot be relied on.
    """
    try:
        lines = data.decode("utf-8-sig").splitlines() if len(data) <= LIMIT else None
    except UnicodeDecodeError:
        return BadChecksums(line=0, why="it is not text in UTF-8")
    if lines is None or len(lines) > _MOST_LINES:
        return BadChecksums(line=0, why=f"it is longer than {LIMIT:,} bytes or {_MOST_LINES:,} lines")
    found: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        read = _entry(line.rstrip())
        if read is None:
            return BadChecksums(line=number, why="this line is no SHA-256 and file name")
        name, digest = read
        if found.setdefault(name, digest) != digest:
            return BadChecksums(line=number, why="it gives two checksums for one name")
    return found or BadChecksums(line=0, why="it lists no file")


def compare(listed: Mapping[str, str], served: Mapping[str, str], others: Iterable[str]) -> Differences:
    """Compare what is listed with the digests of what is served. `others` need not be listed, such as the list itself.

    Where one of these is listed all the same, it has to be right.
    """
    free = set(others)
    return Differences(
        missing=tuple(sorted(name for name in listed if name not in served)),
        extra=tuple(sorted(name for name in served if name not in listed and name not in free)),
        wrong=tuple(sorted(name for name, digest in listed.items() if served.get(name, digest) != digest)),
    )


def write_checksums(digests: Mapping[str, str]) -> str:
    """Return the file that `sha256sum --check` reads, by name."""
    return "".join(f"{digests[name]}  {name}\n" for name in sorted(digests))


def _entry(line: str) -> tuple[str, str] | None:
    if gnu := _GNU.fullmatch(line):
        digest, path = gnu[1], gnu[2]
    elif bsd := _BSD.fullmatch(line):
        digest, path = bsd[2], bsd[1]
    else:
        return None
    last = re.split(r"[/\\]", path)[-1]
    name = hosted_name(last) if len(last) <= _LONGEST_NAME else ""
    return (name, digest.lower()) if name else None
