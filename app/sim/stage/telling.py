"""What the page tells besides GitHub: where the story is, and what went wrong with the demo itself."""

from dataclasses import dataclass, field
from typing import Final

_MOST: Final = 5


@dataclass(slots=True, kw_only=True)
class Telling:
    """Where the story is, and the latest troubles."""

    step: str = "The curtain rises: the service is starting."
    is_over: bool = False
    troubles: list[str] = field(default_factory=list[str])

    def trouble(self, what: str) -> None:
        """Show a trouble on the page; of many only the latest."""
        self.troubles = [*self.troubles, what][-_MOST:]
