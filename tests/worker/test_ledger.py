"""Performing the ledger: each effect once, in order, with what follows; what fails for good holds nothing up."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from app.domain.release.effects import CancelRun, Effect, MoveCandidate, React, Reply, RerunRun, Unlabel
from app.domain.release.events import Event
from app.domain.release.events_course import PlanAdopted, ReleaseAbandoned
from app.domain.release.model import Progress, RunState, Sight
from app.domain.values import Repo, Sha, TaskId
from app.ports import Entry, Missing, Rejected, StartedRun, Throttled, Unclear
from app.worker.breaker import LIMIT
from app.worker.draft import reply_mark
from tests.clock import NOON
from tests.given import MANAGER, NOW, OTHER_SHA, REPO, SHA, requested, retargeted, run_seen, seen, sighting, started
from tests.worker.fakes import FakeGitHub
from tests.worker.test_dispatching import MARKED
from tests.worker.workshop import R1, Rival, Workshop

pytestmark = pytest.mark.anyio

KEY = "release:r1"
TASK = TaskId("1.1")
DISPATCH = replace(MARKED, mark=requested().mark)
EYES = React(repo=REPO, comment=900, content="eyes")
REPLY = Reply(repo=REPO, issue=12, mark="abc", body=f"Words.\n\n{reply_mark('abc')}")
RERUN = RerunRun(repo=REPO, task=TASK, run_id=500, after_attempt=1, failed_only=False, comment=900, issue=12)
CANCEL = CancelRun(repo=REPO, task=TASK, run_id=500, attempt=1, comment=900, issue=12)

MOVE = MoveCandidate(repo=REPO, branch="gonogo/1.0.0", before=SHA, sha=OTHER_SHA, issue=12, asked="d1:0")
NEW_PLAN = PlanAdopted(
    plan_path="RELEASE.md",
    plan_blob=Sha("c" * 40),
    plan_text="- [ ] Ship\n",
    tag="v1.0.0",
    people={},
    items={},
    tasks={},
    by=MANAGER,
    at=NOW,
)
UNLABEL = Unlabel(repo=REPO, issue=12, label="release:sign", key="k")


async def drain(shop: Workshop, *effects: Effect) -> None:
    await shop.plan(*effects)
    await shop.ledger_worker.drain(KEY)


async def drain_again(shop: Workshop, seconds: float) -> None:
    await shop.clock.wind(seconds)
    await shop.ledger_worker.drain(KEY)


async def state_of_the_run(shop: Workshop) -> RunState:
    return (await shop.release()).runs[TASK].state


# -- what goes well --------------------------------------------------------------------------------------------


async def test_effects_are_performed_in_order(shop: Workshop) -> None:
    await shop.open_release()
    await drain(shop, EYES, REPLY)
    assert shop.github.calls == ["react", "comment"]
    assert await shop.entries() == [("react", "done", 1), ("reply", "done", 1)]


async def test_a_dispatch_is_written_down_with_its_run_and_a_rocket_follows(shop: Workshop) -> None:
    await shop.open_release(requested())
    await drain(shop, DISPATCH)
    run = (await shop.release()).runs[TASK]
    assert (run.state, run.run_id) == (RunState.STARTED, 500)
    assert shop.github.reactions == ["rocket"]
    assert {"show:r1", f"ledger:{KEY}"} <= set(shop.scheduler.woken)


async def test_a_run_is_run_again_and_another_is_cancelled(shop: Workshop) -> None:
    await shop.open_release(requested(), started())
    await drain(shop, RERUN, CANCEL)
    assert [c for c in shop.github.calls if c != "react"] == ["rerun", "cancel"]
    assert shop.github.reactions == ["rocket"]  # one of a kind per comment


# -- looked for before it is done again ----------------------------------------------------------------------------


async def test_a_reply_whose_answer_was_lost_is_not_written_twice(shop: Workshop) -> None:
    await shop.open_release()
    shop.github.errors["comment"] = [Unclear("timeout")]
    shop.github.comments[1000] = REPLY.body  # it had been written all the same
    await drain(shop, REPLY)
    await drain_again(shop, 2)
    assert shop.github.calls == ["comment", "find_comment"]
    assert await shop.entries() == [("reply", "done", 2)]


async def test_a_reply_that_never_arrived_is_written_then(shop: Workshop) -> None:
    await shop.open_release()
    shop.github.errors["comment"] = [Unclear("timeout")]
    await drain(shop, REPLY)
    await drain_again(shop, 2)
    assert list(shop.github.comments.values()) == [REPLY.body]


@pytest.mark.parametrize(("attempt", "calls"), [(2, 1), (1, 2)])
async def test_a_rerun_is_asked_for_again_only_while_the_run_is_at_its_old_attempt(
    shop: Workshop, attempt: int, calls: int
) -> None:
    await shop.open_release(requested(), started())
    shop.github.errors["rerun"] = [Unclear("timeout")]
    shop.github.sighting = replace(run_seen(), order=(500, attempt, 0, 0))
    await drain(shop, RERUN)
    await drain_again(shop, 2)
    assert shop.github.calls.count("rerun") == calls
    assert (await shop.entries())[0] == ("rerun", "done", 2)


async def test_a_dispatch_in_doubt_is_looked_for_every_ten_seconds(shop: Workshop) -> None:
    await shop.open_release(requested())
    shop.github.errors["dispatch"] = [Unclear("timeout")]
    await drain(shop, DISPATCH, EYES)
    assert shop.scheduler.alarms[f"ledger:{KEY}"] == NOON + timedelta(seconds=10)
    shop.github.runs[DISPATCH.mark] = StartedRun(id=500, url="https://github.com/octo-org/app/actions/runs/500")
    await drain_again(shop, 10)
    assert await state_of_the_run(shop) is RunState.STARTED
    assert len(shop.github.refs) == 1


# -- what GitHub turns down ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "error", [Rejected(403, "This issue is locked"), Rejected(410, "Issues are disabled"), Missing(404, "Not Found")]
)
async def test_words_nobody_will_take_are_given_up_and_hold_nothing_up(shop: Workshop, error: Rejected) -> None:
    await shop.open_release(requested())
    shop.github.errors.update({"react": [error], "comment": [error]})
    await drain(shop, EYES, REPLY, DISPATCH)
    assert (await shop.entries())[:3] == [("react", "failed", 1), ("reply", "failed", 1), ("dispatch", "done", 1)]


async def test_a_dispatch_that_is_turned_down_is_answered(shop: Workshop) -> None:
    await shop.open_release(requested())
    shop.github.errors["dispatch"] = [Rejected(422, "No ref found for: main")]
    await drain(shop, DISPATCH)
    assert await state_of_the_run(shop) is RunState.REFUSED
    assert shop.github.reactions == ["-1"]
    (answer,) = shop.github.comments.values()
    assert "GitHub answered 422" in answer


async def test_a_branch_that_cannot_be_looked_at_refuses_the_run_before_it_is_sent(shop: Workshop) -> None:
    await shop.open_release(requested())
    shop.github.errors["head_of"] = [Rejected(403, "Resource not accessible by integration")]
    await drain(shop, DISPATCH)
    assert await state_of_the_run(shop) is RunState.REFUSED
    assert shop.github.refs == []


async def test_a_refusal_while_looking_for_a_run_that_was_sent_is_no_refusal_of_the_run(shop: Workshop) -> None:
    await shop.open_release(requested())
    shop.github.errors.update({"dispatch": [Unclear("timeout")], "find_run": [None, Rejected(403, "no")]})
    await drain(shop, DISPATCH)
    await drain_again(shop, 10)
    assert await state_of_the_run(shop) is RunState.UNCLEAR


@pytest.mark.parametrize(("effect", "method", "verb"), [(RERUN, "rerun", "run again"), (CANCEL, "cancel", "cancel")])
async def test_a_run_that_github_will_not_touch_is_told(shop: Workshop, effect: Effect, method: str, verb: str) -> None:
    await shop.open_release(requested(), started())
    shop.github.errors[method] = [Rejected(403, "This workflow run cannot be touched")]
    shop.github.sighting = run_seen(Progress.RUNNING)
    await drain(shop, effect)
    (answer,) = shop.github.comments.values()
    assert "cannot be touched" in answer
    assert verb in answer
    assert shop.github.reactions == ["-1"]


@pytest.mark.parametrize(
    ("progress", "reaction", "says"),
    [
        (Progress.CANCELLED, "rocket", []),
        (Progress.SUCCESS, "-1", ["it had ended before, with success"]),
        (Progress.RUNNING, "-1", ["GitHub answered 409"]),
    ],
)
async def test_a_run_that_could_not_be_stopped_is_told_unless_it_is_stopped(
    shop: Workshop, progress: Progress, reaction: str, says: list[str]
) -> None:
    await shop.open_release(requested(), started())
    shop.github.errors["cancel"] = [Rejected(409, "Cannot cancel a workflow run that is completed")]
    shop.github.sighting = run_seen(progress)
    await drain(shop, CANCEL)
    assert shop.github.reactions == [reaction]
    assert [word for text in shop.github.comments.values() for word in says if word in text] == says


# -- the candidate branch and labels -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "stands", "expected"),
    [
        ("at the target before", SHA, OTHER_SHA),
        ("moved already", OTHER_SHA, OTHER_SHA),
        ("where somebody put it", Sha("c3" * 20), Sha("c3" * 20)),
        ("nowhere", None, None),
    ],
)
async def test_the_candidate_branch_goes_along_only_from_where_it_was(
    shop: Workshop, name: str, stands: Sha | None, expected: Sha | None
) -> None:
    await shop.open_release()
    if stands is not None:
        shop.github.heads["gonogo/1.0.0"] = stands
    await drain(shop, MOVE)
    assert shop.github.heads.get("gonogo/1.0.0") == expected, name
    assert await shop.entries() == [("candidate", "done", 1)]


async def test_a_move_whose_answer_was_lost_is_not_made_twice(shop: Workshop) -> None:
    await shop.open_release()
    shop.github.heads["gonogo/1.0.0"] = SHA
    shop.github.errors["move_branch"] = [Unclear("timeout")]
    await drain(shop, MOVE)
    shop.github.heads["gonogo/1.0.0"] = OTHER_SHA  # it had been made all the same
    await drain_again(shop, 2)
    assert shop.github.calls.count("move_branch") == 1


async def test_a_label_that_was_a_command_is_taken_off(shop: Workshop) -> None:
    await shop.open_release()
    shop.github.labels[12] = ["bug", "release:sign"]
    await drain(shop, UNLABEL)
    assert shop.github.labels[12] == ["bug"]
    assert await shop.entries() == [("unlabel", "done", 1)]


@pytest.mark.parametrize(("effect", "method"), [(UNLABEL, "remove_label"), (MOVE, "head_of")])
async def test_what_github_will_not_do_with_a_label_or_a_branch_is_given_up(
    shop: Workshop, effect: Effect, method: str
) -> None:
    await shop.open_release(requested())
    shop.github.errors[method] = [Rejected(403, "Resource not accessible by integration")]
    await drain(shop, effect, EYES)
    assert [state for _, state, _ in await shop.entries()] == ["failed", "done"]


# -- a release that has changed meanwhile ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "event", "says"),
    [
        ("moved", retargeted(), "the release has moved from"),
        ("over", ReleaseAbandoned(by=MANAGER, reason="no", at=NOW), "the release is over"),
        ("not in the plan any more", NEW_PLAN, "has changed since it was asked for"),
    ],
)
async def test_d6_a_run_that_nobody_wants_any_more_is_not_started(
    shop: Workshop, name: str, event: Event, says: str
) -> None:
    await shop.open_release(requested(), event)
    await drain(shop, DISPATCH)
    assert shop.github.refs == [], name
    (answer,) = shop.github.comments.values()
    assert says in answer
    assert shop.github.reactions == ["-1"]


async def test_a_run_that_a_webhook_told_of_is_not_started_again(shop: Workshop) -> None:
    await shop.open_release(requested(), started())
    await drain(shop, DISPATCH)
    assert shop.github.refs == []
    assert shop.github.reactions == ["rocket"]


# -- too many answers ---------------------------------------------------------------------------------------------------


async def test_d18_an_issue_is_never_flooded_with_answers(shop: Workshop) -> None:
    await shop.open_release()
    replies = [replace(REPLY, mark=f"m{number}", body=f"Words.\n\n{reply_mark(f'm{number}')}") for number in range(20)]
    await drain(shop, *replies)
    written = list(shop.github.comments.values())
    assert len(written) == LIMIT + 1
    assert written[:LIMIT] == [reply.body for reply in replies[:LIMIT]]
    assert f"{LIMIT}" in written[-1]
    assert reply_mark(f"m{LIMIT}") in written[-1]
    assert {state for _, state, _ in await shop.entries()} == {"done"}


async def test_an_answer_that_could_not_be_written_takes_up_no_room(shop: Workshop) -> None:
    await shop.open_release()
    shop.github.errors["comment"] = [Unclear("502")] * 3
    at_work = shop.ledger_worker
    replies = [
        replace(REPLY, mark=f"m{number}", body=f"Words.\n\n{reply_mark(f'm{number}')}") for number in range(LIMIT)
    ]
    await shop.plan(*replies)
    await at_work.drain(KEY)
    await shop.clock.wind(4)
    await at_work.drain(KEY)
    assert len(shop.github.comments) == LIMIT
    assert all("Words." in body for body in shop.github.comments.values())


# -- what is only put off --------------------------------------------------------------------------------------------


async def test_a_rate_limit_puts_an_effect_off_until_it_is_over(shop: Workshop) -> None:
    await shop.open_release()
    over = NOON + timedelta(minutes=9)
    shop.github.errors["comment"] = [Throttled(over)]
    await drain(shop, REPLY)
    assert shop.scheduler.alarms[f"ledger:{KEY}"] == over
    await drain_again(shop, 9 * 60)
    assert list(shop.github.comments.values()) == [REPLY.body]


async def test_an_effect_that_is_put_off_holds_up_no_other(shop: Workshop) -> None:
    await shop.open_release()
    shop.github.errors["comment"] = [Unclear("502")]
    await drain(shop, REPLY, EYES)
    assert await shop.entries() == [("reply", "todo", 1), ("react", "done", 1)]


async def test_each_failure_waits_longer_until_five_minutes_and_then_it_is_given_up(shop: Workshop) -> None:
    await shop.open_release()
    shop.github.errors["react"] = [Unclear("502")] * 20
    await drain(shop, EYES)
    waits: list[float] = []
    while (due := await shop.next_due(KEY)) is not None:
        waits.append((due - shop.clock.now()).total_seconds())
        await drain_again(shop, waits[-1])
    assert (waits[:4], waits[-1], len(waits)) == ([2, 4, 8, 16], 300, 19)
    assert await shop.entries() == [("react", "failed", 20)]


async def test_a_rerun_that_stays_in_doubt_is_given_up_without_a_word(shop: Workshop) -> None:
    await shop.open_release(requested(), started())
    shop.github.errors["rerun"] = [Unclear("502")] * 20
    shop.github.sighting = run_seen(Progress.FAILURE)
    await drain(shop, RERUN)
    while (due := await shop.next_due(KEY)) is not None:
        await drain_again(shop, (due - shop.clock.now()).total_seconds())
    assert (await shop.entries())[0] == ("rerun", "done", 20)


# -- beside others -----------------------------------------------------------------------------------------------------


async def test_an_outcome_is_decided_again_when_the_release_moved_on_meanwhile(shop: Workshop) -> None:
    await shop.open_release(requested())
    lint = seen(sighting(Sight.CHECK, "lint", source="github-actions"))
    await shop.plan(DISPATCH)
    late = replace(shop.bench, releases=Rival(shop, lambda: shop.happened(lint)))
    await replace(shop, bench=late).ledger_worker.drain(KEY)
    assert [e.kind for e in await shop.releases.events(R1)][-2:] == ["seen", "run_started"]
    assert len(shop.github.refs) == 1


class SlowGitHub(FakeGitHub):
    """While it thinks, the lease runs out and another worker does the same work."""

    shop: Workshop | None = None

    async def react(self, repo: Repo, comment: int, content: str) -> None:
        shop, self.shop = self.shop, None
        await super().react(repo, comment, content)
        if shop is not None:
            await drain_again(shop, 61)


async def test_a_worker_that_wakes_after_its_lease_writes_nothing(shop: Workshop) -> None:
    await shop.open_release()
    slow = SlowGitHub()
    slow.shop = shop
    await shop.plan(EYES)
    await replace(shop, bench=replace(shop.bench, github=slow)).ledger_worker.drain(KEY)
    assert (slow.reactions, shop.github.reactions) == (["eyes"], ["eyes"])
    assert await shop.entries() == [("react", "done", 2)]


# -- in whose hands a row is --------------------------------------------------------------------------------------


class Slow(FakeGitHub):
    """A GitHub that does not answer until it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.go_on = asyncio.Event(), asyncio.Event()

    async def react(self, repo: Repo, comment: int, content: str) -> None:
        self.asked.set()
        await self.go_on.wait()
        await super().react(repo, comment, content)


