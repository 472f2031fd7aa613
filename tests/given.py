"""What is given: a small plan, a release at some point of it, people, sightings. Shared by the tests of decisions."""

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha1

from app.domain.facts import Actor, Facts, PlanSource, WorkflowInputs
from app.domain.plan.model import Plan
from app.domain.plan.reader import read_plan
from app.domain.release.events import Event, ReleaseStarted, RunRequested, RunStarted, Seen
from app.domain.release.events_course import IssueSeen, IssuesRead, PlanAdopted, Retargeted
from app.domain.release.events_said import (
    BoxFound,
    GoSaid,
    HoldPlaced,
    ItemTicked,
    ItemUnticked,
    ItemWaived,
    NoGoSaid,
    SignedOff,
    Vetoed,
    WaiverSeconded,
)
from app.domain.release.fold import fold
from app.domain.release.model import LabelledIssue, Progress, Release, Sight, Sighting
from app.domain.release.running import mark_of
from app.domain.values import ItemId, Person, ReleaseId, Repo, Role, Sha, Target, TaskId

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
SHA = Sha("a1" * 20)
OTHER_SHA = Sha("b2" * 20)
REPO = Repo(id=7, owner="octo-org", name="app", installation=70, default_branch="main")
ASKED = "delivery-1:0"
MANAGER = Person(id=1, login="release-manager")

PLAN_TEXT = """---
workflow: release.yml
environment: production
gate: {thresholds: {P0: 100, P1: 50}}
evidence:
  "Installer built for Linux": job=build (linux)
  "Linter is quiet": check=lint
  "Licences are cleared": status=legal/ok by=octocat
  "Nightly is green": workflow=nightly.yml
---
# Release plan

## Phase 1: Build

### 1.1 Build installers

```bash
./scripts/build-installers.sh
```

- [ ] Installer built for Linux
- [ ] Installers archived

### 1.2 Check the code

- [ ] Linter is quiet
- [ ] Licences are cleared
- [ ] Nightly is green <!-- gonogo: P1 -->

### 1.3 Build documentation

```bash
./scripts/build-docs.sh
```

- [ ] Documentation built

## Phase 2: Ship

### 2.1 Tag

```bash
git tag -a v1.0.0 -m "1.0.0"
```

- [ ] Tag pushed

## Summary

- [ ] 1.1 Build installers
- [ ] 1.2 Check the code
- [ ] 1.3 Build documentation
- [ ] 2.1 Tag
"""
PLAN: Plan = read_plan(PLAN_TEXT, path=".github/release-plan.md", version="1.0.0")
INPUTS = {"release.yml": WorkflowInputs(declared=frozenset({"task", "version", "environment", "gonogo_id"}))}

STARTED = ReleaseStarted(
    release=ReleaseId("r1"),
    repo=REPO,
    issue=12,
    version="1.0.0",
    tag="v1.0.0",
    plan_path=".github/release-plan.md",
    plan_blob=Sha(sha1(PLAN_TEXT.encode(), usedforsecurity=False).hexdigest()),
    plan_text=PLAN_TEXT,
    target=Target(sha=SHA, branch="main"),
    by=MANAGER,
    at=NOW,
)


def release(*events: Event) -> Release:
    """A release that was started, and then these events."""
    made = fold((STARTED, *events))
    assert made is not None
    return made


def requested(task: str = "1.1", attempt: int = 1) -> RunRequested:
    return RunRequested(
        task=TaskId(task),
        attempt=attempt,
        mark=mark_of(release(), TaskId(task), attempt, ASKED),
        workflow="release.yml",
        by=MANAGER,
        at=NOW,
    )


def started(task: str = "1.1", attempt: int = 1, run_id: int = 500) -> RunStarted:
    url = f"https://github.com/octo-org/app/actions/runs/{run_id}"
    return RunStarted(task=TaskId(task), attempt=attempt, run_id=run_id, url=url, at=NOW)


def sighting(  # noqa: PLR0913 - all but three by keyword, each with a default
    kind: Sight,
    name: str,
    progress: Progress = Progress.SUCCESS,
    *,
    source: str = "",
    run_id: int | None = None,
    at: int = 1,
    sha: Sha = SHA,
) -> Sighting:
    keys = {
        Sight.RUN: f"run:{run_id}",
        Sight.JOB: f"job:{run_id}:{name}",
        Sight.CHECK: f"check:{source}:{name}",
        Sight.STATUS: f"status:{name}:{source}",
        Sight.WORKFLOW: f"workflow:{name}",
    }
    seconds = int((NOW + timedelta(seconds=at)).timestamp())
    return Sighting(
        kind=kind,
        key=keys[kind],
        name=name,
        source=source,
        sha=sha,
        progress=progress,
        order=(run_id or 1, 1, int(progress.is_over), seconds),
        url=f"https://github.com/octo-org/app/{kind}/{at}",
        run_id=run_id,
    )


