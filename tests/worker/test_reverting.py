"""Deleting a tag and stopping its runs: only after all was read anew, and never for what it is not any more."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.guard.effects import CancelTagRuns, DeleteTag, OpenIssue
from app.domain.guard.outcomes import GateIsGreen, TagDeleted, TagNotDeletable, TagOutcome, TagOvertaken
from app.domain.release.events_guard import TagRunsCancelled
from app.domain.release.gate import GateState
from app.domain.release.model import Progress, Sighting
from app.domain.values import Sha
from app.ports import GitHubError, Missing, Rejected, Throttled, Unclear
from app.worker.reverting import TagReverter
from tests.clock import NOON
from tests.given import OTHER_SHA, REPO, SHA, run_seen
from tests.worker.guarding import TAG_OBJECT, FleetingGitHub, GatesByHand, tag
from tests.worker.workshop import Workshop

pytestmark = pytest.mark.anyio

KEY = "release:r1"
DELETE = DeleteTag(repo=REPO, tag="v1.0.0", object=TAG_OBJECT, commit=SHA, issue=12, told="t")
CANCEL = CancelTagRuns(repo=REPO, tag="v1.0.0", commit=SHA, told="t", issue=12)
NOT_OURS = Rejected(403, "Resource not accessible by integration")
NO = Rejected(422, "Cannot delete this tag")
ISSUE = OpenIssue(repo=REPO, title="Look", body="<!-- gonogo:reply:m -->", mark="m")


async def deleted(shop: Workshop, effect: DeleteTag = DELETE, gates: GatesByHand | None = None) -> TagOutcome:
    return await TagReverter(shop.github, gates or GatesByHand(shop), shop.memory, shop.clock).delete(effect)


async def drained(shop: Workshop) -> list[str]:
    """Perform the ledger, and return the kinds of what is in the release's log since its start."""
    await shop.ledger_worker.drain(KEY)
    return [event.kind for event in await shop.releases.events((await shop.release()).id)][1:]


async def test_a_tag_that_stands_as_told_is_deleted(shop: Workshop) -> None:
    await shop.open_release()
    tag(shop)
    assert await deleted(shop) == TagDeleted()
    assert shop.github.tagged == {}
    assert await deleted(shop) == TagDeleted()  # again: it is not there any more
    assert shop.github.calls.count("delete_tag") == 1


async def test_a_tag_whose_gate_is_found_green_stays(shop: Workshop) -> None:
    await shop.open_release()
    tag(shop)
    assert await deleted(shop, gates=GatesByHand(shop, true=GateState.SUCCESS)) == GateIsGreen()
    assert list(shop.github.tagged) == ["v1.0.0"]


async def test_a_tag_that_stands_elsewhere_by_now_stays(shop: Workshop) -> None:
    await shop.open_release()
    tag(shop, made=Sha("d5" * 20))
    assert await deleted(shop) == TagOvertaken()
    assert list(shop.github.tagged) == ["v1.0.0"]


async def test_a_tag_that_github_keeps_is_not_called_deleted(shop: Workshop) -> None:
    await shop.open_release()
    tag(shop)
    shop.github.errors["delete_tag"] = [NO]
    assert await deleted(shop) == TagNotDeletable(reason="GitHub answered 422: Cannot delete this tag")


async def test_a_refusal_to_delete_what_is_gone_is_no_failure(shop: Workshop) -> None:
    await shop.open_release()
    tag(shop)
    github = FleetingGitHub(tagged=shop.github.tagged)
    reverter = TagReverter(github, GatesByHand(shop), shop.memory, shop.clock)
    assert await reverter.delete(DELETE) == TagDeleted()


@pytest.mark.parametrize(
    ("effect", "reads"),
    [(DELETE, 1), (DeleteTag(repo=REPO, tag="v1.0.0", object=TAG_OBJECT, commit=OTHER_SHA, issue=12, told="t"), 0)],
)
async def test_a_gate_is_read_anew_where_there_is_one(shop: Workshop, effect: DeleteTag, reads: int) -> None:
    await shop.open_release()
    tag(shop)
    gates = GatesByHand(shop)
    await deleted(shop, effect, gates)
    assert gates.reread_times == reads


