"""`make bench`: what the service costs, beside what others make of the same job, all from one run on one machine."""

import argparse
import json
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import Final

import psutil
from rich.console import Console

from benchmarks import changelog, crowd, fairness, growth, one_process, others, startup, takeover
from benchmarks.machine import Cores, pin
from benchmarks.report import Report
from benchmarks.size import FULL, SHORT

RESULTS: Final = Path("bench-results.json")
ALONE: Final = ("one_process", "fairness", "crowd", "takeover", "growth", "startup", "changelog")
"""Sections that can be measured alone. What others take is told as a multiple of what we take, in the same run."""


def main() -> None:
    """Measure, print, write the results; exit with 1 where something was lost or done twice."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--short", action="store_true", help="seconds instead of minutes: to see that it runs")
    parser.add_argument("--only", choices=ALONE, help="one section, a file of benchmarks/")
    asked = parser.parse_args()
    size = SHORT if asked.short else FULL
    cores = Cores.of_this_machine()
    pin(psutil.Process(), cores.around)
    report = Report()
    with tempfile.TemporaryDirectory(prefix="gonogo-bench-") as place:
        folder = Path(place)
        sections = {
            "one_process": partial(one_process.measure, report, size, cores, folder),
            "fairness": partial(fairness.measure, report, size, cores, folder),
            "crowd": partial(crowd.measure, report, size, cores, folder),
            "takeover": partial(takeover.measure, report, size, cores, folder),
            "growth": partial(growth.measure, report, size, cores, folder),
            "startup": partial(startup.measure, report, size, folder),
            "changelog": partial(changelog.measure, report, size, folder),
            "others": partial(others.measure, report, size, cores, folder),
        }
        for name, measure in sections.items():
            if asked.only in (None, name):
                measure()
    Console(width=110).print(report.table)
    RESULTS.write_text(json.dumps(report.figures, indent=2) + "\n", "utf-8")
    sys.stdout.write(
        f"Each figure is also in {RESULTS}. Timings on a shared machine are noisy: compare within a run.\n"
    )


if __name__ == "__main__":
    main()