def run_seen(progress: Progress = Progress.SUCCESS, *, run_id: int = 500, at: int = 1, sha: Sha = SHA) -> Sighting:
    return sighting(Sight.RUN, "Release", progress, source="release.yml", run_id=run_id, at=at, sha=sha)


def seen(value: Sighting) -> Seen:
    return Seen(sighting=value, at=NOW)


def facts(
    of: Release | None = None,
    *,
    role: Role | None = Role.MAINTAIN,
    issue: int = 12,
    by: Person = MANAGER,
    roles: Collection[str] = (),
    plan: Plan = PLAN,
) -> Facts:
    return Facts(
        now=NOW,
        actor=Actor(person=by, role=role, roles=frozenset(roles)),
        repo=REPO,
        issue=issue,
        comment=900,
        invocation=ASKED,
        said_at=NOW,
        delivery="delivery-1",
        new_release=ReleaseId("new"),
        release=of,
        plan=plan if of else None,
        workflows=INPUTS,
    )


@cache
def _plan_of(text: str) -> Plan:
    return read_plan(text, path="RELEASE_CHECKLIST.md", version="2.0.0")


def with_source(of: Facts, text: str = PLAN_TEXT) -> Facts:
    plan = _plan_of(text)
    source = PlanSource(
        path="RELEASE_CHECKLIST.md",
        blob=SHA,
        text=text,
        plan=plan,
        target=Target(sha=SHA, branch="main"),
        people={},
    )
    return replace(of, source=source)


# -- a plan that people have a say in -------------------------------------------------------------------------

RUTH = Person(id=10, login="ruth")  # a Release Manager
RON = Person(id=11, login="ron")  # another
TESS = Person(id=12, login="tess")  # Tech Lead, who signs off and owns task 1.1
SAM = Person(id=13, login="sam")  # Security Lead, who signs off
WANDA = Person(id=14, login="wanda")  # Writer, who owns task 1.2 and signs nothing off
DAVE = Person(id=15, login="dave")  # somebody who may write, and has no role in the plan
MALLORY = Person(id=66, login="mallory")  # a stranger
HOLDS = {
    RUTH: ("Release Manager",),
    RON: ("Release Manager",),
    TESS: ("Tech Lead",),
    SAM: ("Security Lead",),
    WANDA: ("Writer",),
}

TEAM_TEXT = """---
workflow: release.yml
gate:
  thresholds: {P0: 100, P1: 50}
  blockers: [P0]
  signoffs: [Tech Lead, Security Lead]
roles:
  Release Manager: [ruth, ron]
  Tech Lead: [tess]
  Security Lead: [sam]
  Writer: [wanda]
tasks:
  "2.2": {needs: ["2.1"]}
---
# Release plan

## Phase 1: Prepare <!-- gonogo: P0 -->

### 1.1 Review
**Responsible**: Tech Lead

- [ ] The code has been read by two people
- [ ] Linter is quiet <!-- gonogo: evidence="check=lint" -->
- [ ] No critical bug is open <!-- gonogo: evidence="no-open-issues=critical" -->

### 1.2 Manual <!-- gonogo: P1 -->
**Responsible**: Writer

- [ ] The user guide has been read
- [ ] Screenshots are new

### Exit Criteria

- [ ] All P0 items complete
- [ ] P1 completion ≥ 50 %
- [ ] Everybody is at their desk

## Phase 2: Build <!-- gonogo: P0 -->

### 2.1 Build installers

```bash
./scripts/build-installers.sh
```

- [ ] Installers built

### 2.2 Sign installers

```bash
./scripts/sign-installers.sh
```

- [ ] Installers signed

### Exit Criteria

- [ ] All P0 items complete

## Phase 3: Ship

### 3.1 Tag

```bash
git tag -a v1.0.0 -m "1.0.0"
```

- [ ] Tag pushed

## Summary

- [ ] 1.1 Review
- [ ] 1.2 Manual
"""
TEAM: Plan = read_plan(TEAM_TEXT, path=".github/release-plan.md", version="1.0.0")
READ, GUIDE, SHOTS, DESK = map(ItemId, ("1.1.1", "1.2.1", "1.2.2", "exit-criteria.3"))
TEAM_STARTED = replace(
    STARTED,
    plan_blob=Sha(sha1(TEAM_TEXT.encode(), usedforsecurity=False).hexdigest()),
    plan_text=TEAM_TEXT,
    people={person.login: person.id for person in HOLDS},
    by=RUTH,
)


