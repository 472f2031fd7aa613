"""Samples of what the tag guard says."""

from typing import Final

from app.domain.guard.outcomes import RunLeft
from app.domain.guard.verdict import Flaw, Wrong
from app.domain.messages import Message
from app.domain.messages_guard import (
    TagIncidents,
    TagIncidentsTitle,
    TagLine,
    TagNotDeleted,
    TagNotDeletedTitle,
    TagRemarks,
    TagRunsNotCancelled,
    TagRunsNotCancelledTitle,
    TagUnjudged,
)
from app.domain.values import Sha

HERE, THERE, TAG_OBJECT = Sha("c3" * 20), Sha("d4" * 20), Sha("e5" * 20)


def line(
    name: str, *why: Wrong | Flaw, at: Sha | None = HERE, kept: Sha | None = None, deletes: bool = False
) -> TagLine:
    return TagLine(
        name=name,
        at=at,
        wrong=tuple(each for each in why if isinstance(each, Wrong)),
        flaws=tuple(each for each in why if isinstance(each, Flaw)),
        kept=kept,
        restored=TAG_OBJECT if kept else None,
        version="1.0.0",
        target=THERE,
        is_deleting=deletes,
    )


RED: Final = line("v1.0.0", Wrong.RED_GATE, Flaw.LIGHTWEIGHT)

GUARD_SAMPLES: Final[tuple[Message, ...]] = (
    TagIncidents(tags=(RED,)),
    TagIncidents(tags=(line("v1.0.0", Wrong.WRONG_COMMIT, deletes=True),)),
    TagIncidents(tags=(line("v1.0.0", Wrong.MOVED, Wrong.NO_RELEASE, kept=THERE, deletes=True),)),
    TagIncidents(tags=(line("v1.0.0", Wrong.DELETED, kept=HERE),)),
    TagIncidents(
        tags=(
            line("v1.0.0", Wrong.DELETED, kept=HERE),
            line("v2.0.0", Wrong.NO_RELEASE, Flaw.UNSIGNED, deletes=True),
            line("v3.0.0", Wrong.NO_COMMIT, at=None),
            line("v4.0.0;$(reboot)", Wrong.NO_RELEASE),
        )
    ),
    TagIncidents(tags=tuple(line(f"v9.0.{number}", Wrong.NO_RELEASE, deletes=True) for number in range(22))),
    TagIncidentsTitle(count=1),
    TagIncidentsTitle(count=5),
    TagRemarks(tags=(line("v1.0.0", Flaw.LIGHTWEIGHT),)),
    TagRemarks(tags=(line("v1.0.1", Flaw.OTHER_NAME, Flaw.UNSIGNED), line("v1.0.0", Flaw.OTHER_COMMIT))),
    TagNotDeleted(
        tag=RED, reason="GitHub answered 422: Cannot delete ref due to deletions being restricted", why="kept"
    ),
    TagNotDeleted(tag=line("v1.0.0", Wrong.RED_GATE), reason="", why="green"),
    TagNotDeleted(tag=RED, reason="GitHub did not answer", why="unread"),
    TagNotDeletedTitle(),
    TagRunsNotCancelled(
        tag="v1.0.0",
        runs=(
            RunLeft(
                run=500,
                url="https://github.com/octo-org/app/actions/runs/500",
                reason="GitHub answered 403: Resource not accessible by integration",
            ),
        ),
        reason="",
    ),
    TagRunsNotCancelled(tag="v1.0.0", runs=(), reason="GitHub did not answer"),
    TagRunsNotCancelledTitle(),
    TagUnjudged(name="v1.0.0", object=TAG_OBJECT, reason="422 No commit found for SHA"),
)
