"""Whether a job may go into an environment: only what the gate lets out, or what the gate itself waits for."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from urllib.parse import SplitResult, quote, urlsplit

from app.domain.plan.model import Plan
from app.domain.release.commit_gate import judge_commit
from app.domain.release.effects import AnswerDeployment
from app.domain.release.gate import GateState
from app.domain.release.model import Release, RunState, Sighting
from app.domain.release.readiness import counted_phases
from app.domain.values import Repo

DEADLINE: Final = timedelta(days=29)
"""How long a job is kept waiting before it is turned away: GitHub itself lets it fail after 30 days."""

_OF_PULLS: Final = ("pull_request", "merge_group")
_PORTS: Final = {"https": 443, "http": 80}


class Why(StrEnum):
    """Why a job is turned away."""

    OTHER_COMMIT = "other-commit"  # the run is at another commit than GitHub asked about
    PULL_REQUEST = "pull-request"  # what runs is a merge that no release is about
    NO_RELEASE = "no-release"  # nobody releases that commit
    GIVEN_UP = "given-up"  # somebody did, and has given it up
    TOO_LATE = "too-late"  # it has waited until the deadline


@dataclass(frozen=True, slots=True, kw_only=True)
class LetIn:
    """It may go in: since the gate is green, or as the run of a task that the gate waits for."""

    release: Release
    task: str | None = None  # its label


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnedAway:
    """It may not, and waiting is of no use."""

    why: Why
    found: str = ""  # the commit of the run, where it is another one


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptWaiting:
    """Not yet: it is asked again whenever something changes."""

    release: Release
    state: GateState
    is_stopped: bool = False  # by a hold, a veto or a no-go: the task that it runs would be let in otherwise


Judged = LetIn | TurnedAway | KeptWaiting


def run_asked_about(callback: str, api: str, repo: Repo) -> int | None:
    """Return the run that an address to answer at is about; None where that is not this repository on our GitHub.

    The address came with a webhook. Only the number is ever taken from it: no token goes to where it points.
    """
    try:
        told, ours = urlsplit(callback), urlsplit(api)
        if _origin(told) != _origin(ours) or told.username is not None or told.password is not None:
            return None
    except ValueError:  # a port that is none, brackets that do not close
        return None
    if told.query or told.fragment or told.geturl() != callback:  # nothing was passed over in silence
        return None
    home = f"{ours.path.rstrip('/')}/repos/{quote(repo.owner, safe='')}/{quote(repo.name, safe='')}"
    rest = r"/actions/runs/([1-9][0-9]{0,18})/deployment_protection_rule"
    found = re.fullmatch(re.escape(home) + rest, told.path, re.IGNORECASE | re.ASCII)
    return int(found[1]) if found else None


def judge_deployment(
    asked: AnswerDeployment, run: Sighting, at: Sequence[tuple[Plan, Release]], now: datetime
) -> Judged:
    """Judge a job by the run as GitHub has it, and by the releases whose target its commit is.

    A task that counts for the gate has to run before the gate can be green: its own run, which we have started, is
    let in unless the release is stopped. Everything else waits for the green gate of exactly that commit.
    """
    if run.sha != asked.sha:
        return TurnedAway(why=Why.OTHER_COMMIT, found=run.sha)
    if asked.event.startswith(_OF_PULLS):
        return TurnedAway(why=Why.PULL_REQUEST)
    judged = judge_commit(at)
    if judged is None:
        return TurnedAway(why=Why.NO_RELEASE)
    lead, state = judged.release, judged.verdict.state
    if state is GateState.SUCCESS:
        return LetIn(release=lead)
    if lead.closed is not None and lead.closed.how == "abandoned":
        return TurnedAway(why=Why.GIVEN_UP)
    still_open = [one for one in at if one[1].closed is None]
    own = next((found for plan, release in still_open if (found := _as_task(asked, run, plan, release))), None)
    is_stopped = any(map(_is_stopped, (release for _, release in still_open)))
    if own is not None and not is_stopped:
        return own
    if now - asked.asked_at >= DEADLINE:
        return TurnedAway(why=Why.TOO_LATE)
    return KeptWaiting(release=lead, state=state, is_stopped=own is not None)


def _as_task(asked: AnswerDeployment, run: Sighting, plan: Plan, release: Release) -> LetIn | None:
    """Return the permission of a run that we have started for a task that counts for the gate.

    Whoever may write can run it again: only the attempts that we have asked for are ours.
    """
    known = next((one for one in release.runs.values() if one.run_id == asked.run_id), None)
    if known is None or known.state is not RunState.STARTED or run.mark not in (None, known.mark):
        return None
    if run.order[1] not in (1, *known.reruns):
        return None
    task = next((t for phase in counted_phases(plan) for t in phase.tasks if t.id == known.task), None)
    return None if task is None else LetIn(release=release, task=task.label)


def _is_stopped(release: Release) -> bool:
    is_no_go = release.call is not None and not release.call.is_go
    return bool(release.holds or release.vetoes) or is_no_go


def _origin(url: SplitResult) -> tuple[str, str, int | None]:
    scheme = url.scheme.lower()
    return scheme, (url.hostname or "").lower(), url.port or _PORTS.get(scheme)
