"""`status`: a commit status moves what waits for it, if whom the plan trusts has set it; none is the gate."""

from collections.abc import Iterator

from app.domain.inputs import GateClaimed, Input, Sighted
from app.domain.protection.wanted import GATE
from app.domain.release.sightings import SeenStatus, status_sighting
from handlers.payloads import Status
from handlers.translating import github_event


@github_event("status", Status)
def status(payload: Status) -> Iterator[Input]:
    """Translate to a sighting of the status; its author is the delivery's sender."""
    seen = SeenStatus(
        id=payload.id,
        context=payload.context,
        login=payload.sender.login,
        sha=payload.sha,
        state=payload.state,
        changed_at=payload.updated_at,
        url=payload.target_url or "",
    )
    sighting = status_sighting(seen)
    yield Sighted(repo=payload.repo(), sighting=sighting)
    if sighting.name.casefold() == GATE:  # contexts go without regard to case
        yield GateClaimed(repo=payload.repo(), app=None, sighting=sighting)
