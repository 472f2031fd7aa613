"""`check_run`: another App's check moves what waits for it; our own gate's button asks for a fresh look."""

from collections.abc import Iterator

from app.domain.inputs import GateClaimed, Input, RecheckAsked, Sighted
from app.domain.protection.wanted import GATE
from app.domain.release.sightings import SeenCheck, check_sighting
from app.domain.values import Sha
from handlers.payloads import CheckRun
from handlers.translating import github_event


@github_event("check_run", CheckRun)
def check_run(payload: CheckRun) -> Iterator[Input]:
    """Translate: created or completed -> a sighting; re-requested or the re-check button -> RecheckAsked."""
    check = payload.check_run
    action = payload.requested_action.identifier if payload.requested_action else ""
    if payload.action == "rerequested" or (payload.action == "requested_action" and action == "recheck"):
        # GitHub sends these two only to the App that owns the check run.
        yield RecheckAsked(repo=payload.repo(), sha=Sha(check.head_sha))
        return
    if check.app is None:
        return
    seen = SeenCheck(
        id=check.id,
        app=check.app.slug,
        name=check.name,
        sha=check.head_sha,
        status=check.status,
        conclusion=check.conclusion,
        changed_at=check.completed_at or check.started_at,
        url=check.html_url or "",
    )
    sighting = check_sighting(seen)
    yield Sighted(repo=payload.repo(), sighting=sighting)
    if sighting.name == GATE:
        yield GateClaimed(repo=payload.repo(), app=check.app.id, sighting=sighting)
