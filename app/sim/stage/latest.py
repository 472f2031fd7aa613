"""The latest thing that a person did, and what came of it: a command, a click on a box, a label, a push."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from app.sim.stage.boxes import box_named
from app.sim.stage.telling import Deed
from app.sim.state import Comment, Issue

_PREFIX: Final = "/release"
_STICKY: Final = "<!-- gonogo:status:"
"""What the status comment holds: it is edited in place, and answers nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Latest:
    """What somebody did, and its outcome in a word."""

    text: str
    is_command: bool
    login: str
    outcome: str
    anchor: str | None  # of the comment that holds the command, or of the box
    answer: str | None  # the anchor of the bot's answer


def latest_of(issue: Issue, deed: Deed | None) -> Latest | None:
    """Return the newest of the commands in comments and of what was done otherwise."""
    spoken = next((one for one in reversed(issue.comments) if _commands(one)), None)
    if deed is not None and (spoken is None or deed.at >= spoken.created_at):
        return _of_deed(issue, deed)
    return _of_comment(issue, spoken) if spoken is not None else None


def _commands(comment: Comment) -> list[str]:
    if comment.user.type == "Bot":
        return []
    return [line for line in comment.body.splitlines() if line.startswith(_PREFIX)]


def _of_comment(issue: Issue, comment: Comment) -> Latest:
    commands = _commands(comment)
    return Latest(
        text=commands[0] if len(commands) == 1 else f"{commands[0]} and {len(commands) - 1} more",
        is_command=True,
        login=comment.user.login,
        outcome=_outcome({one.content for one in comment.reactions}),
        anchor=f"comment-{comment.id}",
        answer=_answer(one for one in issue.comments if one.id > comment.id),
    )


def _outcome(reactions: set[str]) -> str:
    if "-1" in reactions:
        return "👎 refused"
    if "rocket" in reactions:
        return "🚀 accepted"
    return "👀 seen" if "eyes" in reactions else "sent"


def _of_deed(issue: Issue, deed: Deed) -> Latest:
    answers = (one for one in issue.comments if one.created_at >= deed.at and (deed.box or deed.label))
    is_undone = _is_put_back(issue, deed) or (deed.label and deed.label not in {one.name for one in issue.labels})
    undone = "↩️ put back" if deed.box else "↩️ taken off by the bot"
    return Latest(
        text=deed.words,
        is_command=False,
        login=deed.login,
        outcome=undone if is_undone else "done",
        anchor=f"box-{deed.box}" if deed.box else None,
        answer=_answer(answers),
    )


def _is_put_back(issue: Issue, deed: Deed) -> bool:
    """Whether a box that was clicked stands as it did before."""
    box = box_named(issue.body or "", deed.box) if deed.box else None
    return box is not None and box.is_ticked != deed.is_ticked


def _answer(comments: Iterable[Comment]) -> str | None:
    answers = (one for one in comments if one.user.type == "Bot" and _STICKY not in one.body)
    first = next(answers, None)
    return f"comment-{first.id}" if first is not None else None
