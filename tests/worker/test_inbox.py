"""Draining the inbox: in order, nothing twice, and no delivery, however broken, keeps the next from being handled."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from structlog.testing import capture_logs

from app.adapters.db.releases import SqlReleases
from app.domain.inputs import Input
from app.domain.values import Role
from app.ports import Commit, Conflict, Missing, Rejected, Throttled, Unclear
from app.worker.commands import CommandDesk
from app.worker.freezing import Freezer
from app.worker.inbox import InboxWorker
from app.worker.moments import OwnMoments
from handlers.commands import load_commands
from handlers.events import load_events
from handlers.translating import EventHandler
from tests.clock import NOON
from tests.events.reading import payload
from tests.given import OTHER_SHA, PLAN_TEXT, SHA, requested
from tests.worker.delivering import KEY, comment, effects, kinds, store, worker
from tests.worker.workshop import R1, Rival, Workshop

pytestmark = pytest.mark.anyio


# -- what a delivery comes to -----------------------------------------------------------------------------------


async def test_a_comment_starts_a_release(shop: Workshop) -> None:
    shop.github.files[".github/release-plan.md"] = PLAN_TEXT
    await comment(shop, "/release start 1.0.0")
    await worker(shop).drain(KEY)
    (opened,) = await shop.releases.open_in(7)
    assert (opened.version, opened.issue, opened.started_by.login) == ("1.0.0", 12, "octocat")
    assert {f"show:{opened.id}", "ledger:repo:7"} <= set(shop.scheduler.woken)
    assert await shop.deliveries() == [("d1", "handled", 0)]


async def test_a_comment_without_a_command_asks_github_nothing(shop: Workshop) -> None:
    await comment(shop, "Looks good to me.\n\n> /release 1.1")
    await worker(shop).drain(KEY)
    assert shop.github.calls == []
    assert await shop.deliveries() == [("d1", "handled", 0)]


async def test_a_word_that_cannot_be_meant_is_answered(shop: Workshop) -> None:
    await shop.open_release()
    await comment(shop, "/release retyr sign --failed")
    await worker(shop).drain(KEY)
    sign, words = await effects(shop)
    assert sign == "-1"
    assert "retry" in words


async def test_several_commands_of_one_comment_are_answered_in_turn(shop: Workshop) -> None:
    await shop.open_release()
    await comment(shop, "/release why\n/release 2.1")
    await worker(shop).drain(KEY)
    cheer, reasons, sign, words = await effects(shop)
    assert (cheer, sign) == ("rocket", "-1")
    assert "1.0.0" in reasons
    assert "2.1 Tag" in words


async def test_what_github_tells_is_written_down_once(shop: Workshop) -> None:
    await shop.open_release()
    for name in ("d1", "d2"):
        await store(shop, name, "check_run", payload("check_run.completed"))
    await worker(shop).drain(KEY)
    assert await kinds(shop) == ["seen"]


async def test_an_event_nobody_handles_is_done_with(shop: Workshop) -> None:
    await store(shop, "d1", "star", b"{}")
    await worker(shop).drain(KEY)
    assert await shop.deliveries() == [("d1", "handled", 0)]


async def test_a_payload_that_is_not_understood_is_done_with(shop: Workshop) -> None:
    await store(shop, "d1", "issue_comment", b'{"action": "created"}')
    await worker(shop).drain(KEY)
    assert await shop.deliveries() == [("d1", "handled", 0)]


@pytest.mark.parametrize(("sha", "woken"), [(SHA, ["poll:r1"]), ("c3" * 20, [])])
async def test_a_fresh_look_is_taken_at_the_releases_of_that_commit_only(
    shop: Workshop, sha: str, woken: list[str]
) -> None:
    await shop.open_release()
    await store(shop, "d1", "check_run", payload("check_run.requested_action", check_run__head_sha=sha))
    await worker(shop).drain(KEY)
    assert shop.scheduler.woken == woken


# -- GitHub fails ------------------------------------------------------------------------------------------------


async def test_a_rate_limit_is_waited_for_without_counting_a_try(shop: Workshop) -> None:
    over = NOON + timedelta(minutes=30)
    shop.github.errors["role_of"] = [Throttled(over)]
    await comment(shop, "/release status")
    await comment(shop, "/release help", "d2")
    await worker(shop).drain(KEY)
    assert await shop.deliveries() == [("d1", "waiting", 0), ("d2", "waiting", 0)]
    assert shop.scheduler.alarms[f"inbox:{KEY}"] == over


async def test_a_rate_limit_on_the_greeting_is_waited_for_too(shop: Workshop) -> None:
    shop.github.errors["react"] = [Throttled(NOON)]
    await comment(shop, "/release status")
    await worker(shop).drain(KEY)
    assert await shop.deliveries() == [("d1", "waiting", 0)]


async def test_a_greeting_that_fails_is_not_worth_a_second_try(shop: Workshop) -> None:
    shop.github.errors["react"] = [Missing(404, "Not Found")]
    await comment(shop, "/release help")
    await worker(shop).drain(KEY)
    assert await shop.deliveries() == [("d1", "handled", 0)]


async def test_a_role_that_cannot_be_read_just_now_is_read_a_little_later(shop: Workshop) -> None:
    shop.github.role, shop.github.errors["role_of"] = Role.MAINTAIN, [Unclear("502")]
    await shop.open_release()
    await comment(shop, "/release hold the build is red")
    await worker(shop).drain(KEY)
    assert await shop.deliveries() == [("d1", "waiting", 1)]
    assert await effects(shop) == []
    await shop.clock.wind(2)
    await worker(shop).drain(KEY)
    assert await shop.deliveries() == [("d1", "handled", 1)]
    assert [event.kind for event in await shop.releases.events(R1)][-2:] == ["hold_placed", "command_answered"]


async def test_a_role_that_cannot_be_read_five_times_denies(shop: Workshop) -> None:
    shop.github.errors["role_of"] = [Unclear("502")] * 5
    await shop.open_release()
    await comment(shop, "/release 1.1")
    for seconds in (2, 4, 8, 16, 0):
        assert await effects(shop) == []
        await worker(shop).drain(KEY)
        await shop.clock.wind(seconds)
    assert await shop.deliveries() == [("d1", "handled", 4)]
    sign, words = await effects(shop)
    assert sign == "-1"
    assert "could not be read" in words


@pytest.mark.parametrize("role", [None, Role.READ])
@pytest.mark.parametrize("text", ["/release start 2.0.0", "/release 1.1"])
async def test_github_is_asked_nothing_for_those_who_may_not(shop: Workshop, role: Role | None, text: str) -> None:
    shop.github.role = role or Role.NONE
    shop.github.errors["role_of"] = [None if role else Rejected(403, "Resource not accessible by integration")]
    await shop.open_release()
    await comment(shop, text)
    await worker(shop).drain(KEY)
    assert shop.github.calls == ["react", "role_of"]


async def test_facts_that_github_does_not_give_are_asked_for_eight_times_then_somebody_is_told(shop: Workshop) -> None:
    shop.github.errors["commit_of"] = [Unclear("502")] * 8
    await comment(shop, "/release start 1.0.0")
    waits: list[float] = []
    for tries in range(1, 8):
        await worker(shop).drain(KEY)
        assert await shop.deliveries() == [("d1", "waiting", tries)]
        waits.append((shop.scheduler.alarms[f"inbox:{KEY}"] - shop.clock.now()).total_seconds())
        await shop.clock.wind(waits[-1])
    assert waits == [2, 4, 8, 16, 32, 64, 128]
    await comment(shop, "/release help", "d2")
    await worker(shop).drain(KEY)
    assert await shop.deliveries() == [("d1", "parked", 8), ("d2", "handled", 0)]
    assert "d1" in (await effects(shop))[0]


# -- we fail ------------------------------------------------------------------------------------------------------


def broken(_body: bytes) -> tuple[Input, ...]:
    raise ZeroDivisionError


async def drain_thrice(shop: Workshop, at_work: InboxWorker) -> None:
    for _ in range(3):
        await at_work.drain(KEY)
        await shop.clock.wind(60)


class BrokenReleases(SqlReleases):
    """A database that trips over the commit of delivery d1."""

    async def commit(self, commit: Commit, now: datetime) -> None:
        if "d1" in commit.deliveries:
            raise ZeroDivisionError
        await super().commit(commit, now)


async def test_a_bug_parks_the_delivery_says_so_once_and_the_next_is_handled(shop: Workshop) -> None:
    await shop.open_release()
    shop.bench = replace(shop.bench, releases=BrokenReleases(shop.database))
    await comment(shop, "/release status\n/release why")
    await comment(shop, "/release status", "d2")
    await drain_thrice(shop, worker(shop))
    assert await shop.deliveries() == [("d1", "parked", 3), ("d2", "handled", 0)]
    apologies = [words for words in await effects(shop) if "d1" in words]
    assert len(apologies) == 1
    assert "ZeroDivision" not in apologies[0]


async def test_a_bug_over_a_comment_without_commands_bothers_nobody(shop: Workshop) -> None:
    shop.bench = replace(shop.bench, releases=BrokenReleases(shop.database))
    await comment(shop, "Looks good to me.")
    await drain_thrice(shop, worker(shop))
    assert await shop.deliveries() == [("d1", "parked", 3)]
    assert await effects(shop) == []


async def test_a_bug_in_a_handler_parks_the_delivery_and_the_next_is_handled(shop: Workshop) -> None:
    await store(shop, "d1", "status", payload("status"))
    await store(shop, "d2", "star", b"{}")
    await drain_thrice(shop, worker(shop, EventHandler(event="status", read=broken)))
    assert await shop.deliveries() == [("d1", "parked", 3), ("d2", "handled", 0)]


async def hold_up(shop: Workshop, *, minutes: int = 30) -> datetime:
    """Let a command wait for a rate limit, and return until when."""
    over = shop.clock.now() + timedelta(minutes=minutes)
    shop.github.errors["role_of"] = [Throttled(over)]
    await comment(shop, "/release 1.1", "held up")
    return over


async def test_d12_a_command_that_is_held_up_lets_news_of_the_release_by_and_nothing_else(shop: Workshop) -> None:
    await shop.open_release()
    over = await hold_up(shop)
    await store(shop, "news", "check_run", payload("check_run.completed"))
    await store(shop, "nothing", "star", b"{}")
    elsewhere = payload("check_run.completed", check_run__head_sha=OTHER_SHA)
    await store(shop, "of no release yet", "check_run", elsewhere)
    await comment(shop, "/release hold", "a word", number=901)
    inbox = worker(shop)
    await inbox.drain(KEY)
    assert await kinds(shop) == ["seen"]
    assert [(name, how) for name, how, _ in await shop.deliveries()] == [
        ("held up", "waiting"),
        ("news", "handled"),
        ("nothing", "handled"),
        ("of no release yet", "waiting"),
        ("a word", "waiting"),
    ]
    red = payload("check_run.completed", check_run__conclusion="failure", check_run__id=10**12)
    await store(shop, "more news", "check_run", red)
    shop.github.calls.clear()
    await inbox.drain(KEY)
    assert await kinds(shop) == ["seen", "seen"]
    assert (shop.github.calls, shop.scheduler.alarms[f"inbox:{KEY}"]) == ([], over)
    await shop.clock.wind(30 * 60)
    await inbox.drain(KEY)
    assert {how for _, how, _ in await shop.deliveries()} == {"handled"}


async def test_news_is_let_by_whatever_process_has_found_that_the_key_must_rest(shop: Workshop) -> None:
    await shop.open_release()
    over = await hold_up(shop)
    moments = OwnMoments()
    desk, freezer = CommandDesk(load_commands(), shop.bench), Freezer(shop.bench)
    first, second = (
        InboxWorker(shop.inbox, shop.bench, desk, freezer, load_events(), moments=moments) for _ in range(2)
    )
    await first.drain(KEY)
    await store(shop, "news", "check_run", payload("check_run.completed"))
    shop.github.calls.clear()
    await second.drain(KEY)
    assert [(name, how) for name, how, _ in await shop.deliveries()] == [("held up", "waiting"), ("news", "handled")]
    assert (shop.github.calls, shop.scheduler.alarms[f"inbox:{KEY}"]) == ([], over)


async def test_news_is_not_let_by_where_there_is_no_release_that_it_could_be_about(shop: Workshop) -> None:
    await hold_up(shop)
    await store(shop, "news", "check_run", payload("check_run.completed"))
    await store(shop, "a blocker", "issues", payload("issues.labeled"))
    await worker(shop).drain(KEY)
    assert {how for _, how, _ in await shop.deliveries()} == {"waiting"}


async def test_news_that_cannot_be_let_by_keeps_its_place(shop: Workshop) -> None:
    async def cut() -> None:
        raise OSError("the wire is cut")

    await shop.open_release()
    await hold_up(shop)
    await store(shop, "news", "check_run", payload("check_run.completed"))
    bench = replace(shop.bench, releases=Rival(shop, cut))
    with capture_logs() as log:
        await InboxWorker(shop.inbox, bench, CommandDesk(load_commands(), bench), Freezer(bench), load_events()).drain(
            KEY
        )
    assert [one["event"] for one in log] == ["delivery.not_let_by"]
    assert await shop.deliveries() == [("held up", "waiting", 0), ("news", "waiting", 0)]


async def test_a_key_that_rests_is_not_hurried_by_what_arrives(shop: Workshop) -> None:
    shop.github.errors["commit_of"] = [Unclear("502")] * 8
    await comment(shop, "/release start 1.0.0")
    at_work = worker(shop)
    for number in range(8):  # eight more deliveries wake the key within the same moment
        await store(shop, f"e{number}", "star", b"{}")
        await at_work.drain(KEY)
    assert (await shop.deliveries())[0] == ("d1", "waiting", 1)


async def test_a_comment_may_go_on_after_start(shop: Workshop) -> None:
    shop.github.files[".github/release-plan.md"] = PLAN_TEXT
    await comment(shop, "/release start 1.0.0\n/release status")
    await worker(shop).drain(KEY)
    assert await shop.deliveries() == [("d1", "handled", 0)]
    assert len(await shop.releases.open_ids()) == 1


async def test_a_renamed_repository_is_followed(shop: Workshop) -> None:
    await shop.open_release()
    await store(shop, "d1", "issue_comment", payload("issue_comment.created", repository__name="renamed"))
    await worker(shop).drain(KEY)
    assert (await shop.release()).repo.name == "renamed"


# -- beside others --------------------------------------------------------------------------------------------------


async def test_a_release_that_moved_on_meanwhile_is_decided_on_again(shop: Workshop) -> None:
    await shop.open_release()
    await comment(shop, "/release 1.1")
    shop.github.files[".github/workflows/release.yml"] = "on: {workflow_dispatch: {inputs: {task: }}}"
    late = replace(shop, bench=replace(shop.bench, releases=Rival(shop, lambda: shop.happened(requested()))))
    await worker(late).drain(KEY)
    assert await kinds(shop) == ["run_requested", "command_answered"]
    assert (await effects(shop))[0] == "-1"  # it is running already


async def test_a_delivery_that_another_worker_handled_meanwhile_is_done_with(shop: Workshop) -> None:
    await shop.open_release()
    await store(shop, "d1", "check_run", payload("check_run.completed"))
    late = replace(shop, bench=replace(shop.bench, releases=Rival(shop, lambda: worker(shop).drain(KEY))))
    await worker(late).drain(KEY)
    assert await kinds(shop) == ["seen"]
    assert await shop.deliveries() == [("d1", "handled", 0)]


async def test_d8_a_source_that_is_missing_is_told_in_the_log_and_nothing_to_do_is_not(shop: Workshop) -> None:
    await shop.open_release()
    whole = payload("check_run.completed")
    await store(shop, "d1", "check_run", payload("check_run.completed", check_run__name="of no interest"))
    await store(shop, "d2", "check_run", whole.replace(b'"check_run"', b'"checkRun"'))
    with capture_logs() as logs:
        await worker(shop).drain(KEY)
    (line,) = [one for one in logs if one["event"] == "delivery.not_understood"]
    assert (line["log_level"], line["fields"]) == ("warning", ["check_run"])
    assert await kinds(shop) == []
    assert await shop.deliveries() == [("d1", "handled", 0), ("d2", "handled", 0)]


class Counted(SqlReleases):
    """A database that counts what is committed together."""

    def __init__(self, shop: Workshop) -> None:
        super().__init__(shop.database)
        self.together: list[int] = []

    async def commit(self, commit: Commit, now: datetime) -> None:
        await super().commit(commit, now)
        self.together.append(len(commit.deliveries))


async def test_what_nothing_follows_from_is_ticked_off_with_what_something_follows_from(shop: Workshop) -> None:
    await shop.open_release()
    counted = Counted(shop)
    shop.bench = replace(shop.bench, releases=counted)
    elsewhere = payload("check_run.completed", check_run__head_sha=OTHER_SHA)
    await store(shop, "of no release", "check_run", elsewhere)
    await comment(shop, "Looks good to me.", "talk")
    await store(shop, "news", "check_run", payload("check_run.completed"))
    await store(shop, "nothing", "star", b"{}")
    await worker(shop).drain(KEY)
    assert counted.together == [3, 1]
    assert {how for _, how, _ in await shop.deliveries()} == {"handled"}
    assert await kinds(shop) == ["seen"]


async def test_what_another_worker_has_ticked_off_meanwhile_keeps_nothing_from_being_handled(shop: Workshop) -> None:
    async def be_quicker() -> None:
        await shop.releases.commit(Commit(deliveries=["of no release"]), shop.clock.now())

    await shop.open_release()
    shop.bench = replace(shop.bench, releases=Rival(shop, be_quicker))
    elsewhere = payload("check_run.completed", check_run__head_sha=OTHER_SHA)
    await store(shop, "of no release", "check_run", elsewhere)
    await store(shop, "nor this", "check_run", elsewhere)
    await store(shop, "news", "check_run", payload("check_run.completed"))
    await worker(shop).drain(KEY)
    assert {how for _, how, _ in await shop.deliveries()} == {"handled"}
    assert await kinds(shop) == ["seen"]


class TwiceBroken(SqlReleases):
    """A database in which a release has moved on, and which then trips over the quiet delivery alone."""

    async def commit(self, commit: Commit, now: datetime) -> None:
        if "quiet" in commit.deliveries:
            raise Conflict("moved on") if len(commit.deliveries) > 1 else ZeroDivisionError
        await super().commit(commit, now)


async def test_a_quiet_delivery_that_cannot_be_ticked_off_rests_before_it_is_tried_again(shop: Workshop) -> None:
    await shop.open_release()
    shop.bench = replace(shop.bench, releases=TwiceBroken(shop.database))
    await comment(shop, "Looks good to me.", "quiet")
    await store(shop, "news", "check_run", payload("check_run.completed"))
    await worker(shop).drain(KEY)
    assert await shop.deliveries() == [("quiet", "waiting", 1), ("news", "handled", 0)]
