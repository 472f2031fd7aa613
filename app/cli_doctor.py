"""`gonogo doctor`: everything that the service needs, found against needed, with what to do about each."""

import json
import sys
from collections.abc import Callable, Iterable
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.text import Text

from app.cli import told
from app.domain.doctor.check import SERVICE, Check, Diagnosis, State

EXIT_WARNINGS: Final = 1
EXIT_TROUBLE: Final = 3
WIDTH_OF_A_FILE: Final = 160  # columns, where it goes to a file or a pipe

Diagnose = Callable[[str | None], Diagnosis]
"""Looks at everything; at one repository, or at all that have an open release."""

_MARKS: Final = {
    State.OK: ("ok     ", "green"),
    State.WARNING: ("warning", "yellow"),
    State.UNKNOWN: ("unknown", "magenta"),
    State.FAILED: ("failed ", "red"),
}
_WIDEST: Final = 14


def add_doctor(cli: typer.Typer, diagnose: Diagnose) -> None:
    """Put the command into the command line. The function may raise Unusable."""

    @cli.command("doctor")
    def doctor_command(
        repo: Annotated[
            str | None,
            typer.Argument(metavar="[OWNER/REPO]", help="A repository; without it those with an open release."),
        ] = None,
        *,
        as_json: Annotated[bool, typer.Option("--json", help="Print the result as one JSON object.")] = False,
    ) -> None:
        """Look at everything that the service needs, and say what to do. Changes nothing.

        Exits 0 where all is well, 1 with warnings only, 3 where something failed or could not be read, 2 where the
        settings do not allow to look.
        """
        found = told(lambda: diagnose(repo))
        if as_json:
            typer.echo(json.dumps(diagnosis_as_json(found), ensure_ascii=False, indent=2))
        else:
            console = Console(highlight=False, width=None if sys.stdout.isatty() else WIDTH_OF_A_FILE)
            for line in _lines(found):
                console.print(line, soft_wrap=True)
        raise typer.Exit(exit_code(found))


def exit_code(found: Diagnosis) -> int:
    """Return what the command ends with."""
    match found.worst:
        case State.OK:
            return 0
        case State.WARNING:
            return EXIT_WARNINGS
        case State.UNKNOWN | State.FAILED:
            return EXIT_TROUBLE


def diagnosis_as_json(found: Diagnosis) -> dict[str, object]:
    """Return what was found as the JSON that `--json` prints."""
    return {
        "state": found.worst.value,
        "at": found.at.isoformat(),
        "checks": [
            {
                "check": check.name.value,
                "about": check.about or None,
                "state": check.state.value,
                "found": check.found,
                "todo": check.todo,
                "links": list(check.links),
            }
            for check in found.checks
        ],
    }


def _lines(found: Diagnosis) -> Iterable[Text]:
    for about in dict.fromkeys(check.about for check in found.checks):
        yield _line((about if about != SERVICE else "The service", "bold"))
        for check in found.checks:
            if check.about == about:
                yield from _check(check)
    yield _line((_last(found), _MARKS[found.worst][1]))


def _check(check: Check) -> Iterable[Text]:
    word, style = _MARKS[check.state]
    yield _line((f"  {word} ", style), (f"{check.name.value:<{_WIDEST}} ", "dim"), (check.found, ""))
    indent = " " * (_WIDEST + 11)
    if check.todo:
        yield _line((f"{indent}{check.todo}", "dim"))
    for link in check.links:
        yield _line((f"{indent}{link}", "cyan"))


def _last(found: Diagnosis) -> str:
    counts = {state: sum(check.state is state for check in found.checks) for state in State}
    if counts[State.OK] == len(found.checks):
        return f"All is well: {len(found.checks)} checks."
    return ", ".join(f"{number} {state.value}" for state, number in counts.items() if number)


def _line(*parts: tuple[str, str]) -> Text:
    return Text.assemble(*((_safe(text), style) for text, style in parts))


def _safe(text: str) -> str:
    """The text without control characters, so that nothing from outside can drive the terminal."""
    return "".join(character if character.isprintable() else "\ufffd" for character in text)
