"""What is said when somebody else speaks as the gate, as typed values."""

from dataclasses import dataclass

from app.domain.messages import Message
from app.domain.values import Sha


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignGate(Message):
    """Somebody else has set a status or check under the gate's name, and it contradicts the gate."""

    who: str  # a login, or an App's slug
    is_status: bool
    says: str
    sha: Sha
    is_green: bool  # what the gate itself says
