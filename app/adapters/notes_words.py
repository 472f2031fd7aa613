"""Release notes as Markdown: by the repository's own template where it has a good one, else by ours."""

import re
from importlib.resources import files
from typing import Final

from markupsafe import Markup

from app.adapters.notes_apart import write_apart
from app.adapters.sandbox import OUTPUT_LIMIT, STEPS, BadTemplate, Budget, Sandbox, TooLong
from app.adapters.wording import FILTERS, safe
from app.domain.neutral import code, neutral
from app.domain.notes.history import Author
from app.domain.notes.notes import Contributor, Line, NotesView, Written

_LOGIN: Final = re.compile(r"[A-Za-z0-9](?:-?[A-Za-z0-9]){0,38}")
_WORDS: Final = 300  # characters of a line
_LONG: Final = 1_000  # characters of what breaks
_BLANKS: Final = re.compile(r"\n{3,}")
_MENTION: Final = re.compile(r"@(?=[A-Za-z0-9])")
LINES: Final = 2_000
"""Lines that fit into a release's text, about."""
_FEWEST: Final = 10  # lines: where so few are too many, the template is at fault
_PEOPLE: Final = 500  # who are named
_NAME: Final = 40  # characters of a name; a login has 39
_OURS: Final = "release_notes.md.j2"


class NotesWriter:
    """Writes notes. Quietly, as in a preview, nobody is mentioned and nothing is linked that would tell of it."""

    def __init__(self, *, is_apart: bool, lines: int = LINES, scale: int = 1) -> None:
        """Write at most so many lines; `scale` is how many times more than usual a template may write and do.

        With `is_apart` a repository's own template runs in a process of its own, which takes a moment to start.
        """
        self._is_apart = is_apart
        self._lines = lines
        self._steps = scale * STEPS
        self._sandbox = Sandbox(output=scale * OUTPUT_LIMIT)
        self._ours = files("templates").joinpath(_OURS).read_text("utf-8")

    def write(self, view: NotesView, template: str | None, *, is_quiet: bool) -> Written:
        """Return the notes, by our own template where the repository's cannot be used, with the reason for that."""
        trouble = None
        if template is not None:
            by_theirs = write_apart if self._is_apart else self.by_template
            try:
                return Written(markdown=by_theirs(view, template, is_quiet=is_quiet))
            except BadTemplate as bad:
                trouble = str(bad)
        ours = self._written(view, self._ours, is_quiet=is_quiet, fewest=0)
        return Written(markdown=ours, trouble=trouble)

    def by_template(self, view: NotesView, template: str, *, is_quiet: bool) -> str:
        """Return the notes by a repository's own template. Raises BadTemplate."""
        return self._written(view, template, is_quiet=is_quiet, fewest=_FEWEST)

    def _written(self, view: NotesView, template: str, *, is_quiet: bool, fewest: int) -> str:
        """Write of as many lines and people as there is room for: how many lines are left out is told."""
        most = min(self._lines, max(len(view.notes.lines), 1))
        people = _PEOPLE
        budget = Budget(self._steps)
        while True:
            try:
                text = self._sandbox.write(template, _values(view, most, people, is_quiet=is_quiet), budget)
            except TooLong:
                if most <= fewest:
                    raise
                most //= 2
                people //= 2
                continue
            return _tidy(text, is_quiet=is_quiet)


def _tidy(text: str, *, is_quiet: bool) -> str:
    tidied = _BLANKS.sub("\n\n", text).strip()
    return _MENTION.sub("@\u200b", tidied) if is_quiet else tidied


def _values(view: NotesView, most: int, people: int, *, is_quiet: bool) -> dict[str, object]:
    """Return what a template gets: texts, numbers, lists and mappings, foreign text in them neutralised already."""
    notes, words = view.notes, _Words(view.repo_url, is_quiet=is_quiet)
    room = most
    breaking = [words.line(line) for line in notes.breaking[:room]]
    room -= len(breaking)
    groups: list[dict[str, object]] = []
    for group in notes.groups:
        components: list[dict[str, object]] = []
        shown: list[dict[str, object]] = []
        for part in group.components:
            lines = [words.line(line) for line in part.lines[: max(room, 0)]]
            room -= len(lines)
            shown += lines
            if lines:
                components.append({"name": _text(part.name or ""), "lines": lines})
        if components:
            groups.append({"title": _text(group.title), "components": components, "lines": shown})
    contributors = notes.contributors[:people]
    named = [words.contributor(one) for one in contributors]
    compare = f"{view.repo_url}/compare/{notes.base}...{view.tag}" if notes.base else None
    return {
        "version": view.version,
        "tag": view.tag,
        "previous": notes.base or "",
        "compare": FILTERS["ours"](f"{notes.base}...{view.tag}", compare) if compare else "",
        "breaking": breaking,
        "groups": groups,
        "contributors": named,
        "new_contributors": [one for one, made in zip(named, contributors, strict=True) if made.is_new],
        "left_out": max(len(notes.lines) - most, 0),
        "is_cut": notes.is_cut,
    }


class _Words:
    """Turns what notes are made of into Markdown."""

    def __init__(self, repo_url: str, *, is_quiet: bool) -> None:
        self._url = repo_url
        self._is_quiet = is_quiet

    def line(self, line: Line) -> dict[str, object]:
        return {
            "words": _prose(line.words, _WORDS),
            "component": _text(line.component or ""),
            "kind": line.kind or "",
            "is_breaking": line.is_breaking,
            "breaking": _prose(line.breaking, _LONG) if line.breaking else "",
            "number": line.number or 0,
            "reference": self._reference(line.number, line.sha),
            "authors": [self._who(author) for author in line.authors if author.login],
        }

    def contributor(self, one: Contributor) -> dict[str, object]:
        reference = self._reference(one.number, "") if one.number is not None else ""
        return {
            "who": self._who(one.author),
            "login": one.author.login or "",
            "name": one.author.name[:_NAME],
            "is_new": one.is_new,
            "reference": reference,
        }

    def _who(self, author: Author) -> Markup:
        """A mention of an account; a name that anybody may have chosen is only text."""
        if author.login is None or self._is_quiet or not _LOGIN.fullmatch(author.login):
            return _text(author.login or author.name, _NAME)
        return safe(f"@{author.login}")

    def _reference(self, number: int | None, sha: str) -> Markup:
        if self._is_quiet:
            return _text(f"#{number}") if number is not None else safe(code(sha[:7]))
        if number is not None:
            return FILTERS["ours"](safe(f"#{number}"), f"{self._url}/pull/{number}")
        return FILTERS["ours"](safe(code(sha[:7])), f"{self._url}/commit/{sha}")


def _text(value: str, limit: int = 200) -> Markup:
    return safe(neutral(value, limit))


def _prose(value: str, limit: int) -> Markup:
    """A line as people write it: text, and code between backticks."""
    return FILTERS["prose"](value[: 8 * limit], limit)