async def test_where_the_gate_cannot_be_read_nothing_is_deleted_or_cancelled_and_that_is_told(shop: Workshop) -> None:
    await shop.open_release()
    tag(shop)
    shop.github.errors["head_of"] = [Rejected(403, "Resource not accessible by integration")]
    await shop.plan(DELETE)
    assert await drained(shop) == ["tag_left"]
    assert list(shop.github.tagged) == ["v1.0.0"]
    assert "could not be read anew: GitHub answered: " in shop.github.comments[1000]
    assert [kind for kind, _, _ in await shop.entries()] == ["delete_tag", "reply"]


async def test_an_unclear_answer_is_asked_for_again(shop: Workshop) -> None:
    await shop.open_release()
    tag(shop)
    shop.github.errors["delete_tag"] = [Unclear("timeout")]
    await shop.plan(DELETE)
    assert await drained(shop) == []
    shop.github.tagged.clear()  # it had been done all the same
    await shop.clock.wind(5)
    assert await drained(shop) == ["tag_reverted"]


# -- its runs ---------------------------------------------------------------------------------------------------------


def going_on(run: int) -> Sighting:
    return run_seen(progress=Progress.RUNNING, run_id=run)


def list_runs(shop: Workshop, *runs: Sighting) -> None:
    shop.github.sightings["runs_of_tag"] = runs


async def cancelled(shop: Workshop) -> tuple[int, ...]:
    """Return the runs that the log calls cancelled."""
    events = await shop.releases.events((await shop.release()).id)
    return next(event.runs for event in events if isinstance(event, TagRunsCancelled))


async def looked_for(shop: Workshop) -> list[str]:
    """Let the time go by for which runs are looked for, and return what is in the log."""
    for _ in range(12):
        await drained(shop)
        assert [state for _, state, _ in (await shop.entries())[:1]] == ["todo"]
        await shop.clock.wind(10)
    kinds = await drained(shop)
    assert [state for _, state, _ in (await shop.entries())[:1]] == ["done"]
    return kinds


async def test_runs_that_go_on_are_cancelled_and_others_are_left(shop: Workshop) -> None:
    await shop.open_release()
    list_runs(shop, going_on(500), run_seen(progress=Progress.SUCCESS, run_id=501))
    await shop.plan(CANCEL)
    assert await drained(shop) == []
    assert shop.github.cancelled == [500]
    assert await looked_for(shop) == ["tag_runs_cancelled"]
    assert await cancelled(shop) == (500,)


async def test_runs_are_looked_for_for_a_while_before_there_are_none(shop: Workshop) -> None:
    await shop.open_release()
    await shop.plan(CANCEL)
    assert await looked_for(shop) == []


async def test_a_run_that_is_listed_after_another_is_cancelled_too(shop: Workshop) -> None:
    """Two workflows start on a tag, or the tag was pushed before: one run that is listed says nothing of the next."""
    await shop.open_release()
    list_runs(shop, run_seen(progress=Progress.CANCELLED, run_id=499), going_on(500))
    await shop.plan(CANCEL)
    await drained(shop)
    list_runs(shop, run_seen(progress=Progress.CANCELLED, run_id=499), going_on(500), going_on(501))
    assert await looked_for(shop) == ["tag_runs_cancelled"]
    assert set(shop.github.cancelled) == {500, 501}
    assert await cancelled(shop) == (499, 500, 501)


async def test_a_process_that_dies_between_two_looks_leaves_the_same_log(shop: Workshop) -> None:
    await shop.open_release()
    list_runs(shop, going_on(500))
    await shop.plan(CANCEL)
    await drained(shop)
    list_runs(shop, run_seen(progress=Progress.CANCELLED, run_id=500))
    assert await looked_for(shop) == ["tag_runs_cancelled"]
    assert shop.github.cancelled == [500]


@pytest.mark.parametrize("error", [Missing(404, "Not Found"), Rejected(409, "Cannot cancel a completed run")])
async def test_a_run_that_ended_by_itself_is_no_failure(shop: Workshop, error: GitHubError) -> None:
    await shop.open_release()
    list_runs(shop, going_on(500))
    shop.github.sighting = run_seen(progress=Progress.SUCCESS, run_id=500)
    shop.github.errors["cancel"] = [error] * 20
    await shop.plan(CANCEL)
    assert await looked_for(shop) == []


