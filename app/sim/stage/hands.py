"""What can be done on the stage, by the story and by its visitor: always as one of the people, on the simulated GitHub.

Where GitHub would not let somebody do a thing, neither do these; but whoever reads may click a box, so that it can be
seen what the service makes of it.
"""

from collections.abc import Callable
from http import HTTPStatus
from itertools import cycle
from typing import Final

from app.domain.values import Role
from app.sim.doing.issues import LONGEST
from app.sim.doing.ruling import RuleViolation
from app.sim.github import SimGitHub
from app.sim.scenario import Room
from app.sim.stage.boxes import box_named, clicked
from app.sim.stage.pushes import PLAN_PATH, Change, Work, plan_change
from app.sim.stage.telling import Deed, Telling
from app.sim.state import Comment, Issue

MOST_ISSUES: Final = 20
BUGS: Final = (
    "Exporting to WAV is silent on ARM",
    "An autosave forgets the undo history",
    "A plugin opens behind the main window",
)
_COVERAGE_AFTER: Final = 3.0  # seconds


class CannotDo(Exception):
    """What somebody wants to do cannot be done. The message says why, to them."""

    def __init__(self, status: HTTPStatus, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


class Hands:
    """Does what people do. Raises CannotDo; nothing has happened then."""

    def __init__(self, github: SimGitHub, room: Room, telling: Telling, *, speed: float = 1.0) -> None:
        self._github = github
        self._room = room
        self._telling = telling
        self._speed = speed
        self._work = Work()
        self._bugs = cycle(BUGS)

    def say(self, who: str, text: str) -> Comment:
        """Write a comment on the tracking issue."""
        issue = self._tracking()
        if not text.strip():
            raise CannotDo(HTTPStatus.UNPROCESSABLE_ENTITY, "Write something first.")
        if len(text) > LONGEST:
            raise CannotDo(HTTPStatus.UNPROCESSABLE_ENTITY, f"GitHub takes {LONGEST:,} characters at most.")
        return self._github.comment(self._room.repo, issue.number, text, by=who)

    def click(self, who: str, name: str, *, is_ticked: bool) -> None:
        """Click the box of that name in the tracking issue, so that it is ticked, or not."""
        issue = self._tracking()
        body = issue.body or ""
        box = box_named(body, name)
        if box is None:
            raise CannotDo(HTTPStatus.CONFLICT, "That box is not there any more.")
        if box.is_ticked == is_ticked:
            return  # somebody was quicker
        self._github.edit_issue(self._room.repo, issue.number, by=who, body=clicked(body, box, is_ticked=is_ticked))
        verb = "ticked" if is_ticked else "unticked"
        self._did(who, f"{verb} “{box.words}”", box=name, is_ticked=is_ticked)

    def label(self, who: str, number: int, label: str) -> None:
        """Put a label on an issue."""
        issue = self._issue(number)
        self._must_be(who, Role.TRIAGE, "put labels on")
        self._github.label(self._room.repo, number, label, by=who)
        on_tracking = label if issue is self._tracking() else ""
        self._did(who, f"put {label} on #{number}", label=on_tracking)

    def unlabel(self, who: str, number: int, label: str) -> None:
        """Take a label off an issue."""
        issue = self._issue(number)
        self._must_be(who, Role.TRIAGE, "take labels off")
        if all(one.name != label for one in issue.labels):
            raise CannotDo(HTTPStatus.CONFLICT, f"#{number} does not have the label {label}.")
        self._github.unlabel(self._room.repo, number, label, by=who)
        self._did(who, f"took {label} off #{number}")

    def open_bug(self, who: str, label: str, title: str | None = None) -> Issue:
        """Open an issue about a bug, with a label that says how bad it is."""
        self._tracking()
        self._must_be(who, Role.TRIAGE, "open issues with labels")
        if len(self._room.repo.issues) > MOST_ISSUES:
            raise CannotDo(HTTPStatus.CONFLICT, "There are enough issues now: close or reopen one of those.")
        text = "Found while testing the release.\n"
        bug = self._github.open_issue(self._room.repo, title or next(self._bugs), text, by=who, labels=[label])
        self._did(who, f"opened {label} bug #{bug.number}")
        return bug

    def close(self, who: str, number: int) -> None:
        """Close an issue."""
        self._set_state(who, number, self._github.close_issue, "closed")

    def reopen(self, who: str, number: int) -> None:
        """Open an issue again."""
        self._set_state(who, number, self._github.reopen_issue, "reopened")

    def _set_state(self, who: str, number: int, do: Callable[..., None], verb: str) -> None:
        issue = self._issue(number)
        if issue.user.login != who:
            self._must_be(who, Role.TRIAGE, "close and open the issues of others")
        do(self._room.repo, number, by=who)
        self._did(who, f"{verb} #{number}")

    def push_work(self, who: str) -> None:
        """Push a commit to main that is about something else."""
        self.push(who, self._work.next())

    def push_plan(self, who: str) -> None:
        """Push a commit to main that changes the release plan."""
        files = self._room.repo.commits[self._github.head(self._room.repo)].files
        change = plan_change(files.get(PLAN_PATH, b"").decode())
        if change is None:
            raise CannotDo(HTTPStatus.CONFLICT, "The plan has no place for that change any more.")
        self.push(who, change)

    def push(self, who: str, change: Change) -> None:
        """Push a commit to main. Codecov reports on it a little later, as it does on every one."""
        self._must_be(who, Role.WRITE, "push to main")
        repo = self._room.repo
        sha = self._github.commit(repo, change.files, change.message, by=who).sha
        self._github.later(_COVERAGE_AFTER / self._speed, lambda: self._report_coverage(sha))
        self._did(who, f"pushed {sha[:7]} to main, “{change.message}”")

    def push_tag(self, who: str, name: str) -> None:
        """Push a tag at the head of main. Raises CannotDo with what git prints where GitHub's rules refuse it."""
        self._must_be(who, Role.WRITE, "push tags")
        try:
            self._github.push_tag(self._room.repo, name, self._github.head(self._room.repo), by=who)
        except RuleViolation as refusal:
            self._did(who, f"pushed the tag {name}, and GitHub refused it")
            raise CannotDo(HTTPStatus.UNPROCESSABLE_ENTITY, str(refusal)) from refusal
        self._did(who, f"pushed the tag {name}")

    def _report_coverage(self, sha: str) -> None:
        self._github.check(self._room.repo, sha, "coverage", app="codecov", conclusion="success")

    def play_on(self) -> None:
        """Ask for the rest of the story."""
        if not self._telling.is_over or self._telling.is_asked_on:
            raise CannotDo(HTTPStatus.CONFLICT, "The story goes on already.")
        self._telling.is_asked_on = True

    # -- looking --------------------------------------------------------------------------------------------------

    def _tracking(self) -> Issue:
        issues = self._room.repo.issues
        if not issues:
            raise CannotDo(HTTPStatus.CONFLICT, "The issue is not open yet: wait a moment.")
        return issues[min(issues)]

    def _issue(self, number: int) -> Issue:
        issue = self._room.repo.issues.get(number)
        if issue is None:
            raise CannotDo(HTTPStatus.UNPROCESSABLE_ENTITY, f"There is no issue #{number}.")
        return issue

    def _must_be(self, who: str, least: Role, do: str) -> None:
        role = Role[self._github.role(self._room.repo, self._github.person(who).user).upper()]
        if role < least:
            has = f"{who} has {role.name.lower()}" if role else f"{who} has no role here"
            raise CannotDo(
                HTTPStatus.FORBIDDEN,
                f"GitHub lets only those with {least.name.lower()} and above {do}, and {has}. Act as somebody else.",
            )

    def _did(self, who: str, words: str, *, box: str = "", is_ticked: bool = False, label: str = "") -> None:
        at = self._github.now()
        self._telling.deed = Deed(words=words, login=who, at=at, box=box, is_ticked=is_ticked, label=label)
