"""What every part of a show that writes the tracking issue does alike: remember, write down, or begin anew."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from app.domain.decision import Accepted
from app.domain.release.events import Event
from app.domain.release.events_course import BlockRepaired
from app.domain.release.model import Release
from app.ports import Conflict, Shown
from app.worker.draft import Draft
from app.worker.workbench import Workbench

PATIENCE: Final = timedelta(seconds=5)
"""How long an old answer, or a change that GitHub has not told of yet, is given to come right by itself."""

ANOTHER_TIME: Final = timedelta(minutes=1)
"""After so long the same is something new: a change that was waited for, damage in the same words."""


class LookAgain(Exception):
    """The release, or what is known of the issue, has changed, and the show begins anew."""


class LookLater(LookAgain):
    """Look again, but not before `after` has passed."""

    def __init__(self, why: str, after: timedelta = PATIENCE) -> None:
        super().__init__(why)
        self.after = after


async def keep(bench: Workbench, release: Release, known: Shown, shown: Shown, body: str | None = None) -> Shown:
    """Remember what is known of the issue. Raises LookAgain where something else was noted meanwhile."""
    if not await bench.releases.save_shown(release.id, known, shown, body=body):
        raise LookAgain("something was heard of the issue meanwhile")
    return shown


async def write_down(bench: Workbench, release: Release, events: Sequence[Event]) -> None:
    """Write down what was found in the issue. Raises LookAgain where the release has moved on.

    To be done before what it was found by is taken for known: whoever dies in between finds it again. Boxes that are
    written down are found no more; damage would be, and is told once a minute.
    """
    new = [event for event in events if not _is_told(release, event)]
    if not new:
        return
    draft = Draft((release,), bench.renderer)
    draft.add(release.id, release.repo, Accepted(events=tuple(new)))
    try:
        await bench.write(draft)
    except Conflict as error:
        raise LookAgain("the release has moved on") from error


def _is_told(release: Release, event: Event) -> bool:
    last = release.repair
    if last is None or not isinstance(event, BlockRepaired):
        return False
    return (last.what, last.by) == (event.what, event.by) and event.at - last.at < ANOTHER_TIME
