"""The story that the demo plays: people write and click on GitHub, CI runs, boxes tick, until a visitor takes over."""

from collections.abc import Callable
from typing import Final

from app.sim.stage.player import Player
from app.sim.stage.pushes import Change
from app.sim.stage.setting import FAILS_FIRST, REPO, Stage

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
    story.tell("Your turn: write /release notarize into the box, or play the rest.")
    stage.telling.is_over = True


class _Story(Player):
    """The acts, in order."""

    async def open_the_release(self) -> None:
        """A manager opens the issue and starts the release in it."""
        self.tell(f"developer pushes to main; release-manager starts release {VERSION} in an issue.")
        pushed = Change(files={"VERSION": f"{VERSION}\n"}, message=f"Set the version to {VERSION}")
        self.hands.push("developer", pushed)
        self.github.open_issue(REPO, f"Release {VERSION}", ISSUE_TEXT, by=MANAGER)
        text = f"Here we go. CI is still busy on `main`, we need not wait for it.\n\n/release start {VERSION}"
        self.hands.say(MANAGER, text)
        await self.until("the release was started and its checklist stands in the issue", self.seen.has_checklist)
        await self.pause(1.5)

    async def validate(self) -> None:
        """Phase 1: each role runs its own task, while CI turns green by itself. A typo gets its answer."""
        self.tell("Phase 1: each lead runs the task of their role. One of them mistypes it.")
        self.hands.say("tech-lead", "/release validate-all")
        self.hands.say("devops", "/release build-all-platforms")
        self.hands.say("performance-lead", f"/release {FAILS_FIRST}")
        typo = self.hands.say("security-lead", "/release secruity-scan")
        await self.until("the bot answered the typo", lambda: self.seen.is_answered(typo.id))
        await self.pause(1)
        self.hands.say("security-lead", "/release security-scan")
        await self.until("the security scan runs", lambda: self.seen.has_begun("security-scan"))

    async def tick(self) -> None:
        """A box that somebody may tick stays ticked; another is put back, with the reason."""
        self.tell("support-lead ticks a box of theirs; developer ticks one that is not.")
        self.click("support-lead", THEIRS)
        await self.until(f"“{THEIRS}” bears the name", lambda: "by support-lead" in self.seen.line(THEIRS))
        refused = self.click("developer", NOT_THEIRS)
        await self.until("the bot says why the box was put back", lambda: self.seen.is_answered(refused))
        await self.until("that box is open again", lambda: "- [ ] " in self.seen.line(NOT_THEIRS))
        await self.pause(1.5)

    async def mend(self) -> None:
        """What failed is run again and succeeds; what waited for another task has its turn."""
        await self.until("the first tasks have run", lambda: self.seen.ended("build-all-platforms", FAILS_FIRST))
        self.tell(f"{FAILS_FIRST} failed: performance-lead runs it again. qa-lead comes next.")
        seconds = 2.0 / self.stage.speed
        self.github.outcome("release.yml", task=FAILS_FIRST, conclusion="success", seconds=seconds)
        text = f"The runner had another job on it. Once more:\n\n/release retry {FAILS_FIRST} --failed"
        self.hands.say("performance-lead", text)
        self.hands.say("qa-lead", "The builds are there, so it is my turn.\n\n/release validate-plugins")
        await self.until("every task of phase 1 succeeded", lambda: self.seen.succeeded(*PHASE_ONE))

    async def block(self) -> None:
        """A bug that blocks turns the gate red; when it is closed, phase 1 is done and phase 2 opens."""
        self.tell("qa-lead opens a P0 bug: the gate turns red, and phase 2 stays shut.")
        bug = self.hands.open_bug("qa-lead", "P0", BUG)
        await self.until("the gate is red for the bug", lambda: self.seen.is_red_for(bug.number))
        await self.pause(2)
        self.tell("developer closes the bug. Phase 1 has met its exit criteria: phase 2 opens.")
        self.hands.close("developer", bug.number)
        await self.until("phase 2 is open", lambda: "`/release build-release` runs" in self.seen.body())
        await self.pause(1)

    async def build_and_sign(self) -> None:
        """Phase 2 begins: the builds are made and signed."""
        self.tell("Phase 2: devops builds all platforms, then signs the binaries.")
        self.hands.say("devops", "/release 2.1")
        await self.until("every platform was built", lambda: self.seen.succeeded("build-release"))
        self.hands.say("devops", "/release sign")
        await self.until("the binaries were signed", lambda: self.seen.succeeded("sign"))
        await self.until("their boxes are ticked", lambda: self.seen.is_ticked(*BUILT_AND_SIGNED))
