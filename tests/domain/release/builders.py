"""Small plans and releases to test with: a made-up White Room release, and whatever a test wants changed in it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from app.domain.plan.model import Plan
from app.domain.plan.reader import read_plan
from app.domain.release.model import (
    Closing,
    Drift,
    LabelledIssue,
    Progress,
    Release,
    Repair,
    Run,
    RunState,
    Sight,
    Sighting,
)
from app.domain.release.said import Call, Claim, Forced, Hold, SignOff, Tick, Veto, Waiver
from app.domain.values import ItemId, Person, ReleaseId, Repo, Sha, Target, TaskId

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
LATER = NOON + timedelta(hours=2)
SHA = Sha("0a1b2c3d4e5f60718293a4b5c6d7e8f901234567")
NEWER = Sha("f" * 40)
BLOB = Sha("b" * 40)
OCTOCAT = Person(id=1, login="octocat")
MANAGER = Person(id=2, login="release-manager")
HUBOT = Person(id=3, login="hubot")
REPO = Repo(id=7, owner="white-room", name="daw", installation=70, default_branch="main")
RUNS = "https://github.com/white-room/daw/actions/runs"
SITE = "https://github.com"

PLAN_TEXT = """\
---
name: White Room DAW
tag: v{version}
gate:
  thresholds: {P0: 100, P1: 90, overall: 95}
  weights: {P0: 5, P1: 3}
  blockers: [P0]
  signoffs: [Tech Lead]
roles:
  Tech Lead: [octocat]
---
## Phase 1: Validation <!-- gonogo: P0 -->

### 1.1 Code Quality
**Duration**: 2 days
**Responsible**: Tech Lead

```bash
./scripts/validate-all.sh
```

