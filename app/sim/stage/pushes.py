"""What is pushed to main on the stage: some work, or a change of the release plan."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import cycle
from typing import Final

PLAN_PATH: Final = ".github/release-plan.md"
AFTER: Final = "- [ ] The press release is reviewed\n"
ADDED: Final = "- [ ] The screenshots on the website are new\n"
"""The item that a change of the plan adds, below the one above; the next change takes it away again."""

WORK: Final = (
    ("src/export.cpp", "Write silence as silence when exporting"),
    ("src/undo.cpp", "Keep the undo history across an autosave"),
    ("src/window.cpp", "Open plugin windows in front"),
    ("src/mixer.cpp", "Round the meters to a tenth"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Files to commit, and the message of the commit."""

    files: Mapping[str, str]
    message: str


class Work:
    """One piece of work after another."""

    def __init__(self) -> None:
        self._pieces = cycle(WORK)
        self._count = 0

    def next(self) -> Change:
        """Return the next piece."""
        path, message = next(self._pieces)
        self._count += 1
        return Change(files={path: f"// {message}, take {self._count}\n"}, message=message)


def plan_change(text: str) -> Change | None:
    """Return a change of the plan's text: an item more, or that one less. None where its place is gone."""
    if ADDED in text:
        return Change(files={PLAN_PATH: text.replace(ADDED, "", 1)}, message="Leave the screenshots as they are")
    if AFTER not in text:
        return None
    changed = text.replace(AFTER, AFTER + ADDED, 1)
    return Change(files={PLAN_PATH: changed}, message="Ask for new screenshots in the plan")
