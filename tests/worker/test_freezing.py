"""The check `release/freeze`: red on what goes into a held or frozen branch, green by itself when that is over."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.decision import Accepted
from app.domain.pulls import PullSeen
from app.domain.release.events import Event
from app.domain.release.events_course import ReleaseAbandoned
from app.domain.release.events_said import HoldLifted
from app.domain.values import ReleaseId, Repo, Sha, Target
from app.ports import Change, Commit, OwnCheck, Posted, Rejected, Throttled, Unclear
from app.worker.draft import Draft
from app.worker.freezing import EVERY, Freezer
from tests.clock import NOON
from tests.given import NOW, PLAN_TEXT, REPO, RUTH, SHA, STARTED, held, requested, retargeted
from tests.worker.fakes import FakeGitHub
from tests.worker.workshop import R1, Workshop

pytestmark = pytest.mark.anyio

HEAD = Sha("d4" * 20)
PULL = PullSeen(number=5, sha=HEAD, head="work", base="main", is_from_fork=False, labels=())
FREEZE = """---
freeze:
  windows: [{from: 2026-03-10 10:00, until: 2026-03-10 14:00, why: Press day}]
  exceptions: [security]
  hotfix: ["hotfix/*"]
---
"""


async def show(shop: Workshop) -> list[str]:
    """Look at all pull requests, and return what GitHub was asked for it."""
    shop.github.calls.clear()
    await Freezer(shop.bench).show(str(REPO.id))
    return shop.github.calls


async def ask(shop: Workshop, pull: PullSeen = PULL) -> list[str]:
    """Take one pull request, and return what GitHub was asked for it."""
    shop.github.calls.clear()
    await Freezer(shop.bench).pull(REPO, pull)
    return shop.github.calls


def said(shop: Workshop) -> list[tuple[str | None, str]]:
    """The conclusion and title of each check run."""
    return [(check.conclusion, check.title) for check in shop.github.gates.values()]


async def test_without_a_hold_a_pull_request_is_free_and_the_rest_costs_nothing(shop: Workshop) -> None:
    await shop.open_release()
    shop.github.open = [PULL]
    assert await show(shop) == []
    assert await ask(shop) == ["find_check", "create_check"]
    assert said(shop) == [("success", "Not frozen")]
    assert await ask(shop) == []


async def test_a_pull_request_into_a_branch_of_no_release_costs_nothing(shop: Workshop) -> None:
    await shop.open_release()
    assert await ask(shop, replace(PULL, base="develop")) == []


async def test_a_hold_freezes_what_is_open_and_lifting_it_thaws_it(shop: Workshop) -> None:
    await shop.open_release(held(RUTH))
    shop.github.open = [PULL, replace(PULL, number=6, sha=Sha("e5" * 20), base="develop")]
    assert await show(shop) == ["open_pulls", "find_check", "create_check"]
    assert said(shop) == [("failure", "Frozen: 1.0.0 is held")]
    assert await show(shop) == ["open_pulls"]
    await shop.happened(HoldLifted(holder=RUTH.id, by=RUTH, at=NOW))
    assert await show(shop) == ["open_pulls", "update_check"]
    assert said(shop) == [("success", "Not frozen")]
    assert await show(shop) == []


async def test_d2_a_pull_request_of_which_nobody_told_is_found_while_something_is_frozen(shop: Workshop) -> None:
    await shop.open_release(held(RUTH))
    await show(shop)
    assert shop.scheduler.alarms.pop("freeze:7") == NOON + EVERY
    shop.github.open = [PULL]
    await show(shop)
    assert said(shop) == [("failure", "Frozen: 1.0.0 is held")]
    await shop.happened(HoldLifted(holder=RUTH.id, by=RUTH, at=NOW))
    shop.scheduler.alarms.clear()
    await show(shop)
    assert shop.scheduler.alarms == {}


async def test_a_release_that_is_over_holds_nothing(shop: Workshop) -> None:
    await shop.open_release(held(RUTH))
    shop.github.open = [PULL]
    await show(shop)
    await shop.happened(ReleaseAbandoned(by=RUTH, reason="not now", at=NOW))
    await show(shop)
    assert said(shop) == [("success", "Not frozen")]


async def test_one_that_was_closed_meanwhile_is_forgotten_without_a_call(shop: Workshop) -> None:
    await shop.open_release(held(RUTH))
    shop.github.open = [PULL]
    await show(shop)
    shop.github.open = []
    await shop.happened(HoldLifted(holder=RUTH.id, by=RUTH, at=NOW))
    assert await show(shop) == ["open_pulls"]
    assert await show(shop) == []


async def test_a_window_freezes_at_its_hour_and_ends_by_itself(shop: Workshop) -> None:
    await shop.open_release(plan=FREEZE + PLAN_TEXT)
    shop.github.open = [PULL]
    await show(shop)
    assert said(shop) == [("failure", "Frozen: Press day until 2026-03-10 14:00 UTC")]
    end = NOON + timedelta(hours=2)
    assert shop.scheduler.alarms["freeze:7"] == end
    await shop.clock.wind(7_200)
    await show(shop)
    assert said(shop) == [("success", "Not frozen")]


async def test_the_windows_of_the_latest_release_stand_when_none_is_open(shop: Workshop) -> None:
    await shop.open_release(ReleaseAbandoned(by=RUTH, reason="not now", at=NOW), plan=FREEZE + PLAN_TEXT)
    await ask(shop)
    assert said(shop)[0][0] == "failure"


@pytest.mark.parametrize(
    ("pull", "conclusion"),
    [
        (replace(PULL, labels=("Security",)), "success"),
        (replace(PULL, head="hotfix/1.0.1"), "success"),
        (replace(PULL, head="hotfix/1.0.1", is_from_fork=True), "failure"),
        (replace(PULL, labels=("bug",)), "failure"),
    ],
)
async def test_what_the_plan_names_is_let_through(shop: Workshop, pull: PullSeen, conclusion: str) -> None:
    await shop.open_release(held(RUTH), plan=FREEZE + PLAN_TEXT)
    await ask(shop, pull)
    assert said(shop)[0][0] == conclusion


async def test_a_thaw_whose_answer_was_lost_is_taken_back(shop: Workshop) -> None:
    await shop.open_release(held(RUTH), plan=FREEZE + PLAN_TEXT)
    await ask(shop)
    shop.github.lost["update_check"] = [Unclear("502")]
    await ask(shop, replace(PULL, labels=("security",)))
    assert said(shop)[0][0] == "success"
    await ask(shop)  # the label was taken off
    assert said(shop)[0][0] == "failure"


async def test_of_two_open_releases_each_hold_counts(shop: Workshop) -> None:
    await shop.open_release()
    other = replace(STARTED, release=ReleaseId("r2"), issue=13, version="1.0.1", tag="v1.0.1")
    change = Change(release=other.release, expected=0, events=(other, held(RUTH)))
    await shop.releases.commit(Commit(changes=[change]), NOON)
    await ask(shop)
    assert said(shop) == [("failure", "Frozen: 1.0.1 is held")]


OTHER = replace(STARTED, release=ReleaseId("r2"), issue=13, version="2.0.0", tag="v2.0.0")


async def open_beside(shop: Workshop, *, branch: str = "main", plan: str = PLAN_TEXT) -> None:
    """Open a second release, from that branch."""
    other = replace(OTHER, target=replace(OTHER.target, branch=branch), plan_text=plan)
    await shop.releases.commit(Commit(changes=[Change(release=other.release, expected=0, events=(other,))]), NOON)


async def test_a_head_that_goes_into_two_branches_is_frozen_where_one_of_them_is(shop: Workshop) -> None:
    await shop.open_release(held(RUTH))
    await open_beside(shop, branch="release/2.0")
    twin = replace(PULL, number=6, base="release/2.0")
    shop.github.open = [PULL, twin]
    await show(shop)
    assert [conclusion for conclusion, _ in said(shop)] == ["failure"]
    assert await show(shop) == ["open_pulls"]
    assert await ask(shop) == []
    assert await ask(shop, twin) == ["open_pulls"]
    assert [conclusion for conclusion, _ in said(shop)] == ["failure"]
    shop.github.open = [twin]
    await ask(shop, twin)
    assert said(shop) == [("success", "Not frozen")]


async def test_what_one_plan_lets_through_stays_frozen_by_another(shop: Workshop) -> None:
    await shop.open_release(held(RUTH))
    await open_beside(shop, plan=FREEZE.replace("security", "docs") + PLAN_TEXT)
    await ask(shop, replace(PULL, labels=("docs",)))
    assert said(shop) == [("failure", "Frozen: 1.0.0 is held")]
    (check,) = shop.github.gates.values()
    assert "docs" not in check.summary


async def test_a_branch_that_releases_have_left_is_thawed(shop: Workshop) -> None:
    await shop.open_release(held(RUTH))
    shop.github.open = [PULL]
    await show(shop)
    moved = retargeted()
    await shop.happened(replace(moved, target=replace(moved.target, branch="release/1.0")))
    await show(shop)
    assert said(shop) == [("success", "Not frozen")]
    assert await show(shop) == ["open_pulls"]


async def test_a_red_head_that_is_to_go_elsewhere_is_thawed(shop: Workshop) -> None:
    await shop.open_release(held(RUTH))
    await ask(shop)
    await ask(shop, replace(PULL, base="develop"))
    assert said(shop) == [("success", "Not frozen")]


async def test_a_first_check_that_github_did_not_take_is_written_later(shop: Workshop) -> None:
    await shop.open_release()
    shop.github.open = [PULL]
    shop.github.errors["create_check"] = [Unclear("502")]
    await ask(shop)
    assert shop.scheduler.alarms["freeze:7"] == NOON + timedelta(seconds=60)
    await show(shop)
    assert said(shop) == [("success", "Not frozen")]


async def test_what_was_heard_while_all_are_looked_at_counts(shop: Workshop) -> None:
    await shop.open_release(held(RUTH), plan=FREEZE + PLAN_TEXT)
    listed = [PULL]

    class Late(FakeGitHub):
        async def open_pulls(self, repo: Repo, base: str | None = None) -> Sequence[PullSeen]:
            del repo, base
            if listed:
                await freezer.pull(REPO, replace(listed.pop(), labels=("security",)))
            return [PULL]

    github = Late()
    freezer = Freezer(replace(shop.bench, github=github))
    await freezer.show("7")
    assert [check.conclusion for check in github.gates.values()] == ["success"]


ON_ANOTHER_BRANCH = replace(retargeted(), target=Target(sha=SHA, branch="next"))


@pytest.mark.parametrize(
    ("before", "event", "is_woken"),
    [
        ([], held(RUTH), True),
        ([held(RUTH)], HoldLifted(holder=RUTH.id, by=RUTH, at=NOON), True),
        ([held(RUTH)], ReleaseAbandoned(by=RUTH, reason="no", at=NOON), True),
        ([], ON_ANOTHER_BRANCH, True),
        ([held(RUTH)], requested(), False),
    ],
)
async def test_what_freezes_or_frees_has_pull_requests_looked_at_whichever_process_has_shown_what(
    shop: Workshop, before: Sequence[Event], event: Event, *, is_woken: bool
) -> None:
    await shop.open_release(*before)
    draft = Draft([await shop.release()], shop.bench.renderer)
    draft.add(R1, REPO, Accepted(events=(event,)))
    await shop.bench.write(draft)
    assert ("freeze:7" in shop.scheduler.woken) is is_woken


async def test_a_look_that_took_long_is_taken_again_for_what_other_processes_heard_meanwhile(shop: Workshop) -> None:
    await shop.open_release(held(RUTH))

    class Slow(FakeGitHub):
        async def create_check(self, repo: Repo, sha: Sha, name: str, check: OwnCheck) -> Posted:
            shop.clock.advance(6)
            self.open = [replace(PULL, labels=("security",))]
            return await super().create_check(repo, sha, name, check)

    github = Slow(open=[PULL])
    await Freezer(replace(shop.bench, github=github)).show("7")
    assert shop.scheduler.woken == ["freeze:7"]
    shop.scheduler.woken.clear()
    await Freezer(replace(shop.bench, github=github)).show("7")
    assert shop.scheduler.woken == []


@pytest.mark.parametrize("method", ["open_pulls", "find_check", "create_check"])
@pytest.mark.parametrize("error", [Unclear("502"), Rejected(403, "no")])
async def test_where_github_fails_it_is_looked_at_again(shop: Workshop, method: str, error: Unclear | Rejected) -> None:
    await shop.open_release(held(RUTH))
    shop.github.open = [PULL]
    shop.github.errors[method] = [error]
    await show(shop)
    assert shop.scheduler.alarms["freeze:7"] == NOON + timedelta(seconds=60)
    await show(shop)
    assert said(shop) == [("failure", "Frozen: 1.0.0 is held")]


async def test_a_rate_limit_is_waited_for(shop: Workshop) -> None:
    await shop.open_release(held(RUTH))
    shop.github.errors["open_pulls"] = [Throttled(NOON + timedelta(minutes=9))]
    await show(shop)
    assert shop.scheduler.alarms["freeze:7"] == NOON + timedelta(minutes=9)


async def test_the_check_tells_the_release_the_reason_and_what_would_pass(shop: Workshop) -> None:
    await shop.open_release(held(RUTH, until=NOON + timedelta(hours=1)), plan=FREEZE + PLAN_TEXT)
    await ask(shop)
    (check,) = shop.github.gates.values()
    assert "Release `1.0.0` is held by `ruth`: the network is down, until" in check.summary
    assert "A freeze stands until" in check.summary
    assert "`security`, `hotfix/*`" in check.summary
    assert check.details_url == "https://github.com/octo-org/app/issues/12"
    assert (await shop.release()).id == R1
