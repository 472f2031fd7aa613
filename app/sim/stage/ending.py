"""The rest of the story, when the visitor asks for it: from the last builds to a release that all can download."""

from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Final

from app.domain.plan.model import Item, Manual, Plan
from app.domain.release.readiness import counted_phases
from app.sim.stage.hands import CannotDo
from app.sim.stage.player import Player
from app.sim.stage.setting import ENVIRONMENT, INSTALLERS, Stage
from app.sim.stage.story import MANAGER, VERSION
from app.sim.stage.waiting import DidNotHappen

_LOOKS_EVERY: Final = 0.2  # seconds
TAG: Final = f"v{VERSION}"
OWNERS: Final = {
    "All Team Leads": "tech-lead",
    "DevOps Team Lead": "devops",
    "Product Manager": "product-manager",
    "QA Team Lead": "qa-lead",
    "Support Lead": "support-lead",
    "Tech Lead": "tech-lead",
    "Technical Writer": "writer",
}
"""Who acts for each owner of the plan's tasks; what has none is the release manager's."""

SIGNERS: Final = ("tech-lead", "security-lead", "product-manager")
BUILT: Final = (("notarize", "devops"), ("package-release", "devops"), ("test-release-builds", "qa-lead"))
PREPARED: Final = (("generate-changelog", "tech-lead"), ("setup-monitoring", "devops"))
PACKAGED: Final = "Checksums are calculated and agree"
PUBLISHED: Final = "Every asset can be downloaded"
DEPLOYED: Final = "The release workflow has deployed everywhere"


async def play_on_when_asked(stage: Stage, say: Callable[[str], None]) -> None:
    """Wait until the visitor asks for the rest, however long that takes, and play it. Raises DidNotHappen."""
    while not stage.telling.is_asked_on:
        await stage.clock.sleep(_LOOKS_EVERY)
    await play_on(stage, say)


async def play_on(stage: Stage, say: Callable[[str], None]) -> None:
    """Play the rest, whatever of it the visitor has done already. Raises DidNotHappen, with what it was waiting for."""
    plan = stage.plan
    ending = _Ending(stage, say)
    stage.telling.is_over = False
    try:
        await ending.build()
        await ending.prepare(plan)
        await ending.try_to_tag()
        await ending.decide()
        await ending.tag()
        await ending.publish()
        await ending.deploy()
    except Exception as error:
        stage.telling.trouble(f"The story stopped. {error}")
        raise
    finally:
        stage.telling.is_over = True
    ending.tell(f"White Room {VERSION} is out: tag signed, files checked, deployment let through.")


class _Ending(Player):
    """The acts, in order. What the visitor has done of them is left out."""

    async def until(self, what: str, look: Callable[[], bool]) -> None:
        """Wait, but not for what can never be: the visitor may move the release at any moment."""

        def looking() -> bool:
            if self.seen.has_moved():
                raise DidNotHappen(
                    "The release has moved, and at its new commit nothing is built: start the demo again for the rest."
                )
            return look()

        await super().until(what, looking)

    async def build(self) -> None:
        """Phase 2 ends: notarized, packaged, tested."""
        self.tell("Phase 2 goes on: devops notarizes and packages, qa-lead tests the builds.")
        for task, who in BUILT:
            await self._run(task, who)
        if not self.seen.is_ticked(PACKAGED):
            self.hands.say("devops", "/release assets.yml")
            await self.until("the files are packaged", lambda: self.seen.is_ticked(PACKAGED))

    async def prepare(self, plan: Plan) -> None:
        """Phase 3: what people do, ticked by those it belongs to."""
        self.tell("Phase 3: notes, monitoring, support. Each box is ticked by whom it belongs to.")
        for task, who in PREPARED:
            await self._run(task, who)
        for item, who in _by_hand(plan):
            if not self.seen.is_ticked(item.text):
                self.click(who, item.text)
                await self.until(f"“{item.text}” is ticked", lambda item=item: self.seen.is_ticked(item.text))

    async def try_to_tag(self) -> None:
        """Somebody pushes the tag by hand, too early: GitHub itself says no."""
        if self.seen.has_tag(TAG):
            return
        self.tell(f"developer pushes the tag {TAG} by hand, too early.")
        try:
            self.hands.push_tag("developer", TAG)
        except CannotDo as refusal:
            if refusal.status != HTTPStatus.UNPROCESSABLE_ENTITY:
                raise
        else:
            raise DidNotHappen(f"the push of {TAG} by hand was not refused")
        self.tell(f"GitHub refuses the tag {TAG}: only the App may push it.")
        await self.pause(1.5)

    async def decide(self) -> None:
        """Three roles sign off, and the release manager says go."""
        if self.seen.is_green():
            return
        self.tell("Three roles sign off, release-manager says go: the gate turns green.")
        for who in SIGNERS:
            self.hands.say(who, "/release approve")
            await self.pause(0.5)
        await self.until("nothing but the go is missing", lambda: self.seen.waits_for_go() or self.seen.is_green())
        if not self.seen.is_green():
            self.hands.say(MANAGER, "/release go")
        await self.until("the gate is green", self.seen.is_green)

    async def tag(self) -> None:
        """The bot tags the commit and signs the tag. Nobody else may: a push of one is refused."""
        if self.seen.has_tag(TAG):
            return
        self.tell(f"The bot makes the tag {TAG} and signs it. Nobody else may make it.")
        self.hands.say(MANAGER, f"/release tag --confirm {TAG}")
        await self.until(f"the tag {TAG} stands", lambda: self.seen.has_tag(TAG))

    async def publish(self) -> None:
        """The draft that CI has filled is taken over: it is public once every file is as the checksums say."""
        if not self.seen.is_published(TAG):
            self.tell("The bot checks each file against the checksums, then publishes the release.")
            self.hands.say(MANAGER, f"/release publish --confirm {TAG} --adopt")
            what = f"{TAG} is published, {len(INSTALLERS)} installers in it"
            await self.until(what, lambda: self.seen.is_published(TAG))
        await self.until("its boxes are ticked", lambda: self.seen.is_ticked(PUBLISHED))

    async def deploy(self) -> None:
        """The production run waits at the environment until the App lets it through."""
        if self.seen.is_ticked(DEPLOYED):
            return
        self.tell(f"devops deploys: GitHub asks the App before the job may enter {ENVIRONMENT}.")
        self.hands.say("devops", "/release trigger-release-workflow")
        await self.until("the deployment was let through", lambda: self.seen.is_ticked(DEPLOYED))

    async def _run(self, task: str, who: str) -> None:
        if not self.seen.succeeded(task):
            if not self.seen.has_begun(task):
                self.hands.say(who, f"/release {task}")
            await self.until(f"{task} has run", lambda: self.seen.succeeded(task))


def _by_hand(plan: Plan) -> Iterator[tuple[Item, str]]:
    """Yield what waits for a person in the phases that the gate looks at, with whom it belongs to."""
    for phase in counted_phases(plan):
        for task in phase.tasks:
            for item in task.items:
                if isinstance(item.wanted, Manual):
                    yield item, OWNERS.get(task.owner or "", MANAGER)