@pytest.fixture
async def slow(shop: Workshop) -> AsyncIterator[tuple[Slow, asyncio.Task[None]]]:
    """One row in hand, of which nobody knows how long it takes."""
    await shop.open_release()
    await shop.plan(EYES)
    github = shop.github = Slow()
    shop.bench = replace(shop.bench, github=github)
    draining = asyncio.create_task(shop.ledger_worker.drain(KEY))
    await github.asked.wait()
    yield github, draining
    draining.cancel()
    await asyncio.gather(draining, return_exceptions=True)


async def winding(shop: Workshop, seconds: float) -> None:
    """Let time pass, with the database's answers in between: they come from a thread."""
    for _ in range(int(seconds)):
        await shop.clock.wind(1)
        await shop.ledger.keys()


async def test_a_row_that_takes_long_stays_in_our_hands(shop: Workshop, slow: tuple[Slow, asyncio.Task[None]]) -> None:
    github, draining = slow
    await winding(shop, 60)
    now = shop.clock.now()
    assert not isinstance(await shop.ledger.claim(KEY, now, now + timedelta(minutes=1)), Entry)
    github.go_on.set()
    await draining
    assert await shop.entries() == [("react", "done", 1)]


async def test_a_row_that_somebody_else_has_by_now_is_dropped(
    shop: Workshop, slow: tuple[Slow, asyncio.Task[None]]
) -> None:
    github, draining = slow
    shop.clock.advance(1)
    span = timedelta(seconds=30)
    ahead = shop.clock.now() + span  # as if we had stood still for so long
    taken = await shop.ledger.claim(KEY, ahead, ahead + span)
    assert isinstance(taken, Entry)
    with capture_logs() as logs:
        await winding(shop, 5)
        await draining
    assert [log["event"] for log in logs] == ["effect.lost"]
    assert github.calls == []
    assert await shop.entries() == [("react", "todo", 2)]


async def test_a_database_that_is_away_for_a_moment_takes_nothing_from_us(
    shop: Workshop, slow: tuple[Slow, asyncio.Task[None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> bool:
        raise OSError("no database")

    github, draining = slow
    with monkeypatch.context() as patch, capture_logs() as logs:
        patch.setattr(shop.ledger, "renew", away)
        await winding(shop, 5)
    assert {log["event"] for log in logs} == {"effect.not_renewed"}
    github.go_on.set()
    await draining
    assert await shop.entries() == [("react", "done", 1)]


async def test_who_is_told_to_stop_gives_its_row_back_at_once(
    shop: Workshop, slow: tuple[Slow, asyncio.Task[None]]
) -> None:
    _, draining = slow
    draining.cancel()
    with pytest.raises(asyncio.CancelledError):
        await draining
    now = shop.clock.now()
    again = await shop.ledger.claim(KEY, now, now + timedelta(minutes=1))
    assert isinstance(again, Entry)
    assert again.attempts == 2  # it may have been done: whoever has it now looks first
