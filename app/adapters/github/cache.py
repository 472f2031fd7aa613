"""Answers kept to be asked for again by ETag: a 304 costs nothing of the hourly limit."""

import re
from collections import Counter, OrderedDict
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
    """Answers to GETs by caller and address, bounded in number and bytes.

    Where there is no more room the caller that keeps most loses what it used least: a busy one takes it from no other.
    """

    def __init__(self, entries: int = ENTRIES, size: int = BYTES) -> None:
        self._entries = entries
        self._room = size
        self._kept: dict[int, OrderedDict[str, Kept]] = {}
        self._held: Counter[int] = Counter()  # bytes, by caller

    def get(self, caller: int, url: str) -> Kept | None:
        """Return what was kept for this caller: installations never see one another's answers."""
        own = self._kept.get(caller)
        kept = own.get(url) if own is not None else None
        if own is not None and kept is not None:
            own.move_to_end(url)
        return kept

    def put(self, caller: int, url: str, kept: Kept) -> None:
        """Keep an answer, unless it is large."""
        self._drop(caller, url)
        if len(kept.body) > _LARGEST:
            return
        self._kept.setdefault(caller, OrderedDict())[url] = kept
        self._held[caller] += _cost(kept)
        self._entries -= 1
        self._room -= _cost(kept)
        while self._room < 0 or self._entries < 0:
            most = max(self._held, key=self._held.__getitem__)
            self._drop(most, next(iter(self._kept[most])))

    def _drop(self, caller: int, url: str) -> None:
        own = self._kept.get(caller)
        if own is None or (kept := own.pop(url, None)) is None:
            return
        self._held[caller] -= _cost(kept)
        self._entries += 1
        self._room += _cost(kept)
        if not own:
            del self._kept[caller], self._held[caller]


def is_unchangeable(url: str) -> bool:
    """Return whether the address names content at a full commit sha: it never changes, and no branch is named so."""
    return _AT_A_COMMIT.search(url) is not None


def _cost(kept: Kept) -> int:
    return len(kept.body) + _OVERHEAD
