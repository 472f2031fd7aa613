"""What an act of the story is made of: telling, acting as people do on GitHub, and waiting for what comes of it."""

from collections.abc import Callable

from app.sim.stage.setting import Stage
from app.sim.stage.waiting import wait_for
from app.sim.stage.watching import Watching


class Player:
    """Plays a part of the story on a stage."""

    def __init__(self, stage: Stage, say: Callable[[str], None]) -> None:
        self.stage = stage
        self.github = stage.github
        self.hands = stage.hands
        self.seen = Watching(stage)
        self._print = say

    def tell(self, step: str) -> None:
        """Say where the story is, in the terminal and on the page."""
        self.stage.telling.step = step
        self._print(step)

    async def pause(self, seconds: float) -> None:
        """Let a visitor read."""
        await self.stage.clock.sleep(seconds / self.stage.speed)

    def click(self, who: str, words: str) -> int:
        """Tick a box; return the id of the latest comment before that."""
        before = max(self.stage.room.repo.comments)
        self.hands.click(who, self.seen.box(words), is_ticked=True)
        return before

    async def until(self, what: str, look: Callable[[], bool]) -> None:
        """Wait until something is to be seen. Raises DidNotHappen, with what it was."""
        await wait_for(self.stage.clock, what, look)
