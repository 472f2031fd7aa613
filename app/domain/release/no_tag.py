"""Why a tag was not made: the kinds of trouble there are, and each in one sentence."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.domain.release.views import ReasonView


class Problem(StrEnum):
    """What kept a tag from being made."""

    OVER = "over"  # the release has ended
    MOVED = "moved"  # the release is made of another commit
    RED = "red"  # the gate, read again, is not green
    UNSEEN = "unseen"  # it is green, and GitHub does not show it
    ELSEWHERE = "elsewhere"  # a tag of that name stands at another commit
    LIGHTWEIGHT = "lightweight"  # a tag of that name stands there, without an object
    FOREIGN = "foreign"  # an annotated tag of that name stands there that is not ours
    KEY = "key"  # our key's own signature does not verify
    OTHER_ID = "other-id"  # GitHub made another object than it was asked for
    READ_BACK = "read-back"  # the tag that stands now is not the one that was made
    CREATION = "creation"  # a ruleset lets others create it only
    CHECK = "check"  # a ruleset does not see the check that it requires
    RULES = "rules"  # the rules of the repository, without a word which
    PERMISSION = "permission"  # the App may not
    REJECTED = "rejected"  # GitHub said no
    SILENT = "silent"  # GitHub did not answer, and nothing was found


@dataclass(frozen=True, slots=True, kw_only=True)
class NoTag:
    """A tag that was not made. `detail` is what was found, or GitHub's own words."""

    problem: Problem
    detail: str = ""
    reasons: tuple[ReasonView, ...] = ()

    @property
    def reason(self) -> str:
        """Why, in one sentence for the log, the issue and the report."""
        words = _WORDS[self.problem]
        return f"{words}: {self.detail}" if self.detail else words


_WORDS: Final[Mapping[Problem, str]] = {
    Problem.OVER: "the release had ended",
    Problem.MOVED: "the release had moved to another commit",
    Problem.RED: "the gate was not green when it was read again",
    Problem.UNSEEN: "GitHub did not show the gate as green",
    Problem.ELSEWHERE: "a tag of that name stands at another commit",
    Problem.LIGHTWEIGHT: "a lightweight tag of that name stands there",
    Problem.FOREIGN: "a tag of that name stands there that is not the bot's",
    Problem.KEY: "the signing key makes no signature that holds",
    Problem.OTHER_ID: "GitHub made another tag object than it was asked for",
    Problem.READ_BACK: "what stands there now is not what was made",
    Problem.CREATION: "a ruleset does not let the App create it",
    Problem.CHECK: "a ruleset does not see the check that it requires",
    Problem.RULES: "the repository's rules refuse it",
    Problem.PERMISSION: "the App has not the permission",
    Problem.REJECTED: "GitHub refused it",
    Problem.SILENT: "GitHub did not answer, and no such tag was found",
}

_DENIED: Final = (403, 404)


def refused_ref(status: int, message: str) -> NoTag:
    """Return what GitHub's no to a new tag means; the message is its own, on one line."""
    said = message.casefold()
    if status in _DENIED:
        return NoTag(problem=Problem.PERMISSION, detail=message)
    if "creations being restricted" in said:
        return NoTag(problem=Problem.CREATION, detail=message)
    if "status check" in said:
        return NoTag(problem=Problem.CHECK, detail=message)
    if "reference update failed" in said or "rule violations" in said:
        return NoTag(problem=Problem.RULES, detail=message)
    return NoTag(problem=Problem.REJECTED, detail=message)
