"""A repository's own template, run in a process of its own: whatever it finds to do there, the service goes on.

The sandbox counts what a template does, but it is Python that does it, and compiles it before. What the counting does
not see ends here, by limits that the system keeps.
"""

import json
import os
import pickle  # nosec B403 # between this program and itself
import resource
import subprocess  # nosec B404 # this program is run with it, below
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from app.adapters.sandbox import BadTemplate
from app.domain.notes.notes import NotesView

CPU_SECONDS: Final = 5
MEMORY: Final = 512 * 1024 * 1024
"""Bytes of address space."""

SECONDS: Final = 30
"""On the clock, where the machine has others to serve."""


def write_apart(view: NotesView, template: str, *, is_quiet: bool) -> str:
    """Return what `NotesWriter.by_template` returns. Raises BadTemplate also where it took too much, or never ran."""
    try:
        done = subprocess.run(  # noqa: S603  # nosec B603 # this program; the template goes to it as data
            [sys.executable, "-P", "-m", __name__],
            input=pickle.dumps((CPU_SECONDS, MEMORY, view, template, is_quiet)),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"PYTHONPATH": os.pathsep.join(path or str(Path.cwd()) for path in sys.path)},  # no secret of ours
            timeout=SECONDS,
            check=True,
        )
    except (subprocess.SubprocessError, OSError) as error:
        raise BadTemplate(0, "it takes more time or memory than a template may") from error
    text, line, why = json.loads(done.stdout)
    if text is None:
        raise BadTemplate(line, why)
    return text


def run(write: Callable[[NotesView, str, bool], str]) -> None:
    """Do in the process of its own what is asked on standard input, and answer on standard output."""
    cpu, memory, view, template, is_quiet = pickle.load(sys.stdin.buffer)  # noqa: S301  # nosec B301 # written by write_apart
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    try:
        answer = (write(view, template, is_quiet), 0, "")
    except BadTemplate as bad:
        answer = (None, bad.line, bad.why)
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    from app.adapters.notes_words import NotesWriter

    writer = NotesWriter(is_apart=False)
    run(lambda view, template, is_quiet: writer.by_template(view, template, is_quiet=is_quiet))
