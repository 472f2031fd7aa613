"""What the page shows, read from the simulated GitHub as it stands: the issue, its comments, CI, branches and tags."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from markupsafe import Markup

from app.sim.github import SimGitHub
from app.sim.scenario import PEOPLE, Room
from app.sim.stage.ci import GateCard, Part, RunCard, checks_at, gate_card, gate_of, run_card
from app.sim.stage.markdown import to_html
from app.sim.stage.telling import Telling
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
_PREFIX: Final = "/release"
_ALWAYS: Final = ("why", "status", "help", "notarise")
_OFFERED: Final = re.compile(r"^- `/release ([^`]+)` runs ", re.MULTILINE)


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
class IssueCard:
    """The tracking issue with its comments."""

    title: str
    number: int
    state: str
    opening: Said
    comments: tuple[Said, ...]
    ticked: int
    boxes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LastCommand:
    """The latest command that a person wrote, and what came of it."""

    text: str
    login: str
    anchor: str
    outcome: str
    answer: str | None  # the anchor of the bot's answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Everything on the page that moves."""

    issue: IssueCard | None
    last: LastCommand | None
    gate: GateCard | None
    sha: str
    runs: tuple[RunCard, ...]
    checks: tuple[Part, ...]
    branches: tuple[tuple[str, str], ...]  # name, short sha
    tags: tuple[tuple[str, str], ...]
    step: str
    is_over: bool
    troubles: tuple[str, ...]
    chips: tuple[str, ...]  # commands to say now, without `/release`


def look(github: SimGitHub, room: Room, telling: Telling) -> Scene:
    """Look at the simulated GitHub."""
    github.tick()
    repo = room.repo
    issue = repo.issues.get(min(repo.issues, default=0))
    gate = gate_of(room)
    sha = gate.suite.sha if gate else github.head(repo)
    return Scene(
        issue=_issue(issue) if issue else None,
        last=_last_command(issue) if issue else None,
        gate=gate_card(gate) if gate else None,
        sha=sha,
        runs=tuple(run_card(run) for run in reversed(repo.runs.values())),
        checks=tuple(checks_at(room, sha)),
        branches=_refs(repo.refs, "refs/heads/"),
        tags=_refs(repo.refs, "refs/tags/"),
        step=telling.step,
        is_over=telling.is_over,
        troubles=(*telling.troubles, *_unknown(github)),
        chips=(*(_offered(issue) if issue and telling.is_over else ()), *_ALWAYS),
    )


def _issue(issue: Issue) -> IssueCard:
    html = to_html(issue.body or "")
    opening = Said(
        anchor=f"issue-{issue.number}",
        author=_author(issue.user),
        at=issue.created_at,
        html=html,
        reactions=_reactions(issue.reactions),
        is_edited=False,  # it always is, by the bot; what it says tells since when
    )
    return IssueCard(
        title=issue.title,
        number=issue.number,
        state=issue.state,
        opening=opening,
        comments=tuple(_comment(one) for one in issue.comments),
        ticked=html.count('"done" checked>'),
        boxes=html.count('<input type="checkbox"'),
    )


def _offered(issue: Issue) -> list[str]:
    """Return the commands that the service itself offers in the issue, under Next."""
    return _OFFERED.findall(issue.body or "")


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


def _last_command(issue: Issue) -> LastCommand | None:
    """Return the newest comment of a person that holds a command, with its outcome as reactions and answers tell it."""
    for place in range(len(issue.comments) - 1, -1, -1):
        comment = issue.comments[place]
        commands = [line for line in comment.body.splitlines() if line.startswith(_PREFIX)]
        if comment.user.type == "Bot" or not commands:
            continue
        answers = (one for one in issue.comments[place + 1 :] if one.user.type == "Bot")
        answer = next(answers, None)
        return LastCommand(
            text=commands[0] if len(commands) == 1 else f"{commands[0]} and {len(commands) - 1} more",
            login=comment.user.login,
            anchor=f"comment-{comment.id}",
            outcome=_outcome({one.content for one in comment.reactions}),
            answer=f"comment-{answer.id}" if answer else None,
        )
    return None


def _outcome(reactions: set[str]) -> str:
    if "-1" in reactions:
        return "👎 refused"
    if "rocket" in reactions:
        return "🚀 accepted"
    return "👀 seen" if "eyes" in reactions else "sent"


def _refs(refs: dict[str, str], below: str) -> tuple[tuple[str, str], ...]:
    return tuple((ref.removeprefix(below), sha[:7]) for ref, sha in sorted(refs.items()) if ref.startswith(below))


def _unknown(github: SimGitHub) -> list[str]:
    calls = dict.fromkeys((call.method, call.path) for call in github.unknown_calls)
    return [f"The service asked for {method} {path}, which the simulated GitHub lacks." for method, path in calls][:3]
