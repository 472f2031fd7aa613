"""The story that the demo plays: people write on GitHub, CI runs, and boxes tick until a visitor takes over."""

from collections.abc import Callable, Sequence
from typing import Final

from app.sim.stage.setting import FAILS_FIRST, REPO, Stage
from app.sim.stage.waiting import wait_for
from app.sim.state import Comment

VERSION: Final = "1.0.0"
MANAGER, DEVELOPER, DEVOPS, READER = "release-manager", "developer", "devops", "reader"

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


async def play(stage: Stage, say: Callable[[str], None]) -> None:
    """Play the story to where the visitor goes on.

    It acts only as people and CI do on GitHub, and goes on when the outcome is to be seen there.
    Raises DidNotHappen, with what it was waiting for.
    """
    story = _Story(stage, say)
    try:
        await story.open_the_release()
        await story.validate()
        await story.stumble()
        await story.mend()
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
        self._say = say
        self._issue = 0

    def tell(self, step: str) -> None:
        """Say where the story is, in the terminal and on the page."""
        self._stage.telling.step = step
        self._say(step)

    async def open_the_release(self) -> None:
        """A manager opens the issue and starts the release in it."""
        self.tell(f"developer pushes to main; release-manager starts release {VERSION} in an issue.")
        self._github.commit(REPO, {"VERSION": f"{VERSION}\n"}, f"Set the version to {VERSION}", by=DEVELOPER)
        issue = self._github.open_issue(REPO, f"Release {VERSION}", ISSUE_TEXT, by=MANAGER)
        self._issue = issue.number
        self._comment(
            f"Here we go. CI is still busy on `main`, we need not wait for it.\n\n/release start {VERSION}", MANAGER
        )
        await self._until("the release was started and its checklist stands in the issue", self._has_checklist)
        await self._pause()

    async def validate(self) -> None:
        """Phase 1: five tasks in two comments, while CI on the commit turns green by itself."""
        self.tell("developer and devops run the tasks of phase 1; each runs release.yml.")
        self._comment("/release validate-all\n/release validate-plugins", DEVELOPER)
        self._comment("/release run build-all-platforms security-scan benchmark-all", DEVOPS)
        self._github.check(REPO, self._github.head(REPO), "coverage", app="codecov", conclusion="success")
        await self._until("every task of phase 1 has run", lambda: all(self._ended(task) for task in PHASE_ONE))
        await self._pause()

    async def stumble(self) -> None:
        """A typo gets its answer; a reader is refused."""
        self.tell("A typo gets a helpful answer, and a reader is refused.")
        typo = self._comment("/release secruity-scan", DEVELOPER)
        await self._answered(typo)
        await self._pause()
        refused = self._comment("/release sign", READER)
        await self._answered(refused)
        await self._pause()

    async def mend(self) -> None:
        """What failed is run again and succeeds."""
        self.tell(f"{FAILS_FIRST} failed; devops runs its failed job again.")
        seconds = 2.0 / self._stage.speed
        self._github.outcome("release.yml", task=FAILS_FIRST, conclusion="success", seconds=seconds)
        self._comment(f"The runner had another job on it. Once more:\n\n/release retry {FAILS_FIRST} --failed", DEVOPS)
        await self._until(f"{FAILS_FIRST} succeeded", lambda: self._succeeded(FAILS_FIRST))
        await self._ticked(("Startup time <3s (P95)", "Every test passes", "The metrics and coverage reports are kept"))

    async def build_and_sign(self) -> None:
        """Phase 2 begins: the builds are made and signed."""
        self.tell("Phase 2: devops builds all platforms, then signs the binaries.")
        self._comment("/release 2.1", DEVOPS)
        await self._until("every platform was built", lambda: self._succeeded("build-release"))
        self._comment("/release sign", DEVOPS)
        await self._until("the binaries were signed", lambda: self._succeeded("sign"))
        await self._ticked(("Every binary says 1.0.0", "Every signature verifies"))

    # -- acting and looking ---------------------------------------------------------------------------------------

    async def _pause(self) -> None:
        """Let a visitor read."""
        await self._stage.clock.sleep(1.5 / self._stage.speed)

    def _comment(self, text: str, login: str) -> Comment:
        return self._github.comment(REPO, self._issue, text, by=login)

    async def _until(self, what: str, look: Callable[[], bool]) -> None:
        await wait_for(self._stage.clock, what, look)

    def _has_checklist(self) -> bool:
        gate = any(check.name == "release/gate" for check in self._stage.room.repo.checks.values())
        return gate and "- [ ] " in self._body()

    def _ended(self, task: str) -> bool:
        runs = [run for run in self._github.runs(REPO) if run.inputs.get("task") == task]
        return bool(runs) and runs[-1].status == "completed"

    def _succeeded(self, task: str) -> bool:
        runs = [run for run in self._github.runs(REPO) if run.inputs.get("task") == task]
        return any(run.conclusion == "success" for run in runs)

    async def _answered(self, comment: Comment) -> None:
        def answer() -> bool:
            after = (one for one in comment.issue.comments if one.id > comment.id)
            return any(one.user.type == "Bot" for one in after)

        await self._until(f"the bot answered “{comment.body}”", answer)

    async def _ticked(self, items: Sequence[str]) -> None:
        def all_ticked() -> bool:
            ticked = [line for line in self._body().splitlines() if "- [x] " in line]
            return all(any(item in line for line in ticked) for item in items)

        await self._until(f"the boxes {', '.join(items)} are ticked", all_ticked)

    def _body(self) -> str:
        return self._github.issue(REPO, self._issue).body or ""