- [ ] All tests pass
- [ ] Coverage above 85 %, see [the guide](https://example.com/coverage)
- [ ] Lint is clean <!-- gonogo: evidence="check=lint" -->

### 1.2 Documentation <!-- gonogo: P1 -->
**Responsible**: Technical Writer

- [ ] User guide has been read

## Phase 2: Builds <!-- gonogo: P0 -->

### 2.1 Sign
**Responsible**: DevOps Team Lead

```bash
./scripts/sign.sh
```

- [ ] macOS signed
- [ ] Windows signed
  - [ ] Timestamp server answered

### 2.2 Notarize
**Responsible**: DevOps Team Lead

```bash
./scripts/notarize.sh
```

- [ ] Intel build notarized <!-- gonogo: evidence="job=notarize (intel)" -->
- [ ] Apple Silicon build notarized <!-- gonogo: evidence="job=notarize (arm)" -->

## Phase 3: Launch

### 3.1 Tag
```bash
git tag -a v1.0.0
```

- [ ] Tag is signed

## Summary

- [ ] 1.1 Code Quality
- [ ] 2.1 Sign
"""

PEOPLE_TEXT = """\
---
name: White Room DAW
tag: v{version}
gate:
  thresholds: {P0: 100, P1: 90}
  weights: {P0: 5, P1: 3}
  blockers: [P0]
  signoffs: [Tech Lead, Security Lead]
roles:
  Release Manager: [release-manager]
  Tech Lead: [octocat]
  Security Lead: [hubot, monalisa]
---
## Phase 1: Validation <!-- gonogo: P0 -->

### 1.1 Code Quality
**Responsible**: Tech Lead

- [ ] Lint is clean <!-- gonogo: evidence="check=lint" -->
- [ ] The code has been read by two people
- [ ] No critical bug is open <!-- gonogo: evidence="no-open-issues=P0" -->

### 1.2 Documentation <!-- gonogo: P1 -->
**Responsible**: Technical Writer

- [ ] User guide has been read
- [ ] The MIDI chapter follows [the outline](https://example.com/midi)
- [ ] Screenshots are new
- [ ] `CHANGELOG.md` names every change

### Exit Criteria

- [ ] The Tech Lead has seen all of it
- [ ] P1 completion ≥ 90 %

## Phase 2: Builds <!-- gonogo: P0 -->

### 2.1 Sign

```bash
./scripts/sign.sh
```

- [ ] macOS signed
- [ ] Windows signed

### 2.2 Notarize

```bash
./scripts/notarize.sh
```

- [ ] macOS notarized
"""
"""A plan that mostly waits for people."""


def a_plan(text: str = PLAN_TEXT, version: str = "1.0.0") -> Plan:
    """Read a plan as a release would."""
    return read_plan(text, path=".github/release-plan.md", version=version)


def a_release(*, runs: tuple[Run, ...] = (), seen: tuple[Sighting, ...] = (), minutes: int = 0) -> Release:
    """Make a release of that plan, with the latest runs and sightings given, changed so many minutes after noon."""
    return Release(
        id=ReleaseId("r1"),
        repo=REPO,
        issue=416,
        version="1.0.0",
        tag="v1.0.0",
        plan_path=".github/release-plan.md",
        plan_blob=BLOB,
        target=Target(sha=SHA, branch="main"),
        started_by=MANAGER,
        started_at=NOON,
        changed_at=NOON + timedelta(minutes=minutes),
        revision=1 + len(runs) + len(seen),
        runs={run.task: run for run in runs},
        sightings={sighting.key: sighting for sighting in seen},
    )


def a_run(task: str, run_id: int | None, *, state: RunState = RunState.STARTED, reason: str | None = None) -> Run:
    """Make the first attempt at a task."""
    return Run(
        task=TaskId(task),
        attempt=1,
        mark=f"gng-{task}",
        workflow="release.yml",
        state=state,
        by=OCTOCAT,
        at=NOON + timedelta(minutes=3),
        run_id=run_id,
        url=f"{RUNS}/{run_id}" if run_id else None,
        reason=reason,
    )


def run_seen(run_id: int, progress: Progress) -> Sighting:
    """Make what GitHub says of a run."""
    return _seen(Sight.RUN, f"run:{run_id}", "release.yml", progress, run_id)


def job_seen(run_id: int, name: str, progress: Progress) -> Sighting:
    """Make what GitHub says of a run's job."""
    return _seen(Sight.JOB, f"job:{run_id}:{name}", name, progress, run_id)


def check_seen(name: str, progress: Progress) -> Sighting:
    """Make what GitHub says of a check run by GitHub Actions."""
    seen = _seen(Sight.CHECK, f"check:github-actions:{name}", name, progress, None)
    return replace(seen, source="github-actions")


def _seen(kind: Sight, key: str, name: str, progress: Progress, run_id: int | None) -> Sighting:
    return Sighting(
        kind=kind,
        key=key,
        name=name,
        source="release.yml",
        sha=SHA,
        progress=progress,
        order=(run_id or 1, 1, int(progress.is_over), int(NOON.timestamp()) + 600),
        url=f"{RUNS}/{run_id or 9}",
        run_id=run_id,
    )


EARLY = a_release()
MID = a_release(
    minutes=20,
    runs=(a_run("1.1", 11), a_run("2.1", 21), a_run("2.2", 22)),
    seen=(
        run_seen(11, Progress.SUCCESS),
        check_seen("lint", Progress.SUCCESS),
        run_seen(21, Progress.SUCCESS),
        run_seen(22, Progress.RUNNING),
        job_seen(22, "notarize (intel)", Progress.SUCCESS),
        job_seen(22, "notarize (arm)", Progress.RUNNING),
    ),
)
FAILED = a_release(
    minutes=30,
    runs=(
        a_run("1.1", 11),
        a_run("2.1", None, state=RunState.REFUSED, reason="GitHub answered 422: no ref"),
        a_run("2.2", 22),
    ),
    seen=(
        run_seen(11, Progress.FAILURE),
        check_seen("lint", Progress.SKIPPED),
        run_seen(22, Progress.FAILURE),
        job_seen(22, "notarize (intel)", Progress.SUCCESS),
        job_seen(22, "notarize (arm)", Progress.FAILURE),
    ),
)
PLAN = a_plan()
PEOPLE = a_plan(PEOPLE_TEXT)


def a_tick(by: Person = OCTOCAT, note: str = "") -> Tick:
    """Make a person's word for the target."""
    return Tick(by=by, at=NOON + timedelta(minutes=5), sha=SHA, note=note)


def a_waiver(reason: str, *, needs_second: bool = False, second: Person | None = None) -> Waiver:
    """Make a release manager's waiver."""
    return Waiver(by=MANAGER, reason=reason, at=NOON + timedelta(minutes=6), needs_second=needs_second, second=second)


def a_signoff(role: str, by: Person) -> SignOff:
    """Make a role's yes to the target."""
    return SignOff(role=role, by=by, at=NOON + timedelta(minutes=40), sha=SHA)


BLOCKER = LabelledIssue(
    number=388,
    title="Crash when a loop is doubled",
    labels=("P0", "audio engine"),
    url="https://github.com/white-room/daw/issues/388",
    is_pull=False,
    is_open=True,
    updated_at=NOON + timedelta(minutes=7),
)
SAID = replace(
    a_release(minutes=45),
    ticks={
        ItemId("1.1.2"): a_tick(note="read by octocat and hubot"),
        ItemId("1.2.1"): a_tick(MANAGER),
    },
    claims={ItemId("1.2.3"): Claim(is_ticked=True, at=NOON + timedelta(minutes=8))},
    waivers={
        ItemId("1.2.2"): a_waiver("no MIDI hardware this week"),
        ItemId("1.1.1"): a_waiver("the linter is broken", needs_second=True),
        ItemId("2.1.2"): a_waiver("no Windows build in 1.0", needs_second=True, second=HUBOT),
    },
    signoffs={"Tech Lead": a_signoff("Tech Lead", OCTOCAT)},
    holds=(Hold(by=HUBOT, reason="the network is down", at=NOON + timedelta(minutes=9), until=LATER),),
    forced={TaskId("2.2"): Forced(by=MANAGER, reason="the signature is known", at=NOON + timedelta(minutes=10))},
    issues={BLOCKER.number: BLOCKER},
    issues_read_at=NOON + timedelta(minutes=1),
    head=NEWER,
    drift=Drift(
        blob=Sha("c" * 40),
        at=NOON + timedelta(minutes=11),
        changes=(
            "1.1 Code Quality: new item: The licences are listed",
            "1.2.3 Screenshots are new: gone",
            "2.2 Notarize needs 2.1 Sign",
            "P1: 95 is wanted, before 90",
        ),
    ),
    repair=Repair(
        what=("The block's end marker was missing: it was put back.",),
        by=OCTOCAT,
        at=NOON + timedelta(minutes=12),
    ),
)
REFUSED = replace(
    a_release(minutes=50),
    ticks={ItemId("1.2.1"): a_tick()},
    vetoes=(Veto(by=HUBOT, reason="a secret is in the build", at=NOON + timedelta(minutes=45), sha=SHA),),
    holds=(Hold(by=OCTOCAT, reason="", at=NOON + timedelta(minutes=46)),),
    call=Call(is_go=False, by=MANAGER, reason="too many crashes", at=NOON + timedelta(minutes=47), sha=SHA),
)
GREEN = replace(
    a_release(
        minutes=60,
        runs=(a_run("2.1", 21), a_run("2.2", 22)),
        seen=(check_seen("lint", Progress.SUCCESS), run_seen(21, Progress.SUCCESS), run_seen(22, Progress.SUCCESS)),
    ),
    ticks={ItemId(item): a_tick() for item in ("1.1.2", "1.2.1", "1.2.3", "1.2.4", "exit-criteria.1")},
    waivers={ItemId("1.2.2"): a_waiver("no MIDI hardware this week")},
    signoffs={"Tech Lead": a_signoff("Tech Lead", OCTOCAT), "Security Lead": a_signoff("Security Lead", HUBOT)},
    call=Call(is_go=True, by=MANAGER, at=NOON + timedelta(minutes=55), sha=SHA),
    issues_read_at=NOON + timedelta(minutes=1),
)
GIVEN_UP = replace(
    a_release(minutes=70),
    closed=Closing(how="abandoned", by=MANAGER, reason="1.0.1 takes its place", at=NOON + timedelta(minutes=65)),
)
FINISHED = replace(GREEN, closed=Closing(how="finished", by=MANAGER, reason="", at=NOON + timedelta(minutes=65)))
MOMENTS: Mapping[str, tuple[Plan, Release]] = {
    "early": (PLAN, EARLY),
    "mid": (PLAN, MID),
    "failed": (PLAN, FAILED),
    "said": (PEOPLE, SAID),
    "refused": (PEOPLE, REFUSED),
    "green": (PEOPLE, GREEN),
    "given-up": (PEOPLE, GIVEN_UP),
    "finished": (PEOPLE, FINISHED),
}
