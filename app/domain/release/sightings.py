"""What was seen on GitHub, said one way: runs, jobs, checks and statuses as sightings, from events and polls alike."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.domain.release.model import Progress, Sight, Sighting
from app.domain.values import Sha

MARK: Final = re.compile(r"\bgng-[0-9a-f]{16}\b")
"""Our correlation id, as it goes along as the input `gonogo_id` and comes back in a run's title."""

NAME_LIMIT: Final = 255
"""Names from outside are cut to this many characters."""

COMPLETED: Final = "completed"
_URL_LIMIT: Final = 2048
_SOURCE_LIMIT: Final = 100
_ACTIONS: Final = "github-actions"  # the App that GitHub's own jobs report as

_GOING_ON: Final = {
    "queued": Progress.QUEUED,
    "waiting": Progress.QUEUED,
    "pending": Progress.QUEUED,
    "requested": Progress.QUEUED,
    "in_progress": Progress.RUNNING,
}
_OVER: Final = {
    "success": Progress.SUCCESS,
    "failure": Progress.FAILURE,
    "timed_out": Progress.FAILURE,
    "startup_failure": Progress.FAILURE,
    "action_required": Progress.FAILURE,
    "error": Progress.FAILURE,
    "cancelled": Progress.CANCELLED,
    "skipped": Progress.SKIPPED,
    "neutral": Progress.NEUTRAL,
    "stale": Progress.STALE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenRun:
    """A workflow run as an event or an answer tells it."""

    id: int
    attempt: int
    event: str  # what started it, e.g. workflow_dispatch
    path: str  # .github/workflows/release.yml, with or without @ref
    name: str
    title: str  # display_title
    sha: str
    status: str
    conclusion: str | None
    changed_at: datetime | None
    url: str
    is_from_fork: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenJob:
    """A job of a workflow run."""

    id: int
    run_id: int
    attempt: int
    name: str
    sha: str
    status: str
    conclusion: str | None
    changed_at: datetime | None
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenCheck:
    """A check run. `app` is the slug of the App that made it."""

    id: int
    app: str
    name: str
    sha: str
    status: str
    conclusion: str | None
    changed_at: datetime | None
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenStatus:
    """A commit status. `login` is who set it: anyone who may push can."""

    id: int
    context: str
    login: str
    sha: str
    state: str
    changed_at: datetime | None
    url: str


def progress_of(status: str, conclusion: str | None) -> Progress:
    """Return how far a thing has come; only the exact words completed and success give SUCCESS."""
    if status == COMPLETED:
        return _OVER.get(conclusion or "", Progress.OTHER)
    return _GOING_ON.get(status, Progress.OTHER)


def mark_in(title: str) -> str | None:
    """Return the last correlation id that stands in a run's title, or None."""
    found = MARK.findall(title)
    return str(found[-1]) if found else None


def workflow_file(path: str) -> str:
    """Return a workflow's file name from its path, which GitHub sometimes gives with `@ref` behind it."""
    return _cut(path.partition("@")[0].rpartition("/")[2], NAME_LIMIT)


def run_sighting(run: SeenRun) -> Sighting:
    """Say what was seen of one run.

    The mark is read from dispatched runs only: the titles of others are commit messages and pull request titles,
    which anybody may write.
    """
    return Sighting(
        kind=Sight.RUN,
        key=f"run:{run.id}",
        name=_cut(run.name, NAME_LIMIT),
        source=workflow_file(run.path),
        sha=_sha(run.sha),
        progress=progress_of(run.status, run.conclusion),
        order=_order(run.id, run.attempt, run.status, run.changed_at),
        url=_link(run.url),
        run_id=run.id,
        mark=mark_in(run.title) if run.event == "workflow_dispatch" else None,
    )


_TESTS_THE_COMMIT: Final = frozenset(
    {"create", "merge_group", "push", "release", "repository_dispatch", "schedule", "workflow_dispatch"}
)


def is_about_the_commit(run: SeenRun) -> bool:
    """Whether a run says something about the commit it names.

    Runs for pull requests build a merge with another branch and may come from a fork; a comment's run tests nothing.
    """
    return run.event in _TESTS_THE_COMMIT and not run.is_from_fork


def workflow_sighting(run: SeenRun) -> Sighting:
    """Say what a run means for its workflow: the newest run of a file is the workflow's state at that commit."""
    file = workflow_file(run.path)
    return Sighting(
        kind=Sight.WORKFLOW,
        key=f"workflow:{file}",
        name=file,
        source=file,
        sha=_sha(run.sha),
        progress=progress_of(run.status, run.conclusion),
        order=_order(run.id, run.attempt, run.status, run.changed_at),
        url=_link(run.url),
        run_id=run.id,
    )


def job_sighting(job: SeenJob) -> Sighting:
    """Say what was seen of one job; a job run again has a higher id and attempt under the same name."""
    name = _cut(job.name, NAME_LIMIT)
    return Sighting(
        kind=Sight.JOB,
        key=f"job:{job.run_id}:{name}",
        name=name,
        source=_ACTIONS,
        sha=_sha(job.sha),
        progress=progress_of(job.status, job.conclusion),
        order=_order(job.id, job.attempt, job.status, job.changed_at),
        url=_link(job.url),
        run_id=job.run_id,
    )


def check_sighting(check: SeenCheck) -> Sighting:
    """Say what was seen of one check run. The App is part of the key: another App's check of that name is another."""
    name, app = _cut(check.name, NAME_LIMIT), _cut(check.app, _SOURCE_LIMIT)
    return Sighting(
        kind=Sight.CHECK,
        key=f"check:{app}:{name}",
        name=name,
        source=app,
        sha=_sha(check.sha),
        progress=progress_of(check.status, check.conclusion),
        order=_order(check.id, 1, check.status, check.changed_at),
        url=_link(check.url),
    )


def status_sighting(status: SeenStatus) -> Sighting:
    """Say what was seen of one commit status. GitHub compares contexts without regard to case, so the key does."""
    context, login = _cut(status.context, NAME_LIMIT), _cut(status.login, _SOURCE_LIMIT)
    # a status has one word for both: pending is under way, each other word is how it ended
    is_pending = status.state == "pending"
    word, conclusion = ("pending", None) if is_pending else (COMPLETED, status.state)
    return Sighting(
        kind=Sight.STATUS,
        key=f"status:{context.lower()}:{login}",
        name=context,
        source=login,
        sha=_sha(status.sha),
        progress=progress_of(word, conclusion),
        order=_order(status.id, 1, word, status.changed_at),
        url=_link(status.url),
    )


def _order(id_: int, attempt: int, status: str, changed_at: datetime | None) -> tuple[int, int, int, int]:
    """Rank sightings of one thing. A status word of tomorrow is not over: what is completed must replace it."""
    return (id_, attempt, int(status == COMPLETED), int(changed_at.timestamp()) if changed_at else 0)


def _sha(text: str) -> Sha:
    return Sha(text.lower())


def _link(url: str) -> str:
    """Keep a web address. Whoever sets a status or check names any address he likes, `javascript:` too."""
    return url if url.startswith(("https://", "http://")) and len(url) <= _URL_LIMIT else ""


def _cut(text: str, limit: int) -> str:
    """Cut so that a cut text equals no whole one."""
    return text if len(text) <= limit else text[: limit - 1] + "…"