def team_release(*events: Event) -> Release:
    """A release of that plan, and then these events."""
    made = fold((TEAM_STARTED, *events))
    assert made is not None
    return made


def asks(by: Person, of: Release | None = None, *, role: Role | None = Role.WRITE) -> Facts:
    """What a command of a person of that plan is decided on; all of them may write."""
    return facts(of or team_release(), by=by, role=role, roles=HOLDS.get(by, ()), plan=TEAM)


def later(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


def ticked(item: str, by: Person = TESS, *, at: float = 0, sha: Sha = SHA) -> ItemTicked:
    """A tick that GitHub dates so many minutes after noon."""
    return ItemTicked(item=ItemId(item), by=by, sha=sha, note="", delivery="d", edited_at=later(at), at=NOW)


def unticked(item: str, by: Person = TESS, *, at: float = 0) -> ItemUnticked:
    return ItemUnticked(item=ItemId(item), by=by, delivery="d", edited_at=later(at), at=NOW)


def found(item: str, *, is_ticked: bool = True) -> BoxFound:
    """A box that somebody changed, GitHub has not told who."""
    return BoxFound(item=ItemId(item), is_ticked=is_ticked, at=NOW)


def waived(item: str, by: Person = RUTH, *, needs_second: bool = False) -> ItemWaived:
    return ItemWaived(item=ItemId(item), by=by, reason="not this time", needs_second=needs_second, at=NOW)


def seconded(item: str, by: Person = RON) -> WaiverSeconded:
    return WaiverSeconded(item=ItemId(item), by=by, reason="nor in mine", at=NOW)


def signed(role: str, by: Person, *, sha: Sha = SHA) -> SignedOff:
    return SignedOff(role=role, by=by, sha=sha, at=NOW)


def vetoed(by: Person, *, sha: Sha = SHA) -> Vetoed:
    return Vetoed(by=by, reason="it crashes", sha=sha, at=NOW)


def go_said(by: Person = RUTH, *, sha: Sha = SHA) -> GoSaid:
    return GoSaid(by=by, sha=sha, at=NOW)


def no_go_said(by: Person = RUTH, *, sha: Sha = SHA) -> NoGoSaid:
    return NoGoSaid(by=by, reason="too many crashes", sha=sha, at=NOW)


def held(by: Person, *, until: datetime | None = None) -> HoldPlaced:
    return HoldPlaced(by=by, reason="the network is down", until=until, at=NOW)


def retargeted(sha: Sha = OTHER_SHA, *, kept: str | None = None) -> Retargeted:
    return Retargeted(target=Target(sha=sha, branch="main"), by=RUTH, kept=kept, at=NOW)


def an_issue(number: int = 40, *labels: str, is_open: bool = True, at: float = 0) -> LabelledIssue:
    """An issue that GitHub says was changed so many minutes after noon."""
    return LabelledIssue(
        number=number,
        title="It crashes",
        labels=labels,
        url=f"https://github.com/octo-org/app/issues/{number}",
        is_pull=False,
        is_open=is_open,
        updated_at=later(at),
    )


def issue_seen(number: int = 40, *labels: str, is_open: bool = True, at: float = 0) -> IssueSeen:
    return IssueSeen(issue=an_issue(number, *labels, is_open=is_open, at=at), at=NOW)


def issues_read(*listed: LabelledIssue, at: float = 0) -> IssuesRead:
    return IssuesRead(found=listed, at=later(at))


def plan_adopted(text: str, *, path: str = ".github/release-plan.md", blob: Sha = OTHER_SHA) -> PlanAdopted:
    """Another plan is taken up, of which nothing that was there before is kept."""
    return PlanAdopted(
        plan_path=path, plan_blob=blob, plan_text=text, tag="v1.0.0", people={}, items={}, tasks={}, by=RUTH, at=NOW
    )


def all_done() -> tuple[Event, ...]:
    """Everything that the plan asks for before people have to say yes: done."""
    runs: list[Event] = []
    for task, run_id in (("2.1", 501), ("2.2", 502)):
        runs += [requested(task), started(task, run_id=run_id), seen(run_seen(run_id=run_id))]
    lint = sighting(Sight.CHECK, "lint", source="github-actions")
    return (issues_read(), seen(lint), ticked(READ), ticked(GUIDE, WANDA), ticked(DESK, RUTH), *runs)


def all_signed() -> tuple[Event, ...]:
    """The same, and both roles have signed it off: nothing is missing but the go."""
    return (*all_done(), signed("Tech Lead", TESS), signed("Security Lead", SAM))
