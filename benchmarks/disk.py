"""The disk alone: how long it takes to keep what a delivery adds, with nobody's program in the way."""

import os
import time
from pathlib import Path
from typing import Final

ADDED: Final = bytes(4 * 4_120)
"""About what a stored delivery adds to SQLite's log: some pages of 4,096 bytes, each with a head of 24."""

_PLACES: Final = 250
"""The file is written round and round, as SQLite's log is: 4 MB, so that its size never changes."""


def flushes_at_pace(folder: Path, number: int, per_second: float) -> list[float]:
    """Write so many times to a file in the folder, each time until the disk has it; return the seconds each took.

    They count from the moment at which the write was due, as those of the load do.
    """
    file = os.open(folder / "disk", os.O_CREAT | os.O_WRONLY)
    try:
        os.write(file, ADDED * _PLACES)
        os.fdatasync(file)
        took: list[float] = []
        started = time.perf_counter()
        for at in range(number):
            due = started + at / per_second
            time.sleep(max(0.0, due - time.perf_counter()))
            os.pwrite(file, ADDED, at % _PLACES * len(ADDED))
            os.fdatasync(file)
            took.append(time.perf_counter() - due)
        return took
    finally:
        os.close(file)
