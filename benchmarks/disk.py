"""The disk alone: how long it takes to keep a commit, with nobody's program in the way."""

import os
import time
from pathlib import Path

FRAMES: bytes = bytes(4 * 4_120)
"""About what one stored delivery adds to SQLite's log: four pages of 4,096 bytes, each with a head of 24."""


def commits_at_pace(folder: Path, number: int, per_second: float) -> list[float]:
    """Append that many times to a file in the folder, each flushed to the disk; return the seconds each took.

    One that is late does not make the next ones late: what is told is the disk's time, not that of a queue.
    """
    took: list[float] = []
    file = os.open(folder / "disk", os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    try:
        for _ in range(number):
            began = time.perf_counter()
            os.write(file, FRAMES)
            os.fsync(file)
            took.append(time.perf_counter() - began)
            time.sleep(max(0.0, 1 / per_second - took[-1]))
    finally:
        os.close(file)
    return took
