"""An issue as the page shows it: its text, its comments with their reactions, its labels, its boxes."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from markupsafe import Markup

from app.sim.scenario import PEOPLE
from app.sim.stage.markdown import boxes_in, to_html
from app.sim.state import Comment, Issue, Reaction, User

_EMOJI: Final = {
    "+1": "👍",
    "-1": "👎",
    "laugh": "😄",
    "hooray": "🎉",
    "confused": "😕",
    "heart": "❤️",
    "rocket": "🚀",
    "eyes": "👀",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who wrote something, and what they are on the repository."""

    login: str
    role: str

    @property
    def initials(self) -> str:
        """One or two letters for the picture."""
        return "".join(word[0] for word in self.login.split("-")[:2]).upper()


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """The issue's text, or a comment."""

    anchor: str
    author: Author
    at: datetime
    html: Markup
    reactions: tuple[tuple[str, str, int], ...]  # emoji, its name, how many
    is_edited: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueLine:
    """An issue on one line."""

    number: int
    title: str
    is_open: bool
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueCard:
    """The tracking issue with its comments."""

    line: IssueLine
    opening: Said
    comments: tuple[Said, ...]
    ticked: int
    boxes: int


def issue_line(issue: Issue) -> IssueLine:
    """Return an issue on one line."""
    labels = tuple(label.name for label in issue.labels)
    return IssueLine(number=issue.number, title=issue.title, is_open=issue.state == "open", labels=labels)


def issue_card(issue: Issue) -> IssueCard:
    """Return an issue with all that was said in it; its boxes are there to be clicked."""
    body = issue.body or ""
    boxes = boxes_in(body)
    opening = Said(
        anchor=f"issue-{issue.number}",
        author=_author(issue.user),
        at=issue.created_at,
        html=to_html(body, for_clicks=True),
        reactions=_reactions(issue.reactions),
        is_edited=False,  # it always is, by the bot; what it says tells since when
    )
    return IssueCard(
        line=issue_line(issue),
        opening=opening,
        comments=tuple(_comment(one) for one in issue.comments),
        ticked=sum(box.is_ticked for box in boxes),
        boxes=len(boxes),
    )


def _comment(comment: Comment) -> Said:
    return Said(
        anchor=f"comment-{comment.id}",
        author=_author(comment.user),
        at=comment.created_at,
        html=to_html(comment.body),
        reactions=_reactions(comment.reactions),
        is_edited=comment.updated_at > comment.created_at,
    )


def _author(user: User) -> Author:
    return Author(login=user.login, role="bot" if user.type == "Bot" else PEOPLE.get(user.login, ""))


def _reactions(reactions: Sequence[Reaction]) -> tuple[tuple[str, str, int], ...]:
    counted = Counter(one.content for one in reactions)
    return tuple((_EMOJI.get(content, content), content, count) for content, count in counted.items())
