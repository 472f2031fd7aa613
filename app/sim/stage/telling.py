"""What the page tells besides GitHub: where the story is, what was done last, and what went wrong with the demo."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from app.sim.stage.checkup import Doctor

_MOST: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What somebody did last beside writing a comment. What came of it is read from GitHub."""

    words: str
    login: str
    at: datetime
    box: str = ""  # the name of the box that was clicked
    is_ticked: bool = False
    label: str = ""  # the label that was put on the tracking issue


@dataclass(slots=True, kw_only=True)
class Telling:
    """Where the story is, the latest deed, and the latest troubles."""

    step: str = "The curtain rises: the service is starting."
    is_over: bool = False
    is_asked_on: bool = False  # the visitor has asked for the rest of the story
    deed: Deed | None = None
    troubles: list[str] = field(default_factory=list[str])
    doctor: Doctor = tuple  # asks the service's doctor; nobody has one until the service is there

    def trouble(self, what: str) -> None:
        """Show a trouble on the page; of many only the latest."""
        self.troubles = [*self.troubles, what][-_MOST:]
