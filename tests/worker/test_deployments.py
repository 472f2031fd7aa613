"""Answering jobs that wait for an environment, where GitHub or our own code does not do as it should."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from structlog.testing import capture_logs

from app.adapters.db.releases import SqlReleases
from app.domain.inputs import DeploymentRequested
from app.domain.release.effects import AnswerDeployment
from app.domain.release.events_deploy import Answer, DeploymentAnswered
from app.domain.release.model import Progress, Sight, Sighting
from app.ports import Commit, Missing, Planned, Rejected, Throttled, Unclear
from app.worker.deployments import ALARM_AFTER, GRACE
from app.worker.deployments_asked import DeploymentsAsked, deploy_key
from app.worker.draft import Draft
from tests.clock import NOON
from tests.given import OTHER_SHA, REPO, SHA
from tests.worker.workshop import Workshop

pytestmark = pytest.mark.anyio
KEY = deploy_key(REPO.id)
ASKED = DeploymentRequested(
    repo=REPO,
    environment="production",
    event="workflow_dispatch",
    sha=SHA,
    callback="https://api.github.com/repos/octo-org/app/actions/runs/500/deployment_protection_rule",
    deployment=1,
    at=NOON,
)
RUN = Sighting(
    kind=Sight.RUN,
    key="run:500",
    name="Release",
    source="release.yml",
    sha=SHA,
    progress=Progress.QUEUED,
    order=(500, 1, 0, 0),
    url="",
    run_id=500,
)


async def ask(shop: Workshop, asked: DeploymentRequested = ASKED, delivery: str = "d1") -> None:
    """Let GitHub ask, as the inbox takes it."""
    shop.github.sighting = RUN
    draft = Draft(await shop.releases.open_in(REPO.id), shop.bench.renderer)
    DeploymentsAsked(shop.bench).take(asked, delivery, draft)
    await shop.bench.write(draft)


async def drain(shop: Workshop, seconds: float = 0) -> None:
    await shop.clock.wind(seconds)
    await shop.ledger_worker.drain(KEY)


async def answers(shop: Workshop) -> Sequence[tuple[Answer, str]]:
    events = await shop.releases.events((await shop.release()).id)
    return [(event.answer, event.reason) for event in events if isinstance(event, DeploymentAnswered)]


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("a bug of ours"),
        Unclear("502"),
        Rejected(403, "no permission"),
        Throttled(NOON + timedelta(seconds=5)),
    ],
)
async def test_d28_whatever_goes_wrong_while_judging_the_question_stays_and_is_answered(
    shop: Workshop, error: Exception
) -> None:
    await ask(shop)
    shop.door.errors = [error]
    await drain(shop)
    assert shop.door.reviews == []
    assert await shop.entries() == [("deployment", "todo", 0 if isinstance(error, Throttled) else 1)]
    await drain(shop, 6)
    ((state, words),) = shop.door.reviews
    assert state == "rejected"
    assert "/release start" in words
    assert await shop.entries() == [("deployment", "done", 2 if not isinstance(error, Throttled) else 1)]


@pytest.mark.parametrize("error", [Missing(404, "Not Found"), Rejected(422, "nothing to approve")])
async def test_d28_what_is_not_there_is_looked_for_again_for_a_while_and_then_nobody_asks(
    shop: Workshop, error: Rejected
) -> None:
    await shop.open_release()
    await ask(shop)
    shop.door.errors = [error] * 100
    await drain(shop)
    assert (await shop.release()).waiting
    await drain(shop, GRACE.total_seconds())
    assert [answer for answer, _ in await answers(shop)] == [Answer.GONE]
    assert not (await shop.release()).waiting
    assert shop.door.reviews == []


async def test_d28_a_job_that_waits_no_more_is_answered_by_nobody(shop: Workshop) -> None:
    await shop.open_release()
    await ask(shop)
    shop.door.waited_for = ["staging"]
    await drain(shop)
    assert await answers(shop) == []
    await drain(shop, GRACE.total_seconds())
    assert await answers(shop) == [(Answer.GONE, "it waits for nothing any more")]


async def test_d28_a_job_that_github_does_not_list_yet_is_looked_for_again_after_a_fault_too(shop: Workshop) -> None:
    await shop.open_release()
    await ask(shop)
    shop.door.errors = [Unclear("502")]
    await drain(shop)
    shop.door.waited_for = []
    await drain(shop, 3)
    assert await answers(shop) == []
    shop.door.waited_for = ["production"]
    await drain(shop, 20)
    assert (await shop.entries())[0] == ("deployment", "todo", 1)  # it waits for the gate


async def test_d28_the_alarm_is_raised_once_and_the_answer_is_given_all_the_same(shop: Workshop) -> None:
    await shop.open_release()
    await ask(shop)
    shop.door.errors = [Unclear("502")] * 1_000
    with capture_logs() as logs:
        for _ in range(12):
            await shop.ledger_worker.drain(KEY)  # by another process each time
            await shop.clock.wind(ALARM_AFTER.total_seconds() / 5)
    assert "deployment.unanswered" in {one["event"] for one in logs if one["log_level"] == "error"}
    assert [kind for kind, _, _ in await shop.entries()] == ["deployment", "reply"]
    shop.door.errors = []
    await drain(shop, 400)
    await shop.ledger_worker.drain("release:r1")
    (words,) = shop.github.comments.values()
    assert "GitHub has not taken the answer for 10 minutes: 502" in words
    assert (await shop.release()).waiting  # the gate is not green, and the question is looked at again


async def test_d28_a_failure_long_after_another_raises_no_alarm_where_it_went_well_between(shop: Workshop) -> None:
    await shop.open_release()
    await ask(shop)
    one, other = shop.ledger_worker, shop.ledger_worker
    with capture_logs() as logs:
        for performer, errors in ((one, [Unclear("502")]), (other, []), (one, [Unclear("502")])):
            shop.door.errors = list(errors)
            await performer.drain(KEY)
            await shop.clock.wind(2 * ALARM_AFTER.total_seconds())
    assert [log["event"] for log in logs if log["event"].startswith("deployment.")] == ["deployment.postponed"] * 2


class Died(BaseException):
    """The process is gone: nothing of ours catches it. KeyboardInterrupt would end the tests as well."""


class Dying(SqlReleases):
    """The process dies before anything is written."""

    async def commit(self, commit: Commit, now: datetime) -> None:
        del commit, now
        raise Died


async def die_after_the_answer(shop: Workshop) -> None:
    """Have the oldest question answered on GitHub, and not written down."""
    shop.github.sighting = replace(RUN, sha=OTHER_SHA)
    bench = replace(shop.bench, releases=Dying(shop.database))
    with pytest.raises(Died):
        await replace(shop, bench=bench).ledger_worker.drain(KEY)
    assert [state for state, _ in shop.door.reviews] == ["rejected"]


async def test_d28_what_was_said_before_the_process_died_is_written_down_as_said(shop: Workshop) -> None:
    await shop.open_release()
    await ask(shop)
    await die_after_the_answer(shop)
    await drain(shop, 61)
    assert await answers(shop) == [(Answer.TURNED_AWAY, "other commit")]
    assert len(shop.door.reviews) == 1


async def test_d28_another_job_of_the_run_knows_what_was_said_as_well(shop: Workshop) -> None:
    """One answer lets all of them in: whichever question is looked at first, the log is the same."""
    await shop.open_release()
    await ask(shop)
    await ask(shop, replace(ASKED, deployment=2))
    await die_after_the_answer(shop)
    await drain(shop, 30)
    await drain(shop, 61)
    assert await answers(shop) == [(Answer.TURNED_AWAY, "other commit")] * 2
    assert not (await shop.release()).waiting


async def test_d28_what_github_did_not_take_was_not_said(shop: Workshop) -> None:
    await shop.open_release()
    await ask(shop)
    shop.github.sighting = replace(RUN, sha=OTHER_SHA)
    shop.door.refusals = [Rejected(403, "no permission")]
    await drain(shop)
    shop.door.waited_for = []
    await drain(shop, GRACE.total_seconds())
    assert await answers(shop) == [(Answer.GONE, "it waits for nothing any more")]


async def test_d28_what_was_said_in_vain_and_is_not_to_be_said_any_more_was_not_said(shop: Workshop) -> None:
    await shop.open_release()
    await ask(shop)
    shop.github.sighting = replace(RUN, sha=OTHER_SHA)
    shop.door.refusals = [Unclear("502")]
    await drain(shop)
    shop.github.sighting = RUN
    await drain(shop, 40)  # it waits, so the first answer never came through
    shop.door.waited_for = []
    await drain(shop, 120)
    assert await answers(shop) == [(Answer.GONE, "it waits for nothing any more")]


async def test_d28_github_has_failed_the_job_by_itself_long_ago(shop: Workshop) -> None:
    await ask(shop)
    shop.door.errors = [Unclear("502")] * 2
    await drain(shop)
    await drain(shop, timedelta(days=31).total_seconds())
    assert await shop.entries() == [("deployment", "failed", 2)]


async def test_d28_the_same_question_is_taken_once_and_is_not_shown_again_after_its_answer(shop: Workshop) -> None:
    await shop.open_release()
    await ask(shop)
    await ask(shop, delivery="d2")
    assert len(await shop.entries()) == 1
    await shop.happened(
        DeploymentAnswered(
            key=_effect().key, environment="production", run_id=500, answer=Answer.LET_IN, reason="green", at=NOON
        )
    )
    await ask(shop, delivery="d3")
    assert not (await shop.release()).waiting


async def test_d28_questions_without_a_deployment_are_told_apart_by_their_deliveries(shop: Workshop) -> None:
    nameless = replace(ASKED, deployment=None, at=None)
    await ask(shop, nameless, "d1")
    await ask(shop, nameless, "d1")
    await ask(shop, nameless, "d2")
    assert [kind for kind, _, _ in await shop.entries()] == ["deployment", "deployment"]


async def test_d28_a_foreign_address_is_told_in_the_log_and_queues_nothing(shop: Workshop) -> None:
    with capture_logs() as logs:
        await ask(shop, replace(ASKED, callback="https://evil.example/" + "x" * 5_000))
    assert await shop.entries() == []
    (line,) = [one for one in logs if one["event"] == "callback.foreign"]
    assert line["log_level"] == "error"
    assert len(line["callback"]) == 200


async def test_nothing_is_hurried_where_nobody_waits(shop: Workshop) -> None:
    desk = shop.deployment_desk
    await desk.hurry(str(REPO.id))
    assert shop.scheduler.woken == []
    await shop.releases.commit(
        Commit(effects=[Planned(key=KEY, release=None, effect=_effect())]), shop.clock.now() + timedelta(minutes=5)
    )
    await desk.hurry(str(REPO.id))
    assert shop.scheduler.woken == [f"ledger:{KEY}"]


def _effect() -> AnswerDeployment:
    return AnswerDeployment(
        repo=REPO, run_id=500, environment="production", event="workflow_dispatch", sha=SHA, asked="1", asked_at=NOON
    )
