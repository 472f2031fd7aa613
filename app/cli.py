"""The command `gonogo`: what can be said on a command line, and how trouble is told there."""

from collections.abc import Callable
from importlib.metadata import version
from typing import Annotated, NoReturn, Protocol, TypeVar

import typer

from app.cli_plan import plan_app

T = TypeVar("T")

DEMO_PORT = 8787


class Unusable(Exception):
    """What was asked for cannot be done as things stand. The text is for people."""


class Serve(Protocol):
    """Runs the service."""

    def __call__(self, *, is_working: bool) -> None:
        """Run it, with the work or without."""
        ...


def build_cli(
    *,
    serve: Serve,
    work: Callable[[int | None], None],
    demo: Callable[[int], None],
    upgrade: Callable[[], None],
) -> typer.Typer:
    """Return the command with its parts put in: each is called when it is asked for, and may raise Unusable."""
    cli = typer.Typer(
        name="gonogo",
        help="Go/No-Go runs your release plan and says on the commit what is still missing.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    database = typer.Typer(help="Look after the database.", no_args_is_help=True)
    cli.add_typer(plan_app)
    cli.add_typer(database, name="db")

    @cli.callback()
    def either(
        *,
        is_asked: Annotated[
            bool, typer.Option("--version", help="Say which version this is.", callback=_version, is_eager=True)
        ] = False,
    ) -> None:
        del is_asked  # `_version` has answered

    @cli.command("serve")
    def serve_command(
        *,
        is_working: Annotated[
            bool, typer.Option("--worker/--no-worker", help="Do the work as well, or leave it to `gonogo work`.")
        ] = True,
    ) -> None:
        """Run the service, all of it in one process. Settings come from GONOGO_* or `.env`."""
        told(lambda: serve(is_working=is_working))

    @cli.command("work")
    def work_command(
        port: Annotated[
            int | None, typer.Option(min=0, max=65_535, help="Answer /healthz, /readyz and /metrics there.")
        ] = None,
    ) -> None:
        """Do the work beside `gonogo serve`: as many of these as wanted, on PostgreSQL."""
        told(lambda: work(port))

    @cli.command("demo")
    def demo_command(
        port: Annotated[int, typer.Option(min=1, max=65_535, help="The port of the page.")] = DEMO_PORT,
    ) -> None:
        """Play a release on a simulated GitHub, with a page to watch it and to write comments on."""
        told(lambda: demo(port))

    @database.command("upgrade")
    def upgrade_command() -> None:
        """Bring the database to the schema that this version speaks. Safe to run again."""
        told(upgrade)

    return cli


def _version(is_asked: bool) -> None:  # noqa: FBT001 - typer hands it over by place
    if is_asked:
        typer.echo(f"gonogo {version('gonogo')}")
        raise typer.Exit


def told(do: Callable[[], T]) -> T:
    """Do it and return what came of it; where it cannot be done, say why and exit with 2."""
    try:
        return do()
    except Unusable as error:
        _exit(str(error))


def _exit(reason: str) -> NoReturn:
    typer.echo(reason, err=True)
    raise typer.Exit(code=2)
