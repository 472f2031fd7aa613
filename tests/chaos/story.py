"""The story: a White Room release from its start to its end, told by people who wait for what they can see."""

from collections.abc import Callable
from typing import Protocol

from app.sim.github import SimGitHub
from app.sim.scenario import Room
from app.sim.state import CheckRun, Comment, GitHubRelease
from tests.chaos.plan import WHOLE
from tests.chaos.world import REPO

INTRO = "We ship on Tuesday. 🎉\r\n\r\nSee you there.\r\n"
MARK = "gonogo:release"
QUIET_MINUTES = 30
"""How long after the last delivery things are given to come to rest.

That is longer than anything is asked after in, and than an installation is left alone of which GitHub has said again and
again that it asks too much, and not until when: a quarter of an hour at most.
"""


class Place(Protocol):
    """The world that the story is told in."""

    @property
    def github(self) -> SimGitHub:
        """GitHub."""
        ...

    @property
    def room(self) -> Room:
        """What stands there."""
        ...

    @property
    def watchers(self) -> list[Callable[[], object]]:
        """Called before each request of the service's."""
        ...

    @property
    def underway(self) -> bool:
        """Whether a delivery is still to arrive."""
        ...

    def relent(self) -> None:
        """Let nothing fail any more."""
        ...

    async def until(self, what: str, is_so: Callable[[], object], *, minutes: float = 60) -> None:
        """Let time pass until something is so. Raises AssertionError where it does not become so."""
        ...

    async def rest(self, minutes: float) -> None:
        """Let so much time pass."""
        ...


