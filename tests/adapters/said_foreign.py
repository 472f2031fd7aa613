"""Samples of what is said when somebody else speaks as the gate."""

from typing import Final

from app.domain.messages import Message
from app.domain.messages_foreign import ForeignGate
from app.domain.values import Sha

_AT: Final = Sha("a1" * 20)

FOREIGN_SAMPLES: Final[tuple[Message, ...]] = (
    ForeignGate(
        who="octocat",
        is_status=True,
        says="success",
        sha=_AT,
        is_green=False,
    ),
    ForeignGate(who="other-app", is_status=False, says="failure", sha=_AT, is_green=True),
)