async def answers(shop: Workshop) -> list[str]:
    """Have what was said written, and return it."""
    await shop.ledger_worker.drain(KEY)
    return list(shop.github.comments.values())


async def test_d25_a_run_that_cannot_be_cancelled_is_told_of_and_keeps_no_other_from_it(shop: Workshop) -> None:
    await shop.open_release()
    list_runs(shop, going_on(500), going_on(501))
    shop.github.sighting = going_on(500)
    shop.github.errors["cancel"] = [NOT_OURS, None] * 20
    await shop.plan(CANCEL)
    assert await looked_for(shop) == ["tag_runs_cancelled", "tag_runs_left"]
    assert await cancelled(shop) == (501,)
    (words,) = await answers(shop)
    assert words.startswith("🚨 A run that `v1.0.0` has started could not be cancelled, and may go on")
    assert "GitHub answered 403: Resource not accessible" in words


async def test_d25_a_run_that_could_not_be_cancelled_yet_is_tried_again_without_a_word(shop: Workshop) -> None:
    await shop.open_release()
    list_runs(shop, going_on(500))
    shop.github.sighting = going_on(500)
    shop.github.errors["cancel"] = [Rejected(409, "Cannot cancel a workflow run that is queued")]
    await shop.plan(CANCEL)
    assert await looked_for(shop) == ["tag_runs_cancelled"]
    assert await answers(shop) == []


async def test_d25_an_unclear_answer_keeps_no_other_run_from_being_cancelled(shop: Workshop) -> None:
    await shop.open_release()
    list_runs(shop, going_on(500), going_on(501))
    shop.github.errors["cancel"] = [Unclear("502")]
    await shop.plan(CANCEL)
    await drained(shop)
    assert shop.github.cancelled == [501]
    await shop.clock.wind(3)
    await drained(shop)
    assert shop.github.cancelled == [501, 500, 501]


async def test_d25_a_rate_limit_is_waited_for(shop: Workshop) -> None:
    await shop.open_release()
    list_runs(shop, going_on(500))
    shop.github.errors["cancel"] = [Throttled(NOON + timedelta(minutes=5))]
    await shop.plan(CANCEL)
    await drained(shop)
    assert await shop.next_due(KEY) == NOON + timedelta(minutes=5)


@pytest.mark.parametrize("issue", [12, None])
async def test_d25_runs_that_cannot_even_be_listed_are_told_of(shop: Workshop, issue: int | None) -> None:
    await shop.open_release()
    shop.github.errors["runs_of_tag"] = [NOT_OURS]
    await shop.plan(replace(CANCEL, issue=issue))
    assert await drained(shop) == ["tag_runs_left"]
    await shop.ledger_worker.drain(KEY)
    told = [*shop.github.comments.values(), *(f"{title}: {body}" for title, body in shop.github.opened.values())]
    assert len(told) == 1
    assert "could not be cancelled, and may go on into production" in told[0]
    assert told[0].startswith("Runs of a release tag could not be cancelled") is (issue is None)


# -- issues -----------------------------------------------------------------------------------------------------------


async def test_an_issue_whose_answer_was_lost_is_not_opened_twice(shop: Workshop) -> None:
    await shop.open_release()
    shop.github.errors["open_issue"] = [Unclear("timeout")]
    shop.github.opened[900] = ("Look", ISSUE.body)  # it had been opened all the same
    await shop.plan(ISSUE)
    await drained(shop)
    await shop.clock.wind(5)
    await drained(shop)
    assert list(shop.github.opened) == [900]


async def test_an_issue_that_cannot_be_opened_is_given_up(shop: Workshop) -> None:
    await shop.open_release()
    shop.github.errors["open_issue"] = [Rejected(410, "Issues are disabled for this repo")]
    await shop.plan(ISSUE)
    await drained(shop)
    assert [state for _, state, _ in await shop.entries()] == ["failed"]
