"""What a hanging installation costs the others: the same commands with and without one, in turns."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.load import flood
from benchmarks.machine import Cores, wait_until
from benchmarks.report import Report
from benchmarks.size import Size
from benchmarks.stage import PATIENCE, Service, Stage

HANGING: Final = 40
"""Repositories of one installation in which something is asked for while GitHub hangs for it: more than run at once."""


@dataclass(slots=True)
class Beside:
    """Seconds that the commands of all teams took, over all rounds."""

    nobody: float = 0.0
    hanging: float = 0.0

    @property
    def ratio(self) -> float:
        """How much longer they take beside a hanging installation."""
        return self.hanging / self.nobody


def measure(report: Report, size: Size, cores: Cores, folder: Path) -> None:
    """Add the rows."""
    took = beside(folder / "fairness", size.teams, size.fair_rounds, cores)
    report.section()
    words = f"{{:.2f}} s for a command of each of {size.teams} teams"
    report.add("seconds_for_commands", took.nobody / size.fair_rounds, words)
    words = f"{{:.2f}} s while GitHub hangs for {HANGING} repositories of another installation"
    report.add("seconds_beside_a_hanging_installation", took.hanging / size.fair_rounds, words)
    report.add("ratio_beside_a_hanging_installation", took.ratio, "{:.2f} x", "about 1")


def beside(folder: Path, teams: int, rounds: int, cores: Cores) -> Beside:
    """Measure. Exits with 1 where what hung was not taken up again afterwards."""
    folder.mkdir()
    took = Beside()
    with (
        Stage.opened(teams, 2 * rounds + 1, cores, folder) as stage,
        Service.opened(stage, cores, folder) as service,
    ):
        service.handle(stage.webhooks("start"), rest=0)
        service.handle(stage.webhooks("run/1"), rest=0)  # warm
        for _ in range(rounds):
            took.nobody += _seconds(service, stage.webhooks("run/1"), teams)
            wait_until(service.is_done, PATIENCE)
            asyncio.run(flood(service.port, stage.webhooks(f"hang/{HANGING}"))).insist(202)
            took.hanging += _seconds(service, stage.webhooks("run/1"), teams)
            if service.is_done():
                raise SystemExit("WRONG: nothing hung")
            stage.ask("go_on")
            wait_until(service.is_done, PATIENCE)
        if service.troubles():
            raise SystemExit(f"WRONG: {service.troubles()} deliveries or effects were given up after GitHub hung")
    return took


def _seconds(service: Service, commands: Sequence[bytes], teams: int) -> float:
    """Return how long it takes from the first command's post until each one's run is started."""
    wanted = service.events("run_started") + teams
    began = time.perf_counter()
    asyncio.run(flood(service.port, commands)).insist(202)
    wait_until(lambda: service.events("run_started") >= wanted, PATIENCE, step=0.005)
    return time.perf_counter() - began
