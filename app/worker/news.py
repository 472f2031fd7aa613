"""What may be heard out of its turn, while a delivery before it has to wait."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.inputs import Input, IssueHeard, Sighted
from app.ports import Releases


@dataclass(slots=True, kw_only=True)
class Rest:
    """A key of the inbox that has to wait."""

    until: datetime
    seen: int  # `seq` of the last delivery that was looked at: at first of the one that it waits for


async def is_news(inputs: tuple[Input, ...], releases: Releases) -> bool:
    """Whether they all tell how something stands that an open release is about: they say the same in whatever order.

    What no open release is about may be about one that a command before them is to start.
    """
    for value in inputs:
        if not isinstance(value, Sighted | IssueHeard):
            return False
        concerned = await releases.open_in(value.repo.id)
        if isinstance(value, Sighted):
            concerned = [one for one in concerned if one.target.sha == value.sighting.sha]
        if not concerned:
            return False
    return True
