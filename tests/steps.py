"""Counting work instead of timing it: the same on a quick machine and on a busy one."""

import gc
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any


def steps(do: Callable[[], object]) -> int:
    """Return how many lines of Python and calls into C it takes: a measure of work that no clock has a part in."""
    count = 0

    def traced(_frame: FrameType, _event: str, _arg: object) -> Any:  # noqa: ANN401 - itself, as sys.settrace wants it
        nonlocal count
        count += 1
        return traced

    def profiled(_frame: FrameType, event: str, _arg: object) -> None:
        nonlocal count
        count += event == "c_call"

    do()  # what is made once and kept is made by now
    gc.disable()  # to clear away what others left behind is not our work
    before = sys.gettrace(), sys.getprofile()
    sys.settrace(traced)
    sys.setprofile(profiled)
    try:
        do()
    finally:
        sys.settrace(before[0])
        sys.setprofile(before[1])
        gc.enable()
    return count
