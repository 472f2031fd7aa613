"""Faults that a test switches on: what GitHub answers instead of what it should, and whether it did the thing."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypedDict

from app.sim.wire import Json

Lost = Literal["closed", "timeout"]


class FaultHow(TypedDict, total=False):
    """How a fault shows; without `lost` it is an answer with `status`."""

    status: int
    message: str
    headers: Mapping[str, str]  # such as {"retry-after": "7"}
    after_doing: bool  # the thing is done all the same
    bend: Callable[[Json], Json]  # what was to be answered becomes what is answered, as where a list is behind
    graphql: str  # the type of an error that GraphQL tells with status 200, such as RATE_LIMITED
    half_done: bool  # an upload breaks off: its asset stays behind as a starter
    times: int  # after so many it is over
    skip: int  # so many requests pass before it starts
    lost: Lost | None  # no answer at all: the connection closes, or nothing ever comes


@dataclass(slots=True, kw_only=True)
class Fault:
    """A fault that is switched on."""

    method: str  # "*" for any
    path: re.Pattern[str]
    status: int = 502
    message: str = "Server Error"
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    after_doing: bool = False
    bend: Callable[[Json], Json] | None = None
    graphql: str | None = None
    half_done: bool = False
    times: int = 1
    skip: int = 0
    lost: Lost | None = None

    def strikes(self, method: str, path: str) -> bool:
        """Whether it strikes this request; each strike is counted."""
        if self.times <= 0 or self.method not in (method, "*") or not self.path.search(path):
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        self.times -= 1
        return True


@dataclass(slots=True)
class Stale:
    """How many reads of one thing still show what stood there before its latest edit, and how many pass before."""

    reads: int
    skip: int = 0

    def strikes(self) -> bool:
        """Whether it strikes this read; each one is counted."""
        if self.skip > 0:
            self.skip -= 1
            return False
        self.reads -= 1
        return self.reads >= 0
