"""Routes of check runs, check suites and commit statuses."""

from typing import cast

from app.sim.doing import checks as doing
from app.sim.doing.checks import CheckFields
from app.sim.doing.git import commit_of
from app.sim.http.paging import page
from app.sim.http.request import Request, Route
from app.sim.shapes import accounts
from app.sim.shapes import checks as shapes
from app.sim.state import CheckRun, Commit, Note, Status
from app.sim.wire import API, Answer, Json, Refusal, array, found, invalid, moment, obj, text, wanted, whole

MOST_ACTIONS = 3
MOST_NOTES = 50
LEVELS = frozenset({"notice", "warning", "failure"})
LONGEST_TITLE = 255


def _note(body: Json) -> Note:
    first, last = whole(body, "start_line"), whole(body, "end_line")
    columns = whole(body, "start_column"), whole(body, "end_column")
    level, title = wanted(body, "annotation_level"), text(body, "title")
    if first is None or last is None:
        raise Refusal(422, "Invalid request.\n\nAn annotation has a start_line and an end_line.")
    if first != last and columns != (None, None):
        raise Refusal(422, "Invalid request.\n\nAn annotation of several lines has no columns.")
    if level not in LEVELS or len(title or "") > LONGEST_TITLE:
        raise invalid("CheckAnnotation", "annotation_level" if level not in LEVELS else "title", "invalid")
    return Note(
        path=wanted(body, "path"),
        start_line=first,
        end_line=last,
        annotation_level=level,
        message=wanted(body, "message"),
        title=title,
        raw_details=text(body, "raw_details"),
        start_column=columns[0],
        end_column=columns[1],
    )


def _notes(output: Json) -> list[Note]:
    given = array(output, "annotations")
    if len(given) > MOST_NOTES:
        raise Refusal(
            422, f"Invalid request.\n\nNo more than {MOST_NOTES} items are allowed; {len(given)} were supplied."
        )
    return [_note(obj({"annotation": one}, "annotation")) for one in given]


def _fields(body: Json) -> CheckFields:
    said: dict[str, object] = {}
    for key in ("name", "status", "conclusion", "external_id", "details_url"):
        if (words := text(body, key)) is not None:
            said[key] = words
    for key in ("started_at", "completed_at"):
        if (at := text(body, key)) is not None:
            said[key] = moment(at, key)
    actions = array(body, "actions")
    if len(actions) > MOST_ACTIONS:
        raise Refusal(422, f"Invalid request.\n\nNo more than {MOST_ACTIONS} items are allowed.")
    if actions:
        said["actions"] = actions
    output = obj(body, "output")
    if output:
        said["summary"] = wanted(output, "summary")
        said |= {key: text(output, key) for key in ("title", "text")}
        said["notes"] = _notes(output)
    return cast("CheckFields", said)


def create_check(request: Request) -> Answer:
    """POST .../check-runs; only Apps may."""
    sha = wanted(request.body, "head_sha")
    if sha not in request.repo.commits:
        raise Refusal(422, f"No commit found for SHA: {sha}")
    said = _fields(request.body)
    suite = doing.suite_of(request.world, request.repo, request.caller, sha)
    check = doing.create_check(request.world, request.repo, suite, request.actor, **said)
    return Answer(status=201, body=shapes.check(request.repo, check))


def _check(request: Request) -> CheckRun:
    return found(request.repo.checks.get(request.number("check_run_id")))


def get_check(request: Request) -> Answer:
    """GET .../check-runs/{check_run_id}."""
    return Answer(body=shapes.check(request.repo, _check(request)))


def list_notes(request: Request) -> Answer:
    """GET .../check-runs/{check_run_id}/annotations, oldest first."""
    check = _check(request)
    return page(request, check.notes, lambda one: shapes.note(request.repo, check, one))


def update_check(request: Request) -> Answer:
    """PATCH .../check-runs/{check_run_id}; only the App that made it may."""
    check = _check(request)
    if check.suite.app is not request.caller:
        raise Refusal(
            403, "Invalid app_id `" + str(request.caller.id) + "` - check run can only be modified by its app."
        )
    doing.update_check(request.world, request.repo, check, request.actor, **_fields(request.body))
    return Answer(body=shapes.check(request.repo, check))


