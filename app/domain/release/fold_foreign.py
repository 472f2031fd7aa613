"""The fold of who else has spoken as the gate of a release's commit."""

from app.domain.release.events_foreign import ForeignGateSeen
from app.domain.release.model import Foreign, Release, Sight, Sighting


def after_foreign(release: Release, event: ForeignGateSeen) -> dict[str, Foreign]:
    """Return who is known to have spoken as the gate after one more was seen."""
    key = foreign_key(event.sighting)
    before = release.foreign.get(key)
    is_told = event.contradicts or (before is not None and before.is_told)
    return {**release.foreign, key: Foreign(progress=event.sighting.progress, is_told=is_told)}


def foreign_key(sighting: Sighting) -> str:
    """Return who says it, of which commit."""
    return f"{sighting.sha}:{sighting.key}"


def in_words(event: ForeignGateSeen) -> str:
    """Return what was seen in a sentence, for the timeline of a release."""
    one = event.sighting
    what = "commit status" if one.kind is Sight.STATUS else "check run"
    return f"A {what} release/gate by {one.source} said {one.progress} at {one.sha[:7]}, and counts for nothing"
