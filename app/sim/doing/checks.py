"""Check runs, check suites and commit statuses: changes and the events they send."""

from datetime import datetime
from typing import TypedDict, Unpack

from app.sim.shapes import checks as shapes
from app.sim.state import Actor, App, CheckRun, Note, Repo, Status, Suite
from app.sim.wire import Json, Refusal, invalid
from app.sim.world import World

LONGEST_OUTPUT = 65_535
STATES = frozenset({"error", "failure", "pending", "success"})
STATUSES = frozenset({"queued", "in_progress", "completed"})
CONCLUSIONS = frozenset({"success", "failure", "neutral", "cancelled", "timed_out", "action_required", "skipped"})


class CheckFields(TypedDict, total=False):
    """What may be said of a check run; what is absent stays as it is."""

    name: str
    status: str
    conclusion: str | None
    started_at: datetime
    completed_at: datetime | None
    external_id: str
    details_url: str | None
    title: str | None
    summary: str | None
    text: str | None
    notes: list[Note]  # they come on top of those that are there
    actions: list[object]


def new_suite(world: World, repo: Repo, app: App, sha: str, branch: str | None) -> Suite:
    """Make a check suite."""
    now = world.now()
    suite = Suite(id=world.next_id("suite"), app=app, sha=sha, branch=branch, created_at=now, updated_at=now)
    repo.suites[suite.id] = suite
    return suite


def suite_of(world: World, repo: Repo, app: App, sha: str) -> Suite:
    """Return the one suite in which an App's own check runs at a commit stand."""
    for suite in repo.suites.values():
        if suite.app is app and suite.sha == sha:
            return suite
    branches = [ref.removeprefix("refs/heads/") for ref, at in repo.refs.items() if at == sha and "/heads/" in ref]
    return new_suite(world, repo, app, sha, branches[0] if branches else None)


def create_check(world: World, repo: Repo, suite: Suite, actor: Actor, **said: Unpack[CheckFields]) -> CheckRun:
    """Make a check run."""
    name = said.get("name")
    if not name:
        raise invalid("CheckRun", "name", "missing_field")
    check = CheckRun(
        id=world.next_id("check"),
        name=name,
        suite=suite,
        status="queued",
        conclusion=None,
        started_at=world.now(),
    )
    _apply(world, check, said)
    repo.checks[check.id] = check
    repo.checks_at.setdefault(suite.sha, []).append(check)
    suite.checks.append(check)
    _emit(world, repo, check, "created", actor)
    if check.status == "completed":
        _completed(world, repo, check, actor)
    return check


def update_check(world: World, repo: Repo, check: CheckRun, actor: Actor, **said: Unpack[CheckFields]) -> None:
    """Change a check run; an event follows when it completes."""
    before = (check.status, check.conclusion)
    _apply(world, check, said)
    check.suite.updated_at = world.now()
    if check.status == "completed" and before != (check.status, check.conclusion):
        _completed(world, repo, check, actor)


def _apply(world: World, check: CheckRun, said: CheckFields) -> None:
    for key in ("title", "summary", "text"):
        words = said.get(key)
        if isinstance(words, str) and len(words) > LONGEST_OUTPUT:
            detail = f"Only {LONGEST_OUTPUT} characters are allowed; {len(words)} were supplied."
            raise Refusal(422, f"Invalid request.\n\n{detail}", [detail])
    if said.get("conclusion") is not None and "status" not in said:
        said["status"] = "completed"
    status = said.get("status", check.status)
    conclusion = said.get("conclusion", check.conclusion if status == "completed" else None)
    if status not in STATUSES or (conclusion is not None and conclusion not in CONCLUSIONS):
        raise invalid("CheckRun", "status", "invalid")
    if (status == "completed") != (conclusion is not None):
        raise Refusal(422, "Invalid request.\n\nA completed check run has a conclusion, and no other has one.")
    check.notes += said.pop("notes", [])
    for key, value in said.items():
        setattr(check, key, value)
    check.status, check.conclusion = status, conclusion
    if status != "completed":
        check.completed_at = None
    elif check.completed_at is None:
        check.completed_at = world.now()


def _emit(world: World, repo: Repo, check: CheckRun, action: str, actor: Actor) -> None:
    payload: Json = {"action": action, "check_run": shapes.check_in_webhook(repo, check)}
    world.emit(repo, "check_run", payload, actor)


def _completed(world: World, repo: Repo, check: CheckRun, actor: Actor) -> None:
    _emit(world, repo, check, "completed", actor)
    if shapes.suite_state(check.suite)[0] == "completed" and check.suite.app is not world.actions:
        suite_completed(world, repo, check.suite, actor)  # a workflow run tells this for its own suite, once


def suite_completed(world: World, repo: Repo, suite: Suite, actor: Actor) -> None:
    """Tell that a suite is complete."""
    payload: Json = {"action": "completed", "check_suite": shapes.full_suite(repo, suite)}
    world.emit(repo, "check_suite", payload, actor)


def set_status(world: World, repo: Repo, status: Status, actor: Actor) -> Status:
    """Add a commit status. Refused with 422 for a state that does not exist or a commit that is not there."""
    if status.state not in STATES:
        raise invalid("Status", "state", "custom", "state is not included in the list")
    if status.sha not in repo.commits:
        raise Refusal(422, f"No commit found for SHA: {status.sha}")
    repo.statuses.setdefault(status.sha, []).append(status)
    world.emit(repo, "status", shapes.status_event(repo, status), actor)
    return status
