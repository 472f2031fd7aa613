"""The gate against a naive oracle: people and GitHub do anything in any order, and green means all that it must."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from typing import Final

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from app.adapters.render import TemplateRenderer
from app.domain.answering import Understood, about, decide, understand
from app.domain.decision import Accepted, Refused
from app.domain.facts import Actor, Facts, PlanSource, WorkflowInputs
from app.domain.plan.drift import changes
from app.domain.plan.reader import read_plan
from app.domain.release.around import end_holds, hear_branch, hear_issue, hear_issues
from app.domain.release.events import Event, RunRefused, RunStarted
from app.domain.release.events_course import PlanAdopted
from app.domain.release.events_said import BoxFound, CommandAnswered
from app.domain.release.fold import evolve, fold
from app.domain.release.gate import GateState, judge
from app.domain.release.model import LabelledIssue, Progress, RunState, Sight
from app.domain.release.seeing import see
from app.domain.release.ticking import Edit, Flip, take_flips
from app.domain.slash import Invocation
from app.domain.values import ItemId, Person, ReleaseId, Role, Sha, Target, TaskId
from handlers.commands import load_commands
from tests.domain.release.oracle import unmet
from tests.given import (
    DAVE,
    DESK,
    GUIDE,
    HOLDS,
    MALLORY,
    NOW,
    OTHER_SHA,
    READ,
    REPO,
    RON,
    RUTH,
    SAM,
    SHA,
    SHOTS,
    TEAM_STARTED,
    TEAM_TEXT,
    TESS,
    WANDA,
    an_issue,
    run_seen,
    sighting,
)

COMMANDS: Final = load_commands()
WORDS: Final = TemplateRenderer()
NEXT_STEPS: Final = ("/release ", "Ask one of them", "Say it again")
INPUTS: Final = {"release.yml": WorkflowInputs(declared=frozenset({"task", "gonogo_id"}))}

# -- who there is, and what they may say -----------------------------------------------------------------------

BO: Final = Person(id=20, login="bo")  # holds both roles that sign off
EVE: Final = Person(id=21, login="eve")  # maintains the repository, and has no role in the plan
GHOST: Final = Person(id=22, login="ghost")  # whose permissions cannot be read
ROLES: Final = {DAVE: Role.WRITE, EVE: Role.MAINTAIN, MALLORY: Role.NONE, GHOST: None}  # the others may read
PLAN_ROLES: Final = {**HOLDS, BO: ("Tech Lead", "Security Lead"), GHOST: ("Release Manager",)}
PEOPLE: Final = (RUTH, RON, TESS, SAM, WANDA, BO, DAVE, EVE, MALLORY, GHOST)
MAY_TICK: Final = {
    READ: {TESS, BO, RUTH, RON},
    GUIDE: {WANDA, RUTH, RON},
    SHOTS: {WANDA, RUTH, RON},
    DESK: {DAVE, EVE, RUTH, RON},
}
SAID: Final = (
    *(f"{word} {item}" for word in ("check", "uncheck", "unwaive") for item in (READ, GUIDE, SHOTS, DESK, "1.1.2")),
    *(f"waive {item} no time for it" for item in (READ, GUIDE, SHOTS, DESK, "1.1.2", "2.1.1", "exit-criteria.1")),
    *("2.1", "2.2", "run 2.1 2.2", "2.2 --force it is known", "retry 2.1", "cancel 2.1", "3.1", "nonsense"),
    *(
        "approve Tech Lead",
        "approve Security Lead",
        "hold for lunch --until 5m",
        "retarget --keep only words",
        "retarget",
    ),
    *("replan", "finish", "status", "why", "help", "report", "start 2.0.0"),
)
VERDICTS: Final = ("approve", "approve", "veto it crashes", "withdraw", "go", "go", "no-go no", "hold", "resume")

TEXT: Final = TEAM_TEXT.replace("thresholds: {P0: 100, P1: 50}", "thresholds: {P0: 100, P1: 50, overall: 85}")
TEXTS: Final = (
    TEXT,
    TEXT.replace("- [ ] Screenshots are new\n", ""),
    TEXT.replace("- [ ] Screenshots", "- [   ] Screenshots"),  # a box that is none: an error
    TEXT.replace("blockers: [P0]", "blockers: [P1]").replace("signoffs: [Tech Lead, ", "signoffs: ["),
)
SHAS: Final = (SHA, OTHER_SHA)
START: Final = replace(TEAM_STARTED, plan_text=TEXT)


@cache
def source(reading: int, sha: Sha) -> PlanSource:
    """The plan file as it stands at a commit, in one of its texts."""
    text = TEXTS[reading]
    plan = read_plan(text, path=START.plan_path, version="1.0.0")
    blob = Sha(f"{reading:040d}") if reading else START.plan_blob
    return PlanSource(
        path=START.plan_path,
        blob=blob,
        text=text,
        plan=plan,
        target=Target(sha=sha, branch="main"),
        people=START.people,
        changes=changes(read_plan(TEXT, path=START.plan_path, version="1.0.0"), plan),
    )


# -- the machine --------------------------------------------------------------------------------------------------

WHO = st.sampled_from(PEOPLE)
AGO = st.sampled_from([0, 0, 0, 1, 2, 5])
THERE = st.tuples(st.integers(0, len(TEXTS) - 1), st.sampled_from(SHAS))
MISSING = st.just(frozenset[Person]()) | st.frozensets(st.sampled_from([TESS, SAM, RON]), min_size=1)
BOXES = st.sampled_from([*MAY_TICK, ItemId("1.1.2")])
PROGRESS = st.sampled_from([Progress.SUCCESS, Progress.SUCCESS, Progress.RUNNING, Progress.FAILURE, Progress.SKIPPED])
LABELS = st.sampled_from([("P0",), ("P1",), ("critical",), ("bug",), ("P0", "bug"), ()])


class GateMachine(RuleBasedStateMachine):
    """A release with people around it who say what they like, and a GitHub that tells what it likes."""

    def __init__(self) -> None:
        super().__init__()
        self.log: list[Event] = [START]
        self.release = evolve(None, START)
        self.plan = read_plan(TEXT, path=START.plan_path, version="1.0.0")
        self.minute = 0
        self.last_run = 500

    @property
    def now(self) -> datetime:
        return NOW + timedelta(minutes=self.minute)

    @property
    def is_open(self) -> bool:
        return self.release.closed is None

    def happen(self, *events: Event) -> None:
        for event in events:
            self.release = evolve(self.release, event)
            self.log.append(event)

    def follow(self, accepted: Accepted) -> None:
        self.happen(*accepted.events)

    def actor(self, by: Person) -> Actor:
        roles = frozenset(PLAN_ROLES.get(by, ()))
        return Actor(person=by, role=ROLES.get(by, Role.READ), roles=roles if by != GHOST else frozenset())

    def facts(self, by: Person, found: PlanSource, ago: int) -> Facts:
        return Facts(
            now=self.now,
            actor=self.actor(by),
            repo=REPO,
            issue=12,
            comment=900,
            invocation=f"d{self.minute}:0",
            said_at=self.now - timedelta(minutes=ago),
            delivery=f"d{self.minute}",
            new_release=ReleaseId("new"),
            release=self.release,
            plan=self.plan,
            source=found,
            workflows=INPUTS,
        )

    def say(self, by: Person, text: str, found: PlanSource | None = None, *, ago: int = 0) -> bool:
        """Say it, some minutes ago; a refusal names the next step, and what stops a release leaves it not green."""
        found = found or source(0, self.release.target.sha)
        understood = understand(COMMANDS, Invocation(text, 1))
        assert isinstance(understood, Understood)
        facts = self.facts(by, found, ago)
        decision = decide(understood, facts, COMMANDS)
        if isinstance(decision, Refused):
            words = WORDS.message(decision.reason)
            assert any(step in words for step in NEXT_STEPS), words
            return False
        self.happen(*decision.events, self.answered(understood, facts))
        if any(isinstance(event, PlanAdopted) for event in decision.events):
            self.plan = found.plan
        state = judge(self.plan, self.release).state
        assert understood.command.name != "go" or state is GateState.SUCCESS
        assert not understood.command.is_safety or state is GateState.FAILURE
        return True

    def answered(self, understood: Understood, facts: Facts) -> CommandAnswered:
        """What is written down of a command that was taken."""
        return CommandAnswered(
            key=facts.invocation,
            delivery=facts.delivery,
            command=understood.command.name,
            text="",
            by=facts.actor.person,
            sha=self.release.target.sha,
            refusal=None,
            at=self.now,
            about=about(understood, facts),
            said_at=facts.said_at,
        )

    @initialize(is_far=st.booleans(), missing=MISSING)
    def begin(self, missing: frozenset[Person], *, is_far: bool) -> None:
        """Half of the stories begin where only people are still to be asked."""
        if is_far:
            self.make_green(missing)

    @precondition(lambda self: self.is_open)
    @rule(by=WHO, text=st.sampled_from(SAID), there=THERE, ago=AGO)
    def command(self, by: Person, text: str, there: tuple[int, Sha], ago: int) -> None:
        """Somebody gives some command, some minutes ago; the plan file reads so or so, somewhere, by now."""
        self.minute += 1
        self.say(by, text, source(*there), ago=ago)

    @precondition(lambda self: self.is_open)
    @rule(by=WHO, text=st.sampled_from(VERDICTS), ago=AGO)
    def verdict(self, by: Person, text: str, ago: int) -> None:
        """Somebody says yes or no."""
        self.minute += 1
        self.say(by, text, ago=ago)

    @precondition(lambda self: self.is_open)
    @rule(by=st.sampled_from([RUTH, EVE]), reading=st.integers(0, len(TEXTS) - 1))
    def take_up(self, by: Person, reading: int) -> None:
        """The plan's new text is taken up, and the issues it looks for are looked for."""
        self.minute += 1
        self.say(by, "replan", source(reading, self.release.target.sha))
        self.follow(hear_issues(self.release, [], self.now))

    @precondition(lambda self: self.is_open)
    @rule(by=WHO, item=BOXES, is_ticked=st.booleans(), minutes=st.integers(0, 3), is_person=st.booleans())
    def click(self, by: Person, item: ItemId, minutes: int, *, is_ticked: bool, is_person: bool) -> None:
        """Somebody changed a box, some minutes ago; GitHub tells it now, and once more."""
        self.minute += 1
        actor = self.actor(by) if is_person else Actor(person=by, role=None)
        at = self.now - timedelta(minutes=minutes)
        edit = Edit(actor=actor, is_person=is_person, edited_at=at, delivery=f"d{self.minute}")
        flips = [Flip(item=item, is_ticked=is_ticked)]
        self.happen(*take_flips(self.plan, self.release, edit, flips, self.now).events)
        boxes = dict(self.release.ticks), dict(self.release.claims)
        self.happen(*take_flips(self.plan, self.release, edit, flips, self.now).events)
        assert (dict(self.release.ticks), dict(self.release.claims)) == boxes

    @precondition(lambda self: self.is_open)
    @rule(item=st.sampled_from([*MAY_TICK]), is_ticked=st.booleans())
    def find(self, item: ItemId, *, is_ticked: bool) -> None:
        """A box is found changed, and nobody tells by whom."""
        self.happen(BoxFound(item=item, is_ticked=is_ticked, at=self.now))

    @precondition(lambda self: self.is_open)
    @rule(progress=PROGRESS, sha=st.sampled_from(SHAS), at=st.integers(1, 5))
    def lint(self, progress: Progress, sha: Sha, at: int) -> None:
        """The linter says something, of this commit or of another, now or late."""
        seen = sighting(Sight.CHECK, "lint", progress, source="github-actions", at=at, sha=sha)
        self.follow(see(self.plan, self.release, seen, self.now))

    @precondition(lambda self: self.is_open)
    @rule(task=st.sampled_from(["2.1", "2.2"]), progress=PROGRESS, sha=st.sampled_from(SHAS), is_refused=st.booleans())
    def runs(self, task: str, progress: Progress, sha: Sha, *, is_refused: bool) -> None:
        """GitHub answers a dispatch, or tells how far a run has come, at whichever commit."""
        run = self.release.runs.get(TaskId(task))
        if run is None:
            return
        if run.state is RunState.REQUESTED:
            self.last_run += 1
            started = RunStarted(task=run.task, attempt=run.attempt, run_id=self.last_run, url="", at=self.now)
            refused = RunRefused(task=run.task, attempt=run.attempt, reason="no", at=self.now)
            self.happen(refused if is_refused else started)
        elif run.run_id is not None:
            seen = run_seen(progress, run_id=run.run_id, at=self.minute, sha=sha)
            self.follow(see(self.plan, self.release, seen, self.now))

    @precondition(lambda self: self.is_open)
    @rule(number=st.sampled_from([12, 40, 41]), labels=LABELS, is_open=st.booleans(), minutes=st.integers(0, 3))
    def issue(self, number: int, labels: tuple[str, ...], minutes: int, *, is_open: bool) -> None:
        """An issue changed some minutes ago."""
        heard = an_issue(number, *labels, is_open=is_open, at=self.minute - minutes)
        self.follow(hear_issue(self.plan, self.release, heard, self.now))

    @precondition(lambda self: not self.is_open)
    @rule()
    def be_over(self) -> None:
        """A release that is over stays as it was: nobody says or tells anything of it any more."""
        self.minute += 60

    @precondition(lambda self: self.is_open)
    @rule(labels=st.lists(LABELS, max_size=2))
    def poll(self, labels: list[tuple[str, ...]]) -> None:
        """Somebody looks which issues are open, where the branch stands, and whose holds are over."""
        self.minute += 2
        self.follow(end_holds(self.release, self.now))
        self.follow(hear_issues(self.release, self.listed(labels), self.now))
        self.follow(hear_branch(self.release, OTHER_SHA, self.now))

    def listed(self, labels: Sequence[tuple[str, ...]]) -> list[LabelledIssue]:
        return [an_issue(40 + at, *one, at=self.minute) for at, one in enumerate(labels)]

    @precondition(lambda self: self.is_open)
    @rule(missing=MISSING)
    def make_green(self, missing: frozenset[Person]) -> None:
        """Everybody does what is theirs to do, but for those who have not come."""
        self.minute += 20
        self.follow(end_holds(self.release, self.now))
        self.follow(hear_issues(self.release, [], self.now))
        seen = sighting(Sight.CHECK, "lint", source="github-actions", at=60 * self.minute, sha=self.release.target.sha)
        self.follow(see(self.plan, self.release, seen, self.now))
        for by in PEOPLE:
            self.say(by, "withdraw")
        self.say(RUTH, "resume")
        for item in MAY_TICK:
            self.say(RUTH, f"uncheck {item}")
            self.say(RUTH, f"check {item}")
        for task in ("2.1", "2.2"):
            if self.say(RUTH, f"{task} --force we know") or self.release.runs[TaskId(task)].state is RunState.REQUESTED:
                self.runs(task, Progress.SUCCESS, self.release.target.sha, is_refused=False)
            self.runs(task, Progress.SUCCESS, self.release.target.sha, is_refused=False)
        for by, text in ((TESS, "approve"), (SAM, "approve"), (RON, "go")):
            if by not in missing:
                self.say(by, text)

    @invariant()
    def green_is_what_the_design_says(self) -> None:
        """Green if, and only if, every condition holds."""
        left = list(unmet(self.plan, self.log, self.release))
        assert (judge(self.plan, self.release).state is GateState.SUCCESS) == (not left), left

    @invariant()
    def nobody_counts_twice(self) -> None:
        """Each sign-off is another person's, and each waiver of the first priority is two people's."""
        signed = list(self.release.signoffs.values())
        assert len({one.by.id for one in signed}) == len(signed)
        assert all(one.by.id != one.second.id for one in self.release.waivers.values() if one.second is not None)
        assert {one.by for one in (*signed, *self.release.vetoes)}.isdisjoint({MALLORY, GHOST})

    @invariant()
    def ticks_are_of_people_who_may(self) -> None:
        """No tick is there that nobody who may has given, and none for another commit."""
        assert all(tick.by in MAY_TICK[item] for item, tick in self.release.ticks.items())
        assert {tick.sha for tick in self.release.ticks.values()} <= {self.release.target.sha}

    def teardown(self) -> None:
        """Replay gives the same release; given up, it is red whatever it was."""
        assert fold(self.log) == self.release
        if self.is_open:
            assert self.say(RUTH, "abandon that is enough")
            assert judge(self.plan, self.release).state is GateState.FAILURE


TestGateMachine = GateMachine.TestCase
TestGateMachine.settings = settings(stateful_step_count=40)