class Story:
    """One telling of it. What must not be at any moment is looked at before each request of the service's."""

    def __init__(self, world: Place) -> None:
        self.world = world
        self.github = world.github
        self.repo = world.room.repo
        self.issue = 0
        self.wrong: list[str] = []
        world.watchers.append(self.watch)

    def watch(self) -> None:
        """Note what may not be, at no moment: a release that is public and not whole, two of anything."""
        releases = self.github.releases(self.repo)
        public = [one for one in releases if not one.draft]
        for one in public:
            if {a.name: a.data for a in one.assets.values() if a.state == "uploaded"}.items() < WHOLE.items():
                self._note("a release was public before it was whole")
        if len(releases) > 1:
            self._note("there were two releases")
        if sum(ref.startswith("refs/tags/") for ref in self.repo.refs) > 1:
            self._note("there were two tags")

    def _note(self, what: str) -> None:
        if what not in self.wrong:
            self.wrong.append(what)

    # -- what people see -----------------------------------------------------------------------------------------

    @property
    def body(self) -> str:
        """The tracking issue's text."""
        return self.github.issue(self.repo, self.issue).body or ""

    def is_ticked(self, text: str) -> bool:
        """Whether the box of an item is ticked."""
        return f"- [x] {text}" in self.body

    def gate(self) -> CheckRun | None:
        """The newest gate on the commit."""
        checks = self.repo.checks_at.get(self.github.head(self.repo), [])
        return next((one for one in reversed(checks) if one.name == "release/gate"), None)

    def is_gate(self, conclusion: str) -> bool:
        """Whether the gate says so."""
        gate = self.gate()
        return gate is not None and gate.conclusion == conclusion

    def is_gate_titled(self, words: str) -> bool:
        """Whether the gate's title begins so."""
        gate = self.gate()
        return gate is not None and (gate.title or "").startswith(words)

    def bots(self, comment: Comment) -> list[str]:
        """The bot's reactions on a comment."""
        return [one.content for one in comment.reactions if one.user.type == "Bot"]

    def release(self) -> GitHubRelease | None:
        """The draft, or the release."""
        return next(iter(self.github.releases(self.repo)), None)

    def picture(self) -> str:
        """What there is to be seen, in short: for whoever looks into why a story does not go on."""
        gate, said = self.gate(), [one.body for one in self.repo.comments.values() if one.issue.number == self.issue]
        releases = [
            (one.draft, one.tag, sorted(a.name for a in one.assets.values())) for one in self.repo.releases.values()
        ]
        shown = f"gate: {gate.status} {gate.conclusion} {gate.title}" if gate else "no gate"
        return "\n".join([f"{self.github.now()}", shown, f"{releases}", *said, self.body[:3000]])

    # -- what people do ------------------------------------------------------------------------------------------

    async def say(self, text: str, *, by: str, then: Callable[[], object] | None = None) -> None:
        """Write a comment and wait until it is answered, and until what it is for is there."""
        made = self.github.comment(self.repo, self.issue, text, by=by)
        await self.world.until(f"{text} is answered", lambda: {"rocket", "-1"} & set(self.bots(made)), minutes=120)
        if then is not None:
            await self.world.until(f"{text} is done", then, minutes=120)

    async def tick(self, item: str, *, by: str) -> None:
        """Click a box."""
        lines = self.body.splitlines(keepends=True)
        clicked = [line.replace("- [ ] ", "- [x] ", 1) if f"{item} <!--" in line else line for line in lines]
        assert clicked != lines, f"no open box of {item} to click"
        self.github.edit_issue(self.repo, self.issue, by=by, body="".join(clicked))

    async def tell(self) -> None:
        """Tell it."""
        world, github = self.world, self.github
        await world.rest(0.1)
        self.issue = github.open_issue(REPO, "Release 1.0.0", INTRO, by="release-manager").number
        await self.say("/release start 1.0.0", by="release-manager", then=lambda: "gonogo:begin" in self.body)
        await self.say("/release build", by="devops", then=lambda: self.is_ticked("It is built"))
        notarized = "The Intel build is notarized"
        await self.say("/release notarize", by="developer", then=lambda: self.is_ticked(notarized))
        github.check(REPO, github.head(REPO), "lint", app="github-actions", conclusion="success")
        await self.tick("The guide is read", by="qa-lead")
        await world.until("the tick is taken", lambda: "by qa-lead" in self.body, minutes=120)
        bug = github.open_issue(REPO, "It crashes", "", by="qa-lead", labels=["P0"])
        await world.until("the bug blocks", lambda: self.is_gate("failure"), minutes=120)
        github.close_issue(REPO, bug.number, by="core-developer")
        await world.until("two reasons are left", lambda: self.is_gate_titled("Not yet: 2 reasons"), minutes=120)
        await self.say("/release go", by="release-manager")  # too early: it is told why
        await self.say("/release approve", by="security-lead")
        await world.until("one reason is left", lambda: self.is_gate_titled("Not yet: 1 reason,"), minutes=120)
        await self.say("/release go", by="release-manager", then=lambda: self.is_gate("success"))
        tagged = "The tag stands"
        await self.say("/release tag --confirm v1.0.0", by="release-manager", then=lambda: self.is_ticked(tagged))
        made = github.comment(REPO, self.issue, "/release publish --confirm v1.0.0", by="release-manager")
        await world.until("there is a draft", self.release, minutes=120)
        await world.until("its files are waited for", lambda: "Publishing waits" in self.body, minutes=120)
        draft = self.release()
        assert draft is not None
        for name, data in WHOLE.items():
            github.upload_asset(REPO, draft.id, name, data, by="github-actions[bot]")
        # It takes a dozen calls in a row, and each limit of the hour that GitHub refuses one for a quarter of an hour.
        await world.until("it is public", lambda: self.is_ticked("The release is public"), minutes=360)
        await world.until("publish is answered", lambda: "rocket" in self.bots(made), minutes=120)
        await self.say("/release report", by="reader")
        await self.say("/release finish", by="release-manager")
        await world.until("all has arrived", lambda: not world.underway, minutes=240)
        world.relent()
        await world.rest(QUIET_MINUTES)
        self.watch()
