"""The chain of a release's log: each event's hash covers the one before, so that nothing can be changed unseen."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

GENESIS = "0" * 64
"""What stands before the first event of every log."""


def canonical(value: object) -> str:
    """Return the one JSON text of a value: keys sorted, no spaces, nothing escaped that need not be.

    Raises TypeError for what JSON cannot say and ValueError for NaN and infinities.
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def link(previous: str, body: str) -> str:
    """Return the hash of an event: SHA-256 over the previous hash, a line end and the event's canonical JSON."""
    return sha256(f"{previous}\n{body}".encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One event of a log as it was kept."""

    body: str  # canonical JSON
    previous: str
    hash: str


def first_broken(links: Iterable[Link]) -> int | None:
    """Return the position (from 1) of the first event that does not follow from those before it, or None."""
    previous = GENESIS
    for position, kept in enumerate(links, start=1):
        if kept.previous != previous or kept.hash != link(previous, kept.body):
            return position
        previous = kept.hash
    return None
