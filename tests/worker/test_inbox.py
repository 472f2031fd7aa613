"""Draining the inbox: in order, nothing twice, and no delivery, however broken, keeps the next from being handled."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from app.adapters.db.releases import SqlReleases
from app.domain.inputs import Input
from app.domain.release.effects import React, Reply
from app.domain.values import Role
from app.ports import Commit, Delivery, Missing, Shown, Throttled, Unclear
from app.worker.commands import CommandDesk
from app.worker.inbox import InboxWorker
from app.worker.shown import block_digest, digest
from handlers.commands import load_commands
from handlers.events import load_events
from handlers.translating import EventHandler
from tests.clock import NOON
from tests.events.reading import payload
from tests.given import PLAN_TEXT, requested
from tests.worker.workshop import R1, Rival, Workshop

pytestmark = pytest.mark.anyio

KEY = "repo:7"


def worker(shop: Workshop, *more: EventHandler) -> InboxWorker:
    """The worker with the real handlers, or with these in their stead."""
    handlers = {h.event: (h,) for h in more} or load_events()
    return InboxWorker(shop.inbox, shop.bench, CommandDesk(load_commands(), shop.bench), handlers)


async def store(shop: Workshop, name: str, event: str, body: bytes) -> None:
    assert await shop.inbox.store(Delivery(id=name, event=event, key=KEY, payload=body, received_at=NOON))


async def comment(shop: Workshop, text: str, name: str = "d1") -> None:
    await store(shop, name, "issue_comment", payload("issue_comment.created", comment__body=text))


async def effects(shop: Workshop) -> list[str]:
    """What the ledger holds for the release and the repository: reactions by their sign, replies by their text."""
    found: list[str] = []
    for key in ("release:r1", KEY):
        while entry := await shop.ledger.claim(key, shop.clock.now(), shop.clock.now() + timedelta(days=1)):
            match entry.effect:
                case React(content=content):
                    found.append(content)
                case Reply(body=body):
                    found.append(body.partition("\n\n<!-- gonogo:reply")[0])
                case effect:
                    found.append(effect.kind)
    return found


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
    assert [e.kind for e in await shop.releases.events(R1)] == ["release_started", "seen"]


async def test_an_event_nobody_handles_is_done_with(shop: Workshop) -> None:
    await store(shop, "d1", "star", b"{}")
    await worker(shop).drain(KEY)
    assert await shop.deliveries() == [("d1", "handled", 0)]


async def test_a_payload_that_is_not_understood_is_done_with(shop: Workshop) -> None:
    await store(shop, "d1", "issue_comment", b'{"action": "created"}')
    await worker(shop).drain(KEY)
    assert await shop.deliveries() == [("d1", "handled", 0)]


@pytest.mark.parametrize(("asked", "woken"), [("r1", ["poll:r1"]), ("another", [])])
async def test_a_fresh_look_is_taken_at_a_release_of_the_repository_only(
    shop: Workshop, asked: str, woken: list[str]
) -> None:
    await shop.open_release()
    await store(shop, "d1", "check_run", payload("check_run.requested_action", check_run__external_id=asked))
    await worker(shop).drain(KEY)
    assert shop.scheduler.woken == woken


# -- texts of ours that somebody changed ------------------------------------------------------------------------

BLOCK = "<!-- gonogo:begin -->\nthe checklist\n<!-- gonogo:end -->\n"
OURS = Shown(body_digest=block_digest(BLOCK), comment=900, comment_url="u", comment_digest=digest("status"))


@pytest.mark.parametrize(
    ("name", "event", "body", "expected"),
    [
        ("the body as written", "issues", payload("issues.edited", issue__body=BLOCK), None),
        (
            "as a browser sends it",
            "issues",
            payload("issues.edited", issue__body=BLOCK.replace("\n", "\r\n")),
            None,
        ),
        ("the block changed", "issues", payload("issues.edited"), replace(OURS, body_digest=None)),
        ("emptied", "issues", payload("issues.edited", issue__body=None), replace(OURS, body_digest=None)),
        ("another issue", "issues", payload("issues.edited", issue__number=13), None),
        (
            "the status comment as written",
            "issue_comment",
            payload("issue_comment.created", action="edited", comment__body="status"),
            None,
        ),
        (
            "the status comment changed",
            "issue_comment",
            payload("issue_comment.created", action="edited", comment__body="nonsense"),
            replace(OURS, comment_digest=None),
        ),
        (
            "the status comment deleted",
            "issue_comment",
            payload("issue_comment.created", action="deleted"),
            replace(OURS, comment=None, comment_url=None, comment_digest=None),
        ),
        (
            "somebody else's comment",
            "issue_comment",
            payload("issue_comment.created", action="edited", comment__id=901),
            None,
        ),
    ],
)
async def test_what_we_wrote_is_forgotten_when_it_reads_otherwise(
    shop: Workshop, name: str, event: str, body: bytes, expected: Shown | None
) -> None:
    await shop.open_release()
    await shop.releases.save_shown(R1, await shop.releases.shown(R1), OURS)
    await store(shop, "d1", event, body)
    await worker(shop).drain(KEY)
    assert await shop.releases.shown(R1) == (expected or OURS), name
    assert ("show:r1" in shop.scheduler.woken) == (expected is not None), name


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


async def test_a_role_that_cannot_be_read_denies(shop: Workshop) -> None:
    shop.github.errors["role_of"] = [Unclear("502")]
    await shop.open_release()
    await comment(shop, "/release 1.1")
    await worker(shop).drain(KEY)
    sign, words = await effects(shop)
    assert sign == "-1"
    assert "could not be read" in words


@pytest.mark.parametrize("role", [None, Role.READ])
@pytest.mark.parametrize("text", ["/release start 2.0.0", "/release 1.1"])
async def test_github_is_asked_nothing_for_those_who_may_not(shop: Workshop, role: Role | None, text: str) -> None:
    shop.github.role = role or Role.NONE
    shop.github.errors["role_of"] = [None if role else Unclear("502")]
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
    assert [e.kind for e in await shop.releases.events(R1)] == ["release_started", "run_requested"]
    assert (await effects(shop))[0] == "-1"  # it is running already


async def test_a_delivery_that_another_worker_handled_meanwhile_is_done_with(shop: Workshop) -> None:
    await shop.open_release()
    await store(shop, "d1", "check_run", payload("check_run.completed"))
    late = replace(shop, bench=replace(shop.bench, releases=Rival(shop, lambda: worker(shop).drain(KEY))))
    await worker(late).drain(KEY)
    assert [e.kind for e in await shop.releases.events(R1)] == ["release_started", "seen"]
    assert await shop.deliveries() == [("d1", "handled", 0)]
