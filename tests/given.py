"""What is given: a small plan, a release at some point of it, people, sightings. Shared by the tests of decisions."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha1

from app.domain.facts import Actor, Facts, PlanSource, WorkflowInputs
from app.domain.plan.model import Plan
from app.domain.plan.reader import read_plan
from app.domain.release.events import Event, ReleaseStarted, RunRequested, RunStarted, Seen
from app.domain.release.fold import fold
from app.domain.release.model import Progress, Release, Sight, Sighting
from app.domain.release.running import mark_of
from app.domain.values import Person, ReleaseId, Repo, Role, Sha, Target, TaskId

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


def facts(of: Release | None = None, *, role: Role | None = Role.MAINTAIN, issue: int = 12) -> Facts:
    return Facts(
        now=NOW,
        actor=Actor(person=MANAGER, role=role),
        repo=REPO,
        issue=issue,
        comment=900,
        comment_url="https://github.com/octo-org/app/issues/12#issuecomment-900",
        invocation=ASKED,
        new_release=ReleaseId("new"),
        release=of,
        plan=PLAN if of else None,
        workflows=INPUTS,
    )


def with_source(of: Facts, text: str = PLAN_TEXT) -> Facts:
    plan = read_plan(text, path="RELEASE_CHECKLIST.md", version="2.0.0")
    source = PlanSource(
        path="RELEASE_CHECKLIST.md", blob=SHA, text=text, plan=plan, target=Target(sha=SHA, branch="main")
    )
    return replace(of, source=source)
