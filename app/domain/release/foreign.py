"""What to make of somebody else who speaks as the gate: written down once, and told once where it contradicts ours."""

from datetime import datetime
from typing import Final

from app.domain.decision import Accepted
from app.domain.release.events_foreign import ForeignGateSeen
from app.domain.release.fold_foreign import foreign_key
from app.domain.release.model import Progress, Release, Sighting

MOST: Final = 20
"""Of how many a release takes note: whoever makes up more of them fills no log."""


def hear_foreign(release: Release, sighting: Sighting, *, is_green: bool, now: datetime) -> Accepted:
    """Take what somebody else said as `release/gate` at the release's commit. It never counts as the gate.

    The same said again is no news, but what contradicts the gate only now is.
    """
    if sighting.sha != release.target.sha:
        return Accepted()
    known = release.foreign.get(foreign_key(sighting))
    contradicts = (sighting.progress is Progress.SUCCESS) is not is_green
    is_news = known is None or known.progress is not sighting.progress
    if not is_news and (not contradicts or (known is not None and known.is_told)):
        return Accepted()
    if known is None and len(release.foreign) >= MOST:
        return Accepted()
    return Accepted(events=(ForeignGateSeen(sighting=sighting, contradicts=contradicts, at=now),))


def is_to_be_told(release: Release, sighting: Sighting) -> bool:
    """Whether nobody was told yet of who speaks so, at this commit."""
    known = release.foreign.get(foreign_key(sighting))
    return known is None or not known.is_told
