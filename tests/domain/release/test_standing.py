"""How an item that waits for a job stands: bound to its task's own run where the task has one."""

import pytest

from app.domain.plan.reader import read_plan
from app.domain.release.items import State
from app.domain.release.model import Progress, Sight
from app.domain.release.standing import standing
from app.domain.values import Sha
from tests.domain.plan.reading import items
from tests.given import OTHER_SHA, PLAN, SHA, release, requested, seen, sighting, started

BY_PEOPLE = read_plan('# Release\n\n- [ ] Built <!-- gonogo: evidence="job=build (linux)" -->\n', version="1.0.0")


@pytest.mark.parametrize(
    ("progress", "sha", "state"),
    [
        (Progress.SUCCESS, SHA, State.DONE),
        (Progress.FAILURE, SHA, State.FAILED),
        (Progress.RUNNING, SHA, State.RUNNING),
        (Progress.SUCCESS, OTHER_SHA, State.OPEN),
    ],
)
def test_a_task_without_a_run_of_its_own_takes_a_job_of_any_run_at_the_target(
    progress: Progress, sha: Sha, state: State
) -> None:
    job = sighting(Sight.JOB, "build (linux)", progress, run_id=77, sha=sha)
    (item,) = items(BY_PEOPLE)
    found = standing(BY_PEOPLE, release(seen(job))).of(item.id)
    assert found is not None
    assert found.state is state


@pytest.mark.parametrize(("run_id", "state"), [(500, State.DONE), (77, State.OPEN)])
def test_a_task_with_a_run_of_its_own_takes_no_other_run_s_job(run_id: int, state: State) -> None:
    job = sighting(Sight.JOB, "build (linux)", run_id=run_id)
    built = next(PLAN.items())
    found = standing(PLAN, release(requested(), started(), seen(job))).of(built.id)
    assert found is not None
    assert found.state is state
