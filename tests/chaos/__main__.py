"""Plays trial after trial for as long as it is told, and ends in 1 where one of them ended otherwise than undisturbed."""

import argparse
import multiprocessing
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from itertools import islice
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkProcess
from typing import Any, TypeAlias, cast

from tests.chaos.database import POSTGRES, postgres
from tests.chaos.real import hold_real, is_real
from tests.chaos.trials import Ended, Result, every_kill, hold, play, trials

BATCH = 12  # trials in one process: what it may keep of them goes with it
TELL_EVERY = 30.0  # seconds
LONGEST_S = 900.0  # for one trial, on a machine with other things to do
MOST_TOLD = 20  # differences in full
_Pipe: TypeAlias = "Connection[Any, Any]"
MUST = os.environ.get("CI_REQUIRE_POSTGRES") == "1"  # then a trial on PostgreSQL is never left out
FORK = multiprocessing.get_context("fork")


@dataclass
class Sums:
    """What came of the trials so far."""

    trials: Counter[str] = field(default_factory=Counter[str])
    struck: Counter[str] = field(default_factory=Counter[str])
    differing: list[str] = field(default_factory=list[str])
    cpu: float = 0.0

    def take(self, result: Result) -> None:
        """Count a result, and tell of a difference with the command that plays it again."""
        kind = result.name.removeprefix(POSTGRES).partition(":")[0]
        self.trials[f"{kind} on PostgreSQL" if result.name.startswith(POSTGRES) else kind] += 1
        self.struck += result.struck
        self.cpu += result.seconds
        if result.differences:
            self.differing.append(result.name)
            if len(self.differing) <= MOST_TOLD:
                _say("\n".join(["", f"DIFFERENT  {result.name}", *result.differences, _again(result.name)]))

    def table(self) -> str:
        """Return all counts, for people."""
        kinds = [f"  {count:6}  trials of {kind}" for kind, count in sorted(self.trials.items())]
        faults = [f"  {count:6}  {what}" for what, count in sorted(self.struck.items())]
        total = self.trials.total()
        each = self.cpu / total if total else 0.0
        sums = (
            f"{total} trials, {self.struck.total()} faults, {len(self.differing)} differences, {each:.1f} s of CPU each"
        )
        return "\n".join([sums, *kinds, *faults])


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _again(name: str) -> str:
    return f"""  again: make chaos ARGS='--replay "{name}"'"""


def _leave(_number: int, _frame: object) -> None:
    sys.exit(1)


def _batch(names: list[str], calm: Ended, into: _Pipe) -> None:
    signal.signal(signal.SIGTERM, _leave)  # with all that it has begun itself
    for name in names:
        into.send(hold_real(name, calm.end) if is_real(name) else hold(name, calm.end))
    into.close()


@dataclass
class _Worker:
    process: ForkProcess
    results: _Pipe
    left: list[str]
    began: float = field(default_factory=time.monotonic)


class Run:
    """Several processes at their trials; the parent only counts."""

    def __init__(self, calm: Ended, queue: Iterator[str], sums: Sums, jobs: int) -> None:
        self._calm = calm
        self._queue = queue
        self._sums = sums
        self._jobs = jobs
        self._workers: list[_Worker] = []

    def begin(self, names: list[str]) -> None:
        """Have trials played in a process of their own, which has all that is loaded already."""
        results, into = cast("tuple[_Pipe, _Pipe]", FORK.Pipe(duplex=False))
        process = FORK.Process(target=_batch, args=(names, self._calm, into), daemon=False)
        process.start()
        into.close()
        self._workers.append(_Worker(process, results, names))

    def play(self, until: float) -> None:
        """Play trials until then, by the monotonic clock; what has begun by then is ended."""
        told = time.monotonic()
        while True:
            now = time.monotonic()
            while now < until and sum(not is_real(w.left[0]) for w in self._workers) < self._jobs:
                names = list(islice(self._queue, BATCH))
                if not names:
                    break
                self.begin(names)
            if not self._workers:
                return
            for ready in wait([worker.results for worker in self._workers], timeout=1.0):
                self._hear(next(worker for worker in self._workers if worker.results is ready), is_over=now >= until)
            for worker in [w for w in self._workers if now - w.began > LONGEST_S]:
                self._end(worker, "it took too long")
            if now - told >= TELL_EVERY:
                told = now
                _say(f"\n{self._sums.table()}")

    def _hear(self, worker: _Worker, *, is_over: bool) -> None:
        try:
            result: Result = worker.results.recv()
        except EOFError:
            self._end(worker, "its process died")
            return
        self._sums.take(result)
        worker.began = time.monotonic()
        worker.left.remove(result.name)
        if not worker.left or is_over:
            worker.left.clear()
            self._end(worker, "")

    def _end(self, worker: _Worker, why: str) -> None:
        if worker.left and why:
            self._sums.take(Result(name=worker.left[0], differences=[why]))
        if worker.process.is_alive() and (worker.left or not why):
            worker.process.terminate()
        worker.process.join()
        worker.results.close()
        self._workers.remove(worker)


