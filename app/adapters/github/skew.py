"""How far GitHub's clock and ours are apart: each answer tells the time, in whole seconds."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from app.adapters.github.answers import date_of


class Skew:
    """The difference as told by the latest answer."""

    def __init__(self) -> None:
        self.latest: timedelta | None = None
        """How far GitHub is ahead; None where no answer has told the time yet."""

    def note(self, headers: Mapping[str, str], asked_at: datetime, answered_at: datetime) -> None:
        """Take the Date of an answer to what was asked then: it was true at some moment in between."""
        if (told := date_of(headers)) is None:
            return
        # the Date is cut to whole seconds: a clock that agrees is ahead by up to one
        if told + timedelta(seconds=1) < asked_at:
            self.latest = told - asked_at
        elif told > answered_at:
            self.latest = told - answered_at
        else:
            self.latest = timedelta()
