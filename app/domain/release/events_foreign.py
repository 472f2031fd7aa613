"""That somebody else spoke under the name of the gate, as an event of the log of the release that it concerns."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from app.domain.release.model import Sighting


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignGateSeen:
    """A commit status, or another App's check run, was found under the name `release/gate` at the release's commit."""

    sighting: Sighting
    contradicts: bool  # it said green where the gate was not, or not green where it was
    at: datetime
    kind: Literal["foreign_gate_seen"] = "foreign_gate_seen"


ForeignEvent = ForeignGateSeen
"""What others said in our name."""