def main() -> int:
    """Run, and return the exit status."""
    asked = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    asked.add_argument("--minutes", type=float, default=5.0, help="how long trials are begun (default: 5)")
    asked.add_argument("--seed", type=int, default=None, help="of the order and of all that is random")
    asked.add_argument("--jobs", type=int, default=max(1, (os.cpu_count() or 2)), help="processes side by side")
    asked.add_argument("--replay", metavar="TRIAL", action="append", help="play only this trial; may be repeated")
    asked.add_argument("--every-kill", action="store_true", help="play each await point's death once, and nothing else")
    asked.add_argument("--no-real", action="store_true", help="leave out the trials with real processes and kill -9")
    args = asked.parse_args()
    seed: int = args.seed if args.seed is not None else int.from_bytes(os.urandom(3), "big")
    is_wanted = any(name.startswith(POSTGRES) for name in args.replay or ()) or not (args.replay or args.every_kill)
    with postgres() if is_wanted else nullcontext(enter_result=False) as has_postgres:
        if is_wanted and not has_postgres:
            _say("there is no PostgreSQL server here, so its trials are left out (on Debian: apt install postgresql)")
        return _run(args, seed, has_postgres=has_postgres)


def _run(args: argparse.Namespace, seed: int, *, has_postgres: bool) -> int:
    began = time.monotonic()
    calm = play("calm")
    _say(
        f"seed {seed}: the undisturbed release has {len(calm.points)} await points and {calm.calls} calls to GitHub, "
        f"and takes {calm.seconds:.1f} s of CPU the first time"
    )
    sums = Sums()
    if args.replay:
        run = Run(calm, iter([]), sums, 1)
        run.begin([name for name in args.replay if has_postgres or MUST or not name.startswith(POSTGRES)])
        run.play(float("inf"))
    elif args.every_kill:
        Run(calm, iter(every_kill(calm.points, None)), sums, args.jobs).play(float("inf"))
    else:
        run = Run(calm, trials(calm, seed, has_postgres=has_postgres), sums, args.jobs)
        until = began + 60 * args.minutes
        if not args.no_real:
            on = (POSTGRES, "") if has_postgres else ("",)
            run.begin([f"{on[n % len(on)]}real:{seed}:{n}" for n in range(max(1, int(args.minutes / 3)))])
        run.play(until)
    _say(f"\n{sums.table()}\n{time.monotonic() - began:.0f} s, seed {seed}")
    for name in sums.differing:
        _say(f"DIFFERENT  {name}\n{_again(name)}")
    return 1 if sums.differing else 0


if __name__ == "__main__":
    if os.environ.get("PYTHONHASHSEED") != "0":  # sets in another order would be another story
        again = [sys.executable, "-m", "tests.chaos", *sys.argv[1:]]
        os.execve(sys.executable, again, {**os.environ, "PYTHONHASHSEED": "0"})  # noqa: S606  itself, with no shell
    sys.exit(main())
