"""Answers kept to be asked for again by ETag: a 304 costs nothing of the hourly limit."""

import re
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

ENTRIES: Final = 4096
BYTES: Final = 8 * 1024 * 1024
_LARGEST: Final = 1024 * 1024
_OVERHEAD: Final = 512  # bytes of an entry beside its body, about

_AT_A_COMMIT: Final = re.compile(r"/contents/[^?]*\?ref=(?:[0-9a-f]{40}|[0-9a-f]{64})\Z")


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer as it came: the bytes, so that no reader can change what the next one gets."""

    etag: str
    headers: Mapping[str, str]
    body: bytes


class EtagCache:
    """Answers to GETs by caller and address, the least used thrown out first, bounded in number and bytes."""

    def __init__(self, entries: int = ENTRIES, size: int = BYTES) -> None:
        self._entries = entries
        self._room = size
        self._kept: OrderedDict[tuple[int, str], Kept] = OrderedDict()

    def get(self, caller: int, url: str) -> Kept | None:
        """Return what was kept for this caller: installations never see one another's answers."""
        kept = self._kept.get((caller, url))
        if kept is not None:
            self._kept.move_to_end((caller, url))
        return kept

    def put(self, caller: int, url: str, kept: Kept) -> None:
        """Keep an answer, unless it is large."""
        self._drop((caller, url))
        if len(kept.body) > _LARGEST:
            return
        self._kept[caller, url] = kept
        self._room -= _cost(kept)
        while self._room < 0 or len(self._kept) > self._entries:
            self._drop(next(iter(self._kept)))

    def _drop(self, key: tuple[int, str]) -> None:
        if (kept := self._kept.pop(key, None)) is not None:
            self._room += _cost(kept)


def is_unchangeable(url: str) -> bool:
    """Return whether the address names content at a full commit sha: it never changes, and no branch is named so."""
    return _AT_A_COMMIT.search(url) is not None


def _cost(kept: Kept) -> int:
    return len(kept.body) + _OVERHEAD
