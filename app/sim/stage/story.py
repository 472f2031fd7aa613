"""The story that the demo plays: people write and click on GitHub, CI runs, boxes tick, until a visitor takes over."""

from collections.abc import Callable
from typing import Final

from app.sim.stage.pushes import Change
from app.sim.stage.setting import FAILS_FIRST, REPO, Stage
from app.sim.stage.waiting import wait_for
from app.sim.stage.watching import Watching

VERSION: Final = "1.0.0"
MANAGER: Final = "release-manager"

ISSUE_TEXT: Final = """\
Our first public release. 🚀 Everything about it is kept in this issue.

| When | What | Who |
| --- | --- | --- |
| Monday | Freeze `main` | @release-manager |
| Wednesday | Builds and signatures | @devops |
| Friday | Go or no-go | everybody |

Questions go below as comments, please.
"""
PHASE_ONE: Final = ("validate-all", "build-all-platforms", "validate-plugins", "security-scan", FAILS_FIRST)
BUG: Final = "Opening a project of the beta crashes"
BUILT_AND_SIGNED: Final = ("Every binary says 1.0.0", "Every signature verifies")
THEIRS, NOT_THEIRS = "The knowledge base is filled", "The press release is reviewed"
"""Two boxes for people: support-lead may tick the one, developer may not tick the other."""


async def play(stage: Stage, say: Callable[[str], None]) -> None:
    """Play the story to where the visitor goes on.

    It acts only as people and CI do on GitHub, and goes on when the outcome is to be seen there.
    Raises DidNotHappen, with what it was waiting for.
    """
    story = _Story(stage, say)
    try:
        await story.open_the_release()
        await story.validate()
        await story.tick()
        await story.mend()
        await story.block()
        await story.build_and_sign()
    except Exception as error:
        stage.telling.trouble(f"The story stopped. {error}")
        raise
    story.tell("Your turn: write /release notarize into the box.")
    stage.telling.is_over = True


class _Story:
    """The acts, in order."""

    def __init__(self, stage: Stage, say: Callable[[str], None]) -> None:
        self._stage = stage
        self._github = stage.github
        self._hands = stage.hands
        self._seen = Watching(stage)
        self._print = say

    def tell(self, step: str) -> None:
        """Say where the story is, in the terminal and on the page."""
        self._stage.telling.step = step
        self._print(step)

    async def open_the_release(self) -> None:
        """A manager opens the issue and starts the release in it."""
        self.tell(f"developer pushes to main; release-manager starts release {VERSION} in an issue.")
        pushed = Change(files={"VERSION": f"{VERSION}\n"}, message=f"Set the version to {VERSION}")
        self._hands.push("developer", pushed)
        self._github.open_issue(REPO, f"Release {VERSION}", ISSUE_TEXT, by=MANAGER)
        text = f"Here we go. CI is still busy on `main`, we need not wait for it.\n\n/release start {VERSION}"
        self._hands.say(MANAGER, text)
        await self._until("the release was started and its checklist stands in the issue", self._seen.has_checklist)
        await self._pause(1.5)

    async def validate(self) -> None:
        """Phase 1: each role runs its own task, while CI turns green by itself. A typo gets its answer."""
        self.tell("Phase 1: each lead runs the task of their role. One of them mistypes it.")
        self._hands.say("tech-lead", "/release validate-all")
        self._hands.say("devops", "/release build-all-platforms")
        self._hands.say("performance-lead", f"/release {FAILS_FIRST}")
        typo = self._hands.say("security-lead", "/release secruity-scan")
        await self._until("the bot answered the typo", lambda: self._seen.is_answered(typo.id))
        await self._pause(1)
        self._hands.say("security-lead", "/release security-scan")
        await self._until("the security scan runs", lambda: self._seen.has_begun("security-scan"))

    async def tick(self) -> None:
        """A box that somebody may tick stays ticked; another is put back, with the reason."""
        self.tell("support-lead ticks a box of theirs; developer ticks one that is not.")
        self._click("support-lead", THEIRS)
        await self._until(f"“{THEIRS}” bears the name", lambda: "by support-lead" in self._seen.line(THEIRS))
        refused = self._click("developer", NOT_THEIRS)
        await self._until("the bot says why the box was put back", lambda: self._seen.is_answered(refused))
        await self._until("that box is open again", lambda: "- [ ] " in self._seen.line(NOT_THEIRS))
        await self._pause(1.5)

    async def mend(self) -> None:
        """What failed is run again and succeeds; what waited for another task has its turn."""
        await self._until("the first tasks have run", lambda: self._seen.ended("build-all-platforms", FAILS_FIRST))
        self.tell(f"{FAILS_FIRST} failed: performance-lead runs it again. qa-lead comes next.")
        seconds = 2.0 / self._stage.speed
        self._github.outcome("release.yml", task=FAILS_FIRST, conclusion="success", seconds=seconds)
        text = f"The runner had another job on it. Once more:\n\n/release retry {FAILS_FIRST} --failed"
        self._hands.say("performance-lead", text)
        self._hands.say("qa-lead", "The builds are there, so it is my turn.\n\n/release validate-plugins")
        await self._until("every task of phase 1 succeeded", lambda: self._seen.succeeded(*PHASE_ONE))

    async def block(self) -> None:
        """A bug that blocks turns the gate red; when it is closed, phase 1 is done and phase 2 opens."""
        self.tell("qa-lead opens a P0 bug: the gate turns red, and phase 2 stays shut.")
        bug = self._hands.open_bug("qa-lead", "P0", BUG)
        await self._until("the gate is red for the bug", lambda: self._seen.is_red_for(bug.number))
        await self._pause(2)
        self.tell("developer closes the bug. Phase 1 has met its exit criteria: phase 2 opens.")
        self._hands.close("developer", bug.number)
        await self._until("phase 2 is open", lambda: "`/release build-release` runs" in self._seen.body())
        await self._pause(1)

    async def build_and_sign(self) -> None:
        """Phase 2 begins: the builds are made and signed."""
        self.tell("Phase 2: devops builds all platforms, then signs the binaries.")
        self._hands.say("devops", "/release 2.1")
        await self._until("every platform was built", lambda: self._seen.succeeded("build-release"))
        self._hands.say("devops", "/release sign")
        await self._until("the binaries were signed", lambda: self._seen.succeeded("sign"))
        await self._until("their boxes are ticked", lambda: self._seen.is_ticked(*BUILT_AND_SIGNED))

    # -- acting and waiting ---------------------------------------------------------------------------------------

    async def _pause(self, seconds: float) -> None:
        """Let a visitor read."""
        await self._stage.clock.sleep(seconds / self._stage.speed)

    def _click(self, who: str, words: str) -> int:
        """Tick a box; return the id of the latest comment before that."""
        before = max(self._stage.room.repo.comments)
        self._hands.click(who, self._seen.box(words), is_ticked=True)
        return before

    async def _until(self, what: str, look: Callable[[], bool]) -> None:
        await wait_for(self._stage.clock, what, look)
