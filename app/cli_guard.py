"""`gonogo protect`: what makes GitHub obey the gate is shown, and set up when asked."""

import json
import sys
from collections.abc import Callable, Iterable
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from app.cli import told
from app.domain.protection.changes import Change, CreateRuleset, UpdateRuleset, in_words
from app.domain.protection.limits import Limit
from app.domain.protection.report import ProtectReport

EXIT_LIMITED = 1
EXIT_CHANGES = 3
WIDTH_OF_A_FILE = 160  # columns, where it goes to a file or a pipe

Protect = Callable[[str, bool], ProtectReport]
"""Looks at a repository's protection, and sets it up where the second argument says so."""

RepoName = Annotated[str, typer.Argument(metavar="OWNER/REPO", help="The repository, on which the App is installed.")]
Apply = Annotated[bool, typer.Option("--apply", help="Make the changes; without it they are only shown.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as one JSON object.")]


def add_protect(cli: typer.Typer, protect: Protect) -> None:
    """Put the command into the command line. The function may raise Unusable."""

    @cli.command("protect")
    def protect_command(
        repo: RepoName,
        *,
        apply: Apply = False,
        as_json: AsJson = False,
    ) -> None:
        """Set up what makes GitHub obey the gate: tag rulesets, and the App's rule on the plan's environment.

        Shows the exact changes unless --apply is given. Exits 0 with nothing left to do, 3 where changes are needed, 1
        where GitHub does not allow them, 2 where it cannot be looked at.
        """
        report = told(lambda: protect(repo, apply))
        if as_json:
            typer.echo(json.dumps(protect_as_json(report), ensure_ascii=False, indent=2))
        else:
            console = Console(highlight=False, width=None if sys.stdout.isatty() else WIDTH_OF_A_FILE)
            for line in _lines(report):
                console.print(line, soft_wrap=True)
        raise typer.Exit(exit_code(report))


def exit_code(report: ProtectReport) -> int:
    """Return what the command ends with."""
    if report.made is None and report.left:
        return EXIT_CHANGES
    return 0 if report.is_well else EXIT_LIMITED


def protect_as_json(report: ProtectReport) -> dict[str, object]:
    """Return the report as the JSON that `--json` prints."""
    return {
        "repo": report.repo,
        "ok": report.is_well,
        "app": {"id": report.app, "slug": report.slug},
        "plans": list(report.plans),
        "tags": list(report.tags),
        "environments": list(report.environments),
        "dry_run": report.made is None,
        "changes": [_change_as_json(change, report) for change in report.changes],
        "limits": [
            {"kind": each.kind.value, "what": each.what, "instead": each.instead, "links": list(each.links)}
            for each in report.limits
        ],
    }


def _change_as_json(change: Change, report: ProtectReport) -> dict[str, object]:
    headline, *details = in_words(change)
    return {
        "change": type(change).__name__,
        "what": headline,
        "details": details,
        "done": report.made is not None and change in report.made,
        **({"ruleset": change.ruleset.name} if isinstance(change, CreateRuleset | UpdateRuleset) else {}),
    }


def _lines(report: ProtectReport) -> Iterable[Text]:
    where = f", environment {', '.join(report.environments)}" if report.environments else ""
    yield _line(
        (report.repo, "bold"), (f"  App {report.slug} ({report.app}), tags {', '.join(report.tags)}{where}", "dim")
    )
    for change in report.changes:
        headline, *details = in_words(change)
        mark, style = _marked(change, report)
        yield _line((f"  {mark} ", style), (headline, ""))
        for detail in details:
            yield _line((f"      {detail}", "dim"))
    for limit in report.limits:
        yield from _limit(limit)
    yield _line((_last(report), "green" if report.is_well else "yellow"))


def _marked(change: Change, report: ProtectReport) -> tuple[str, str]:
    if report.made is None:
        return "+", "yellow"
    return ("done:", "green") if change in report.made else ("not done:", "red")


def _limit(limit: Limit) -> Iterable[Text]:
    yield _line(("  ! ", "red" if limit.is_open else "dim"), (limit.what, ""))
    if limit.instead:
        yield _line((f"      {limit.instead}", "dim"))
    for link in limit.links:
        yield _line((f"      {link}", "cyan"))


def _last(report: ProtectReport) -> str:
    count = "1 change" if len(report.left) == 1 else f"{len(report.left)} changes"
    if report.made is None and report.left:
        return f"{count}, and nothing was done. `gonogo protect {report.repo} --apply` does it."
    if report.is_well:
        return "Done: it stands." if report.made else "Nothing to change."
    if report.left:
        return f"{count} could not be made."
    return "Nothing to change, and not protected as it could be: see above."


def _line(*parts: tuple[str, str]) -> Text:
    return Text.assemble(*((_safe(text), style) for text, style in parts))


def _safe(text: str) -> str:
    """The text without control characters, so that a ruleset's name cannot drive the terminal."""
    return "".join(character if character.isprintable() else "\ufffd" for character in text)
