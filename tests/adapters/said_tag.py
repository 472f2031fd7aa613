"""Samples of what is said of a release's own tag."""

from typing import Final

from app.domain.messages import Message
from app.domain.messages_tag import AlreadyTagged, TagIsMade, TagNotMade, TagPending, TagStands, TagStays, WrongTag
from app.domain.release.gate import judge
from app.domain.release.no_tag import Problem
from app.domain.release.reasons import explain
from app.domain.values import Sha
from tests.domain.release.builders import FAILED, PLAN, SHA

URL: Final = "https://github.com/white-room/daw/releases/tag/v1.0.0"
ANOTHER, OBJECT = Sha("d4" * 20), Sha("e5" * 20)


def not_made(problem: Problem, detail: str = "") -> TagNotMade:
    reasons = explain(judge(PLAN, FAILED)) if problem is Problem.RED else ()
    return TagNotMade(tag="v1.0.0", commit=SHA, problem=problem, detail=detail, reasons=reasons)


def made(*, is_signed: bool = True, is_over: bool = False) -> TagIsMade:
    return TagIsMade(tag="v1.0.0", url=URL, commit=SHA, object=OBJECT, is_signed=is_signed, is_over=is_over)


DETAILS: Final = {
    Problem.MOVED: ANOTHER,
    Problem.ELSEWHERE: ANOTHER,
    Problem.LIGHTWEIGHT: SHA,
    Problem.FOREIGN: OBJECT,
    Problem.KEY: "SHA256:Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4",
    Problem.OTHER_ID: f"{ANOTHER} in place of {OBJECT}",
    Problem.READ_BACK: ANOTHER,
    Problem.CREATION: "Repository rule violations found Cannot create ref due to creations being restricted.",
    Problem.CHECK: 'Repository rule violations found Required status check "release/gate" is expected.',
    Problem.RULES: "Reference update failed",
    Problem.PERMISSION: "Resource not accessible by integration",
    Problem.REJECTED: "Object does not exist",
}

TAG_SAMPLES: Final[tuple[Message, ...]] = (
    WrongTag(typed="v1.0", tag="v1.0.0", version="1.0.0"),
    AlreadyTagged(tag="v1.0.0", url=URL, commit=SHA, is_signed=True),
    AlreadyTagged(tag="v1.0.0", url=URL, commit=SHA, is_signed=False),
    TagPending(tag="v1.0.0", command="retarget"),
    TagStands(tag="v1.0.0", url=URL, commit=SHA, version="1.0.0", command="retarget", other=ANOTHER),
    TagStands(tag="v1.0.0", url=URL, commit=SHA, version="1.0.0", command="replan", other="release-1.0.0"),
    TagStays(tag="v1.0.0", url=URL, version="1.0.0"),
    made(),
    made(is_signed=False),
    made(is_over=True),
    *(not_made(problem, DETAILS.get(problem, "")) for problem in Problem),
)
