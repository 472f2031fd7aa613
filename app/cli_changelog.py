"""`gonogo changelog`: the notes of a clone's history, with no service and no GitHub."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Protocol

import typer

from app.cli import told


class Form(StrEnum):
    """What is printed."""

    MARKDOWN = "markdown"
    JSON = "json"


class Changelog(Protocol):
    """Writes notes, and says what was wrong with the repository's own files for them."""

    def __call__(self, span: str, repo: Path, *, as_json: bool, template: Path | None) -> tuple[str, tuple[str, ...]]:
        """Return the text, and what was wrong."""
        ...


def add_changelog(cli: typer.Typer, *, changelog: Changelog) -> None:
    """Put the command into the command line. The function may raise Unusable."""

    @cli.command("changelog")
    def changelog_command(
        span: Annotated[str, typer.Argument(metavar="FROM..TO", help="Two commits or tags; `..TO` is everything.")],
        repo: Annotated[Path, typer.Option(metavar="PATH", help="The clone.")] = Path(),
        form: Annotated[Form, typer.Option("--format", help="What is printed.")] = Form.MARKDOWN,
        template: Annotated[
            Path | None, typer.Option(metavar="FILE", help="A template in the place of the repository's and ours.")
        ] = None,
    ) -> None:
        """Write the notes of a clone's history, by kind and component. Exits 0, or 2 where they cannot be had."""
        text, troubles = told(lambda: changelog(span, repo, as_json=form is Form.JSON, template=template))
        for trouble in troubles:
            typer.echo(trouble, err=True)
        typer.echo(text)
