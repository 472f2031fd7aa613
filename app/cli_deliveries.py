"""`gonogo deliveries`: the webhooks that could not be handled, with the reason, and putting one back."""

import json
import sys
from collections.abc import Callable, Sequence
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.text import Text

from app.cli import told
from app.ports import MOST_TROUBLED, Replayed, Troubled

WIDTH_OF_A_FILE: Final = 160  # columns, where it goes to a file or a pipe
EXIT_NOT_DONE: Final = 1

ListTroubled = Callable[[], Sequence[Troubled]]
Replay = Callable[[str], Replayed]

_ANSWERS: Final = {
    Replayed.PUT_BACK: "Put back: a service that runs takes it up within half a minute, else at its next start.",
    Replayed.WAITING: "It is not parked: it waits for its turn, and is tried again by itself.",
    Replayed.HANDLED: "It was handled already.",
    Replayed.UNKNOWN: "There is no such delivery here. GitHub lists what it sent on the App's page, under Advanced.",
}


def add_deliveries(cli: typer.Typer, troubled: ListTroubled, replay: Replay) -> None:
    """Put the command into the command line. The functions may raise Unusable."""
    deliveries = typer.Typer(help="Webhooks that could not be handled: list them, put one back.")

    @deliveries.callback(invoke_without_command=True)
    def list_command(
        context: typer.Context,
        *,
        as_json: Annotated[bool, typer.Option("--json", help="Print them as one JSON object.")] = False,
    ) -> None:
        """List deliveries that were given up (parked) or are being tried again (failing), with the reason."""
        if context.invoked_subcommand is not None:
            return
        found = told(troubled)
        is_cut = len(found) == MOST_TROUBLED
        if as_json:
            typer.echo(json.dumps({"deliveries": [_as_json(one) for one in found], "is_cut": is_cut}, indent=2))
            return
        console = Console(highlight=False, width=None if sys.stdout.isatty() else WIDTH_OF_A_FILE)
        for one in found:
            for line in _lines(one):
                console.print(line, soft_wrap=True)
        if not found:
            console.print("Every delivery was handled, or waits for its turn.")
        if is_cut:
            console.print(f"Those are the first {MOST_TROUBLED:,}: there may be more.")
        if any(one.parked_at for one in found):
            console.print("Put one back, once its reason is gone: gonogo deliveries replay ID")

    @deliveries.command("replay")
    def replay_command(delivery: Annotated[str, typer.Argument(metavar="ID", help="The delivery's id.")]) -> None:
        """Put a parked delivery back, to be handled as if it had just come. What it did before is not done again."""
        outcome = told(lambda: replay(delivery))
        is_done = outcome is Replayed.PUT_BACK
        typer.echo(_ANSWERS[outcome], err=not is_done)
        if not is_done:
            raise typer.Exit(EXIT_NOT_DONE)

    cli.add_typer(deliveries, name="deliveries")


def _as_json(one: Troubled) -> dict[str, object]:
    return {
        "id": one.id,
        "state": _state(one),
        "event": one.event,
        "key": one.key,
        "received_at": one.received_at.isoformat(),
        "parked_at": one.parked_at.isoformat() if one.parked_at else None,
        "attempts": one.attempts,
        "reason": one.error,
    }


def _state(one: Troubled) -> str:
    return "parked" if one.parked_at else "failing"


def _lines(one: Troubled) -> Sequence[Text]:
    tries = f"{one.attempts} {'try' if one.attempts == 1 else 'tries'}"
    head = f"{one.id}  {one.event}  {one.key}  came {one.received_at:%Y-%m-%d %H:%M:%S} UTC, {tries}"
    state = (f"{_state(one):<8}", "red" if one.parked_at else "yellow")
    return (Text.assemble(state, (_safe(head), "")), Text(f"        {_safe(one.error)}", style="dim"))


def _safe(text: str) -> str:
    """The text without control characters, so that nothing from outside can drive the terminal."""
    return "".join(character if character.isprintable() else " " for character in text)
