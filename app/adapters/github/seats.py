"""How many runs of one kind of work may be at one installation at a time, so that it never takes up all there are."""

import asyncio
from collections import deque
from dataclasses import dataclass, field
from typing import Final

from app.ports import TURN, Turn

AT_ONCE: Final = 8
"""Runs of a kind at an installation: a quarter of those that a scheduler lets run side by side."""


@dataclass(slots=True)
class _Table:
    taken: set[Turn] = field(default_factory=set[Turn])
    waiting: deque[tuple[Turn, asyncio.Future[None]]] = field(default_factory=deque[tuple[Turn, asyncio.Future[None]]])


class Seats:
    """A run takes a seat with its first call and gives it back at its end. Outside of a scheduler none is needed.

    Whoever has to wait leaves its place in the scheduler to others, and keeps what it has found out so far.
    """

    def __init__(self) -> None:
        self._tables: dict[tuple[int, str], _Table] = {}

    async def take(self, installation: int) -> None:
        """Return when the run that goes on has a seat at the installation; the first to come is the first to go on."""
        turn = TURN.get()
        if turn is None:
            return
        key = (installation, turn.kind)
        table = self._tables.setdefault(key, _Table())
        if turn in table.taken:
            return
        if table.waiting or len(table.taken) >= AT_ONCE:
            await self._wait(table, turn)
        table.taken.add(turn)
        turn.afterwards(lambda: self._give_back(key, table, turn))

    @staticmethod
    async def _wait(table: _Table, turn: Turn) -> None:
        called: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        table.waiting.append((turn, called))
        with turn.aside():
            try:
                await called
            except asyncio.CancelledError:
                if turn in table.taken:  # called and cancelled in one moment
                    _hand_on(table, turn)
                raise

    def _give_back(self, key: tuple[int, str], table: _Table, turn: Turn) -> None:
        _hand_on(table, turn)
        if not table.taken:
            self._tables.pop(key, None)


def _hand_on(table: _Table, turn: Turn) -> None:
    """Give a seat to the run that waits longest and still wants it."""
    table.taken.discard(turn)
    while table.waiting:
        following, called = table.waiting.popleft()
        if not called.done():
            table.taken.add(following)
            called.set_result(None)
            return
