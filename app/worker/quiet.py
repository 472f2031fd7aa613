"""Deliveries that nothing follows from: most of what CI tells. They are ticked off together, not each by a commit."""

from collections.abc import Sequence
from typing import TypeGuard

from app.domain.inputs import Input, Sighted
from app.domain.release.model import Release
from app.ports import Delivery
from app.worker.draft import Draft


class Quiet:
    """Deliveries in a row, read from the inbox at one time, that are yet to be ticked off.

    Whoever dies before that handles them once more, and nothing follows from them once more.
    """

    def __init__(self) -> None:
        self.deliveries: list[Delivery] = []
        self._seen: tuple[int, Sequence[Release]] | None = None

    def add(self, delivery: Delivery, inputs: tuple[Input, ...], draft: Draft) -> None:
        """Put one to the others."""
        self.deliveries.append(delivery)
        self._seen = (inputs[0].repo.id, draft.all) if inputs and _are_sights(inputs) else None

    def seen_for(self, inputs: tuple[Input, ...]) -> Sequence[Release] | None:
        """Return the open releases as the delivery before has seen them, where that is as good as looking again.

        It took no time to find that nothing follows from it, and this one was in the inbox before that look: so both
        may be handled as of that moment.
        """
        if self._seen is None or not inputs or not _are_sights(inputs) or inputs[0].repo.id != self._seen[0]:
            return None
        return self._seen[1]

    def look_again(self) -> None:
        """Forget what was seen: it is old."""
        self._seen = None

    def take(self) -> list[Delivery]:
        """Return them, and begin anew: what was seen is old."""
        taken, self.deliveries, self._seen = self.deliveries, [], None
        return taken


def _are_sights(inputs: tuple[Input, ...]) -> TypeGuard[tuple[Sighted, ...]]:
    return all(isinstance(value, Sighted) for value in inputs)
