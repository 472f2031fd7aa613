"""What a decision answers: accepted with events and effects, or refused with a reason."""

from dataclasses import dataclass

from app.domain.messages import Message
from app.domain.notes.notes import PullNote
from app.domain.release.effects import Effect
from app.domain.release.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """Yes: what happened, what is to be done, and what to say (nothing, mostly)."""

    events: tuple[Event, ...] = ()
    effects: tuple[Effect, ...] = ()
    notes: tuple[PullNote, ...] = ()  # lines for the notes of whichever release it will be
    answer: Message | None = None
    is_settled: bool = True  # False: an effect's outcome decides between a rocket and a thumbs-down
    is_refresh: bool = False  # GitHub is to be asked how everything stands


@dataclass(frozen=True, slots=True)
class Refused:
    """No, and why. A value and not an exception: the user's fault is not a surprise."""

    reason: Message


Decision = Accepted | Refused
