"""`gonogo changelog`, put together: a clone in, its notes out as Markdown or JSON."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from app.adapters.local_git import Clone, GitTrouble
from app.cli import Unusable
from app.domain.notes.history import Author
from app.domain.notes.notes import Line, Notes, NotesView, notes_of
from app.domain.notes.rules import RULES_PATH, Rules, read_rules

_LINES: Final = 200_000
_SCALE: Final = 1_000  # what a template may write here: nobody waits for a service


def changelog(span: str, repo: Path, *, as_json: bool, template: Path | None) -> tuple[str, tuple[str, ...]]:
    """Return the notes of what lies between two commits of a clone, and what was wrong with its files for notes.

    Raises Unusable.
    """
    base, dots, head = span.partition("..")
    if not dots:
        raise Unusable(f"{span!r} is no span of commits: it is written FROM..TO, such as v1.0.0..HEAD")
    try:
        clone = Clone(repo)
        gathered = clone.since(base or None, head or "HEAD")
        before = clone.people_before(base) if base else None
        site = clone.site()
    except GitTrouble as trouble:
        raise Unusable(str(trouble)) from trouble
    rules = read_rules(gathered.rules) if gathered.rules is not None else Rules()

    def is_new(author: Author) -> bool:
        return before is not None and author.key not in before

    notes = notes_of(gathered.history, rules=rules, is_new=is_new)
    troubles = (f"{RULES_PATH}: {notes.trouble}",) if notes.trouble else ()
    if as_json:
        return json.dumps(_as_json(notes), ensure_ascii=False, indent=2), troubles
    from app.adapters.notes_words import NotesWriter  # noqa: PLC0415 - JSON needs no templates

    view = NotesView(notes=notes, version=head or "HEAD", tag=head or "HEAD", repo_url=site)
    own = _read(template) if template is not None else gathered.template
    written = NotesWriter(is_apart=False, lines=_LINES, scale=_SCALE).write(view, own, is_quiet=False)
    if written.trouble and template is not None:
        raise Unusable(f"{template}: {written.trouble}")
    return written.markdown, (
        *troubles,
        *((f"the repository's template: {written.trouble}",) if written.trouble else ()),
    )


def _read(template: Path) -> str:
    try:
        return template.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Unusable(f"{template} cannot be read: {error}") from error


def _as_json(notes: Notes) -> Mapping[str, object]:
    return {
        "base": notes.base,
        "head": notes.head,
        "dropped": notes.dropped,
        "is_cut": notes.is_cut,
        "changes": [_line(line) for line in notes.lines],
        "contributors": [
            {"name": one.author.name, "login": one.author.login, "is_new": one.is_new} for one in notes.contributors
        ],
    }


def _line(line: Line) -> Mapping[str, object]:
    return {
        "group": line.group,
        "component": line.component,
        "words": line.words,
        "is_breaking": line.is_breaking,
        "breaking": line.breaking,
        "pull": line.number,
        "sha": line.sha,
    }