def _commit(request: Request) -> Commit:
    name = request.args["ref"]
    commit = commit_of(request.repo, name)
    if commit is None:
        raise Refusal(422, f"No commit found for SHA: {name}")
    return commit


def list_checks(request: Request) -> Answer:
    """GET .../commits/{ref}/check-runs, newest first; `latest` is one of each name in each suite."""
    checks = request.repo.checks_at.get(_commit(request).sha, [])
    query = request.query
    if query.get("filter", "latest") == "latest":
        checks = list({(one.suite.id, one.name): one for one in checks}.values())
    chosen = [
        one
        for one in checks
        if query.get("check_name") in (None, one.name)
        and query.get("status") in (None, one.status)
        and query.get("app_id") in (None, str(one.suite.app.id))
    ]
    chosen.sort(key=lambda one: one.id, reverse=True)
    return page(request, chosen, lambda one: shapes.check(request.repo, one), key="check_runs")


def list_suites(request: Request) -> Answer:
    """GET .../commits/{ref}/check-suites; filter app_id."""
    sha = _commit(request).sha
    app = request.query.get("app_id")
    suites = [one for one in request.repo.suites.values() if one.sha == sha and app in (None, str(one.app.id))]
    return page(request, suites, lambda one: shapes.listed_suite(request.repo, one), key="check_suites")


def create_status(request: Request) -> Answer:
    """POST .../statuses/{sha}."""
    actor = request.actor
    status = Status(
        id=request.world.next_id("status"),
        sha=request.args["sha"],
        context=text(request.body, "context") or "default",
        state=wanted(request.body, "state"),
        description=text(request.body, "description"),
        target_url=text(request.body, "target_url"),
        creator=actor.user,
        at=request.world.now(),
    )
    doing.set_status(request.world, request.repo, status, actor)
    return Answer(status=201, body=shapes.status(request.repo, status))


def list_statuses(request: Request) -> Answer:
    """GET .../commits/{ref}/statuses, newest first."""
    statuses = request.repo.statuses.get(_commit(request).sha, [])[::-1]
    return page(request, statuses, lambda one: shapes.status(request.repo, one))


def combined_status(request: Request) -> Answer:
    """GET .../commits/{ref}/status: the newest of each context (case does not matter), and what they come to."""
    repo, sha = request.repo, _commit(request).sha
    latest = list({one.context.lower(): one for one in repo.statuses.get(sha, [])}.values())
    states = {one.state for one in latest}
    state = "success" if states == {"success"} else "pending"
    if states & {"failure", "error"}:
        state = "failure"
    answer = page(request, latest, lambda one: shapes.combined_status(repo, one))
    url = f"{API}/repos/{repo.full_name}/commits/{sha}"
    body: Json = {
        "state": state,
        "sha": sha,
        "total_count": len(latest),
        "statuses": answer.body,
        "repository": accounts.repo_lite(repo),
        "commit_url": url,
        "url": f"{url}/status",
    }
    return Answer(body=body, headers=answer.headers)


_REPO = "/repos/{owner}/{repo}"
ROUTES = (
    Route("POST", _REPO + "/check-runs", create_check, "checks:write"),
    Route("GET", _REPO + "/check-runs/{check_run_id}", get_check, "checks:read"),
    Route("GET", _REPO + "/check-runs/{check_run_id}/annotations", list_notes, "checks:read"),
    Route("PATCH", _REPO + "/check-runs/{check_run_id}", update_check, "checks:write"),
    Route("GET", _REPO + "/commits/{ref*}/check-runs", list_checks, "checks:read"),
    Route("GET", _REPO + "/commits/{ref*}/check-suites", list_suites, "checks:read"),
    Route("GET", _REPO + "/commits/{ref*}/status", combined_status, "statuses:read"),
    Route("GET", _REPO + "/commits/{ref*}/statuses", list_statuses, "statuses:read"),
    Route("POST", _REPO + "/statuses/{sha}", create_status, "statuses:write"),
)
