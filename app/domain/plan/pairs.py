"""Pairs names of one reading of a plan with those of another, by keys."""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from typing import Generic, TypeVar

K = TypeVar("K", bound=str)
Keyed = tuple[K, Hashable | None]
"""A name and the key it goes by; None: it has no such key."""


class Pairs(Generic[K]):
    """Old names to new ones. What is paired once stays so, and none is given twice."""

    def __init__(self) -> None:
        self.found: dict[K, K] = {}
        self.taken: set[K] = set()

    def put(self, old: K, new: K) -> None:
        """Pair two names, if both are free."""
        if old not in self.found and new not in self.taken:
            self.found[old] = new
            self.taken.add(new)

    def only(self, old: Iterable[Keyed[K]], new: Iterable[Keyed[K]]) -> None:
        """Pair what is the only one of its key on both sides."""
        others = _grouped(new)
        for key, names in _grouped(old).items():
            if len(names) == len(others.get(key, ())) == 1:
                self.put(names[0], others[key][0])

    def in_order(self, old: Iterable[Keyed[K]], new: Iterable[Keyed[K]]) -> None:
        """Pair what is left on both sides by its key, the first with the first."""
        others = _grouped(pair for pair in new if pair[0] not in self.taken)
        for key, names in _grouped(pair for pair in old if pair[0] not in self.found).items():
            for name, other in zip(names, others.get(key, ()), strict=False):
                self.put(name, other)


def _grouped(pairs: Iterable[Keyed[K]]) -> dict[Hashable, list[K]]:
    groups: defaultdict[Hashable, list[K]] = defaultdict(list)
    for name, key in pairs:
        if key is not None:
            groups[key].append(name)
    return groups
