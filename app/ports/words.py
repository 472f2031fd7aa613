"""Words for people, made from typed values."""

from typing import Protocol

from app.domain.messages import Message
from app.domain.notes.notes import NotesView, Written
from app.domain.plan.review import PlanCheckView
from app.domain.release.freezing import FreezeView
from app.domain.release.views import GateView, IssueView, StatusView
from app.ports.github import OwnCheck


class Renderer(Protocol):
    """Words for people, from templates. Every value that comes from outside is neutralised in it."""

    def message(self, message: Message) -> str:
        """Return a reply's Markdown, at most 65,536 characters."""
        ...

    def issue_block(self, view: IssueView) -> str:
        """Return what stands between the markers of a tracking issue."""
        ...

    def status_comment(self, view: StatusView) -> str:
        """Return the sticky status comment."""
        ...

    def gate_check(self, view: GateView) -> OwnCheck:
        """Return what the gate's check run is to say."""
        ...

    def notes(self, view: NotesView, template: str | None, *, is_quiet: bool) -> Written:
        """Return a release's notes, by the repository's own template where it has one that can be used.

        Quietly nobody is mentioned in them, and no change is linked.
        """
        ...

    def left_gate(self) -> OwnCheck:
        """Return what the gate's check run is to say on a commit that every release has left."""
        ...

    def freeze_check(self, view: FreezeView) -> OwnCheck:
        """Return what the check run `release/freeze` of a pull request is to say."""
        ...

    def plan_check(self, view: PlanCheckView) -> OwnCheck:
        """Return what the check run of a pull request that touches a plan is to say, with its annotations."""
        ...
