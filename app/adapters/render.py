"""The bot's words: typed messages and views become Markdown by the templates, every value in them neutralised."""

import re
from collections.abc import Mapping
from dataclasses import fields
from functools import cache
from importlib.resources import files
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.adapters.notes_words import NotesWriter
from app.adapters.wording import FILTERS, GLOBALS, neutralised
from app.domain.messages import Message
from app.domain.notes.notes import NotesView, Written
from app.domain.plan.review import PlanCheckView
from app.domain.release.desired import BODY_LIMIT, GATE_ID, length
from app.domain.release.freezing import FreezeView
from app.domain.release.views import GateView, IssueView, StatusView
from app.ports import Annotation, OwnCheck

MESSAGE_LIMIT: Final = BODY_LIMIT - 512
"""Leaves room for the hidden mark that a reply carries."""

SUMMARY_LIMIT: Final = 65_535
"""What GitHub takes as a check run's summary, in characters."""

_BLANKS = re.compile(r"\n{3,}")
_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


class TemplateRenderer:
    """Renders what the bot says.

    Whatever a template interpolates is neutralised, except Markdown on purpose: what macros and `wording` return.
    """

    def __init__(self) -> None:
        self._notes = NotesWriter(is_apart=True)
        self._words = _words()

    def message(self, message: Message) -> str:
        """Return a reply's Markdown, short of the limit by the room that a hidden mark takes."""
        values = {field.name: getattr(message, field.name) for field in fields(message)}
        return _bounded(self._written(f"{template_name(type(message))}.md.j2", values), MESSAGE_LIMIT)

    def issue_block(self, view: IssueView) -> str:
        """Return the tracking issue's block, without its markers and of any length: see `desired.fit`."""
        return self._written("views/issue.md.j2", {"view": view})

    def status_comment(self, view: StatusView) -> str:
        """Return the sticky status comment, short of the limit by the room that a hidden mark takes."""
        return _bounded(self._written("views/status.md.j2", {"view": view}), MESSAGE_LIMIT)

    def gate_check(self, view: GateView) -> OwnCheck:
        """Return the check run `release/gate`."""
        values = {"view": view}
        return OwnCheck(
            status=view.status,
            conclusion=view.conclusion,
            title=self._written("views/gate_title.md.j2", values),
            summary=_bounded(self._written("views/gate.md.j2", values), SUMMARY_LIMIT),
            details_url=view.overview.issue_url,
            external_id=view.external_id,
        )

    def left_gate(self) -> OwnCheck:
        """Return the check run `release/gate` on a commit that every release has left."""
        return OwnCheck(
            status="completed",
            conclusion="failure",
            title=self._written("views/left_gate_title.md.j2", {}),
            summary=self._written("views/left_gate.md.j2", {}),
            details_url=None,
            external_id=GATE_ID,
        )

    def freeze_check(self, view: FreezeView) -> OwnCheck:
        """Return the check run `release/freeze` of a pull request."""
        values = {"view": view}
        return OwnCheck(
            status="completed",
            conclusion="failure" if view.is_frozen else "success",
            title=self._written("views/freeze_title.md.j2", values),
            summary=_bounded(self._written("views/freeze.md.j2", values), SUMMARY_LIMIT),
            details_url=(view.frosts[0].issue_url or None) if view.frosts else None,
            external_id=view.external_id,
        )

    def notes(self, view: NotesView, template: str | None, *, is_quiet: bool) -> Written:
        """Return a release's notes, by the repository's own template where it has one that can be used."""
        return self._notes.write(view, template, is_quiet=is_quiet)

    def plan_check(self, view: PlanCheckView) -> OwnCheck:
        """Return the check run `release/plan`."""
        values = {"view": view}
        return OwnCheck(
            status="completed",
            conclusion=view.conclusion,
            title=self._written("views/plan_check_title.md.j2", values),
            summary=_bounded(self._written("views/plan_check.md.j2", values), SUMMARY_LIMIT),
            details_url=None,
            external_id=view.external_id,
            annotations=tuple(
                Annotation(path=remark.path, line=remark.line, level=remark.level, message=remark.message)
                for remark in view.remarks
            ),
        )

    def _written(self, template: str, values: Mapping[str, object]) -> str:
        return _BLANKS.sub("\n\n", self._words.get_template(template).render(values)).strip()


@cache
def _words() -> Environment:
    """Return the templates' environment, one for all renderers: compiling the templates takes longer than their use."""
    # Autoescape is on although this is Markdown: with it Jinja tells a macro's text (Markup) from a value (str).
    words = Environment(
        loader=FileSystemLoader(str(files("templates"))),
        autoescape=True,
        finalize=neutralised,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
    )
    filters: dict[str, Any] = words.filters
    filters.update(FILTERS)
    constants: dict[str, Any] = words.globals
    constants.update(GLOBALS)
    return words


def template_name(message: type[Message]) -> str:
    """Return the name of a message's template: `UnknownCommand` is written by `unknown_command.md.j2`."""
    return _CAPITAL.sub("_", message.__name__).lower()


def _bounded(text: str, limit: int) -> str:
    """Cut a text at a line's end; lists are cut short by the templates, so this is for what they did not foresee."""
    if length(text) <= limit:
        return text
    room = limit - 2
    kept = text.encode("utf-16-le", "surrogatepass")[: 2 * room].decode("utf-16-le", "ignore")
    return f"{kept[: kept.rfind(chr(10)) + 1]}…"
