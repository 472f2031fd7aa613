"""What people said of a release, as events of its log: in commands, labels and ticks."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from app.domain.values import ItemId, Person, Sha, TaskId


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandAnswered:
    """A command about the release was decided on: who gave it, where, and whether it was accepted."""

    key: str  # of the comment and the place in it: the same command is not decided on twice
    delivery: str
    command: str
    text: str  # as it was written, bounded
    by: Person
    sha: Sha  # the target at that moment
    refusal: str | None  # the name of the reason; None where it was accepted
    at: datetime
    said_at: datetime | None = None  # by GitHub's clock
    about: str | None = None  # words about the same thing, of which only the latest counts
    kind: Literal["command_answered"] = "command_answered"


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemTicked:
    """Somebody who may said that an item is done."""

    item: ItemId
    by: Person
    sha: Sha
    note: str
    delivery: str
    edited_at: datetime  # by GitHub's clock: an older word about the same box changes nothing any more
    at: datetime
    kind: Literal["item_ticked"] = "item_ticked"


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemUnticked:
    """Somebody who may took that back."""

    item: ItemId
    by: Person
    delivery: str
    edited_at: datetime
    at: datetime
    kind: Literal["item_unticked"] = "item_unticked"


@dataclass(frozen=True, slots=True, kw_only=True)
class TickRefused:
    """Somebody who may not changed a box in the issue: it is put back."""

    item: ItemId
    is_ticked: bool
    by: Person
    why: str
    delivery: str
    edited_at: datetime
    at: datetime
    kind: Literal["tick_refused"] = "tick_refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxFound:
    """A box stands otherwise in the issue than anybody has told: it is left, and counts for nothing until claimed."""

    item: ItemId
    is_ticked: bool
    at: datetime
    kind: Literal["box_found"] = "box_found"


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemWaived:
    """An item is left undone on purpose."""

    item: ItemId
    by: Person
    reason: str
    needs_second: bool
    at: datetime
    kind: Literal["item_waived"] = "item_waived"


@dataclass(frozen=True, slots=True, kw_only=True)
class WaiverSeconded:
    """A second person agreed to a waiver that needs one."""

    item: ItemId
    by: Person
    reason: str
    at: datetime
    kind: Literal["waiver_seconded"] = "waiver_seconded"


@dataclass(frozen=True, slots=True, kw_only=True)
class WaiverLifted:
    """A waiver was taken back."""

    item: ItemId
    by: Person
    at: datetime
    kind: Literal["waiver_lifted"] = "waiver_lifted"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedOff:
    """A role said yes to the target."""

    role: str
    by: Person
    sha: Sha
    at: datetime
    kind: Literal["signed_off"] = "signed_off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Vetoed:
    """Somebody said no to the target. Their own sign-off falls with it."""

    by: Person
    reason: str
    sha: Sha
    at: datetime
    kind: Literal["vetoed"] = "vetoed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn:
    """Somebody took back their sign-off and their veto."""

    by: Person
    at: datetime
    kind: Literal["withdrawn"] = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class GoSaid:
    """The release manager said go to the target."""

    by: Person
    sha: Sha
    at: datetime
    kind: Literal["go_said"] = "go_said"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoGoSaid:
    """The release manager said no-go."""

    by: Person
    reason: str
    sha: Sha
    at: datetime
    kind: Literal["no_go_said"] = "no_go_said"


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldPlaced:
    """Somebody stopped the release. A person has one hold: a second one takes the first one's place."""

    by: Person
    reason: str
    until: datetime | None
    at: datetime
    kind: Literal["hold_placed"] = "hold_placed"


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldLifted:
    """A hold ended: by its owner, by a release manager, or by itself."""

    holder: int  # the id of whose hold it was
    by: Person | None  # None: its time was over
    at: datetime
    kind: Literal["hold_lifted"] = "hold_lifted"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderWaived:
    """A release manager let a task be run before its time."""

    task: TaskId
    over: tuple[str, ...]  # what it did not wait for, in words
    by: Person
    reason: str
    at: datetime
    kind: Literal["order_waived"] = "order_waived"


SaidEvent = (
    CommandAnswered
    | ItemTicked
    | ItemUnticked
    | TickRefused
    | BoxFound
    | ItemWaived
    | WaiverSeconded
    | WaiverLifted
    | SignedOff
    | Vetoed
    | Withdrawn
    | GoSaid
    | NoGoSaid
    | HoldPlaced
    | HoldLifted
    | OrderWaived
)
"""What people said."""
