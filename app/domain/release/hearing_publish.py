"""What is heard of a release on GitHub: a draft may have its files now, or somebody else has published the tag."""

from datetime import datetime

from app.domain.decision import Accepted
from app.domain.inputs import ReleaseHeard
from app.domain.messages_publish import PublishedByOthers
from app.domain.plan.model import Plan
from app.domain.release.gate import GateState, judge
from app.domain.release.model import Release
from app.domain.release.publishing import look_again


def hear_release(plan: Plan, release: Release, heard: ReleaseHeard, now: datetime) -> Accepted:
    """Take what happened to the release of this one's tag on GitHub. Our own doing comes back here, too."""
    if heard.tag != release.tag:
        return Accepted()
    if heard.is_published and not _is_our_doing(release, heard):
        is_green = judge(plan, release).state is GateState.SUCCESS
        return Accepted(answer=PublishedByOthers(tag=heard.tag, url=heard.url, by=heard.by.login, is_green=is_green))
    return look_again(release, now)


def _is_our_doing(release: Release, heard: ReleaseHeard) -> bool:
    """Whether it is the bot's own draft, and the bot has made it public or is about to."""
    is_going_on = release.publishing is not None and release.publishing.is_pending
    return heard.ours == release.id and (is_going_on or release.published is not None)
