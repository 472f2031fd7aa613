"""`gonogo plan check` and `gonogo plan show`: what a release plan says, before anybody releases by it."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text
from rich.tree import Tree

from app.domain.plan.model import Item, Phase, Plan, Problem, Severity, Task, TaskKind
from app.domain.plan.words import action_in_words, wanted_in_words

EXIT_ERRORS = 1
EXIT_UNREADABLE = 2
WIDTH_OF_A_FILE = 160  # columns, where the tree goes to a file or a pipe

plan_app = typer.Typer(name="plan", help="Check and show a release plan.", no_args_is_help=True)

PlanPath = Annotated[Path, typer.Argument(metavar="PATH", help="The Markdown file that holds the plan.")]
Version = Annotated[str | None, typer.Option("--version", help="The version to fill in, e.g. 1.4.0.")]


class Unreadable(Exception):
    """The file is not there, or is no text."""


@plan_app.command()
def check(
    path: PlanPath,
    version: Version = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as one JSON object.")] = False,
) -> None:
    """Tell each problem of a plan with its line. Exits 0 without errors, 1 with, 2 when the file cannot be read."""
    try:
        plan = _read(path, version)
    except Unreadable as error:
        _print_unreadable(path, str(error), as_json=as_json)
        raise typer.Exit(EXIT_UNREADABLE) from error
    if as_json:
        typer.echo(json.dumps(_as_json(path, plan), ensure_ascii=False, indent=2))
    else:
        for problem in plan.problems:
            typer.echo(_problem_line(path, problem))
        typer.echo(_safe(f"{plan.name}: {_summary(plan)}"))
    if plan.errors:
        raise typer.Exit(EXIT_ERRORS)


@plan_app.command()
def show(path: PlanPath, version: Version = None) -> None:
    """Show a plan as a tree: what each task will do, and what each item waits for."""
    try:
        plan = _read(path, version)
    except Unreadable as error:
        _print_unreadable(path, str(error), as_json=False)
        raise typer.Exit(EXIT_UNREADABLE) from error
    Console(highlight=False, width=None if sys.stdout.isatty() else WIDTH_OF_A_FILE).print(_tree(plan))
    sys.stdout.flush()  # where both go to one place, the problems stand below the tree
    for problem in plan.problems:
        typer.echo(_problem_line(path, problem), err=True)
    if plan.errors:
        raise typer.Exit(EXIT_ERRORS)


def _read(path: Path, version: str | None) -> Plan:
    from app.domain.plan.reader import MAX_BYTES, read_plan  # noqa: PLC0415 - other commands need not wait for it

    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise Unreadable(error.strerror or "it cannot be read") from error
    try:
        text = data.decode("utf-8", "strict" if len(data) <= MAX_BYTES else "replace")
    except UnicodeDecodeError as error:
        message = f"it is not UTF-8 text (byte {error.start})"
        raise Unreadable(message) from error
    if "\x00" in text:
        message = "it is not text"
        raise Unreadable(message)
    return read_plan(text, path=path.as_posix(), version=version)


def _problem_line(path: Path, problem: Problem) -> str:
    return _safe(f"{path}:{problem.line}: {problem.severity}: {problem.message} [{problem.code}]")


def _print_unreadable(path: Path, why: str, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"path": str(path), "ok": False, "unreadable": why, "problems": []}, indent=2))
    else:
        typer.echo(_safe(f"{path}: cannot be read: {why}"), err=True)


def _as_json(path: Path, plan: Plan) -> dict[str, object]:
    return {
        "path": str(path),
        "ok": not plan.errors,
        "name": plan.name,
        "phases": len(plan.phases),
        "tasks": sum(task.kind is TaskKind.WORK for task in plan.tasks()),
        "items": sum(1 for _ in plan.items()),
        "problems": [
            {"line": each.line, "severity": each.severity.value, "code": each.code, "message": each.message}
            for each in plan.problems
        ],
    }


def _summary(plan: Plan) -> str:
    tasks = sum(task.kind is TaskKind.WORK for task in plan.tasks())
    warnings = sum(problem.severity is Severity.WARNING for problem in plan.problems)
    counts = [(len(plan.phases), "phase"), (tasks, "task"), (sum(1 for _ in plan.items()), "item")]
    found = [(len(plan.errors), "error"), (warnings, "warning")]
    parts = [", ".join(_count(number, word) for number, word in group) for group in (counts, found)]
    return "; ".join(parts)


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def _tree(plan: Plan) -> Tree:
    tag = f"{plan.tag} (--version fills it in)" if "{version}" in plan.tag else plan.tag
    tree = Tree(_line((plan.name, "bold"), (f"  tag {tag}, workflow {plan.workflow}", "dim")))
    for phase in plan.phases:
        _add_phase(tree, phase)
    if plan.summary:
        branch = tree.add(_line(("Summary", "bold"), ("  repeats the tasks above", "dim")))
        for task in plan.summary:
            branch.add(_line((task.title, ""), (f"  {_count(len(task.items), 'task')}", "dim")))
    return tree


def _add_phase(tree: Tree, phase: Phase) -> None:
    branch = tree.add(_line((phase.title, "bold"), (f"  phase {phase.id}", "dim")))
    for task in phase.tasks:
        _add_task(branch, task)


def _add_task(tree: Tree, task: Task) -> None:
    command = f"/release {task.slug}: " if task.action else ""
    facts = [command + action_in_words(task.action)] if task.kind is TaskKind.WORK else []
    facts += [f"needs {', '.join(task.needs)}"] if task.needs else []
    facts += [task.owner] if task.owner else []
    branch = tree.add(_line((task.label, "cyan"), (f"  {' · '.join(facts)}" if facts else "", "dim")))
    branches = [branch]
    for item in task.items:
        del branches[item.depth + 1 :]
        branches.append(branches[-1].add(_item_line(item)))


def _item_line(item: Item) -> Text:
    return _line((f"☐ {item.text}", ""), (f"  {item.priority} · {wanted_in_words(item.wanted)}", "dim"))


def _line(*parts: tuple[str, str]) -> Text:
    return Text.assemble(*((_safe(text), style) for text, style in parts))


def _safe(text: str) -> str:
    """The text without control characters, so that a plan cannot drive the terminal."""
    return "".join(character if character.isprintable() else "\ufffd" for character in text)
