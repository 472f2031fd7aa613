"""Small plans and releases to test with: a made-up White Room release, and whatever a test wants changed in it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from app.domain.plan.model import Plan
from app.domain.plan.reader import read_plan
from app.domain.release.model import Progress, Release, Run, RunState, Sight, Sighting
from app.domain.values import Person, ReleaseId, Repo, Sha, Target, TaskId

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
SHA = Sha("0a1b2c3d4e5f60718293a4b5c6d7e8f901234567")
BLOB = Sha("b" * 40)
OCTOCAT = Person(id=1, login="octocat")
MANAGER = Person(id=2, login="release-manager")
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
MOMENTS: Mapping[str, Release] = {"early": EARLY, "mid": MID, "failed": FAILED}
