"""What people ask for: decided once, written down with whoever asked, and answered to people only."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.release.events import Event
from app.domain.release.events_said import CommandAnswered, Withdrawn
from app.domain.values import Person, ReleaseId, Role
from app.ports import Change, Commit, Rejected, Throttled
from tests.clock import NOON
from tests.events.reading import payload
from tests.given import (
    MALLORY,
    READ,
    RON,
    RUTH,
    SAM,
    SHA,
    TEAM_STARTED,
    TEAM_TEXT,
    TESS,
    all_done,
    all_signed,
    held,
    signed,
    ticked,
    waived,
)
from tests.worker.delivering import KEY, account, comment, effects, kinds, say, tell, worker
from tests.worker.workshop import R1, Rival, Workshop

pytestmark = pytest.mark.anyio

WORKFLOW = "on: {workflow_dispatch: {inputs: {task: , gonogo_id: }}}"
LATER = "2026-03-10T12:00:05Z"
BO = Person(id=20, login="bo")  # who holds both roles that sign off


async def answered(shop: Workshop) -> list[CommandAnswered]:
    return [event for event in await shop.releases.events(R1) if isinstance(event, CommandAnswered)]


LATER_START = replace(TEAM_STARTED, said_at=NOON + timedelta(seconds=3))


def spoken(text: str, number: int, at: str, by: Person = TESS) -> bytes:
    """A comment in the tracking issue, of that moment."""
    return payload(
        "issue_comment.created",
        comment__body=text,
        comment__id=number,
        comment__created_at=at,
        comment__user=account(by),
        sender=account(by),
    )


def labelled(name: str, by: Person = RUTH, kind: str = "User", at: str = LATER, action: str = "labeled") -> bytes:
    """A label on the tracking issue."""
    return payload(
        "issues.labeled",
        action=action,
        label={"name": name},
        issue__number=12,
        issue__labels=[{"name": name}],
        issue__updated_at=at,
        sender=account(by, kind),
    )


# -- written down --------------------------------------------------------------------------------------------------


async def test_a_command_that_was_taken_is_written_down_with_whoever_gave_it(shop: Workshop) -> None:
    await shop.open_team_release()
    await say(shop, "/release check 1.1.1 read by two of us", by=TESS)
    assert await kinds(shop) == ["item_ticked", "command_answered"]
    assert await answered(shop) == [
        CommandAnswered(
            key="comment:900:0",
            delivery="d1",
            command="check",
            text="check 1.1.1 read by two of us",
            by=TESS,
            sha=SHA,
            refusal=None,
            at=NOON,
            said_at=NOON + timedelta(seconds=2),
        )
    ]
    assert await effects(shop) == ["rocket"]


async def test_a_command_that_was_refused_is_written_down_with_the_reason(shop: Workshop) -> None:
    await shop.open_team_release()
    await say(shop, "/release go", by=RUTH)
    await say(shop, "/release waive 1.1.1 no time", "d2", by=SAM, number=901)
    assert [(one.command, one.by, one.refusal) for one in await answered(shop)] == [
        ("go", RUTH, "NotReady"),
        ("waive", SAM, "NotAllowed"),
    ]
    assert [sign for sign in await effects(shop) if sign == "-1"] == ["-1", "-1"]


@pytest.mark.parametrize("text", ["status", "why", "help", "report", "help nonsense", "go now"])
async def test_questions_and_what_is_no_command_change_nothing(shop: Workshop, text: str) -> None:
    await shop.open_team_release()
    await say(shop, f"/release {text}", by=RUTH)
    assert await kinds(shop) == []


async def test_a_start_is_written_down_in_the_release_that_it_starts(shop: Workshop) -> None:
    shop.github.files[".github/release-plan.md"] = TEAM_TEXT
    shop.github.users = {"ruth": RUTH.id, "tess": TESS.id}
    await say(shop, "/release start 1.0.0", by=RUTH)
    (opened,) = await shop.releases.open_in(7)
    assert opened.people == {"ruth": RUTH.id, "tess": TESS.id}
    assert [event.kind for event in await shop.releases.events(opened.id)] == ["release_started", "command_answered"]
    assert opened.answered == ("comment:900:0",)


@pytest.mark.parametrize("text", ["abandon that is enough", "finish --force that is enough"])
async def test_the_end_of_a_release_is_written_down_in_it(shop: Workshop, text: str) -> None:
    await shop.open_team_release()
    await say(shop, f"/release {text}", by=RUTH)
    assert (await kinds(shop))[-1] == "command_answered"
    assert await shop.releases.open_ids() == []
    assert await effects(shop) == ["rocket"]


async def test_a_long_command_is_written_down_cut(shop: Workshop) -> None:
    await shop.open_team_release()
    await say(shop, f"/release hold {'x' * 900}", by=TESS)
    assert len((await answered(shop))[0].text) == 300


# -- once ------------------------------------------------------------------------------------------------------------


async def test_d1_the_same_comment_under_another_delivery_id_is_not_decided_on_again(shop: Workshop) -> None:
    await shop.open_team_release(*all_done()[:5])
    shop.github.files[".github/workflows/release.yml"] = WORKFLOW
    for name in ("d1", "d2", "d3"):
        await say(shop, "/release 2.1\n/release hold for lunch", name, by=RUTH)
    assert (await kinds(shop))[5:] == ["run_requested", "command_answered", "hold_placed", "command_answered"]
    assert [kind for kind, _, _ in await shop.entries()] == ["dispatch", "react"]


async def test_d1_a_refusal_under_another_delivery_id_is_not_said_again(shop: Workshop) -> None:
    await shop.open_team_release()
    for name in ("d1", "d2"):
        await say(shop, "/release go\n/release nonsense", name, by=RUTH)
    assert [one.refusal for one in await answered(shop)] == ["NotReady", "UnknownCommand"]
    assert len([words for words in await effects(shop) if words != "-1"]) == 2


async def test_another_comment_with_the_same_words_is_another_command(shop: Workshop) -> None:
    await shop.open_team_release()
    await say(shop, "/release hold", by=TESS)
    await say(shop, "/release hold", "d2", by=TESS, number=901)
    assert len(await answered(shop)) == 2


@pytest.mark.parametrize(
    ("text", "by", "event", "refusal"),
    [
        ("approve Tech Lead", TESS, signed("Tech Lead", TESS), "AlreadySigned"),
        ("approve Tech Lead", BO, signed("Security Lead", BO), "AlreadySigned"),
        ("waive 1.1.1 no time", RUTH, waived(READ, RUTH, needs_second=True), "WaiverAsked"),
        ("check 1.1.1", TESS, ticked(READ, TESS), "AlreadyTicked"),
        ("withdraw", TESS, Withdrawn(by=TESS, at=NOON), "NothingToTakeBack"),
    ],
)
async def test_d23_the_same_person_twice_in_parallel_is_one_person(
    shop: Workshop, text: str, by: Person, event: Event, refusal: str
) -> None:
    """Another process has taken the same person's other word just before our commit: it is decided on again."""
    roles = TEAM_TEXT.replace("[tess]", "[tess, bo]").replace("[sam]", "[sam, bo]")
    before = [signed("Tech Lead", TESS)] if text == "withdraw" else []
    begun = replace(TEAM_STARTED, plan_text=roles, people={**TEAM_STARTED.people, "bo": BO.id})
    await shop.releases.commit(Commit(changes=[Change(release=R1, expected=0, events=[begun, *before])]), NOON)
    await comment(shop, f"/release {text}", by=by)
    late = replace(shop, bench=replace(shop.bench, releases=Rival(shop, lambda: shop.happened(event))))
    await worker(late).drain(KEY)
    assert (await kinds(shop))[len(before) :] == [event.kind, "command_answered"]
    assert [one.refusal for one in await answered(shop)] == [refusal]


# -- which release -------------------------------------------------------------------------------------------------


async def elsewhere(shop: Workshop, text: str) -> list[str]:
    """What is answered to a comment in another issue."""
    by = account(RUTH)
    said = payload("issue_comment.created", comment__body=text, issue__number=99, comment__user=by, sender=by)
    await tell(shop, "issue_comment", said)
    return await effects(shop)


async def test_outside_the_tracking_issue_the_one_open_release_is_meant(shop: Workshop) -> None:
    await shop.open_team_release()
    assert await elsewhere(shop, "/release hold for lunch") == ["rocket"]
    assert [hold.by for hold in (await shop.release()).holds] == [RUTH]


async def test_of_several_open_releases_one_has_to_be_named(shop: Workshop) -> None:
    await shop.open_team_release()
    other = replace(TEAM_STARTED, release=ReleaseId("r2"), issue=13, version="1.1.0", tag="v1.1.0")
    await shop.releases.commit(Commit(changes=[Change(release=other.release, expected=0, events=[other])]), NOON)
    sign, words = await elsewhere(shop, "/release hold for lunch")
    assert sign == "-1"
    assert "1.1.0" in words
    assert await kinds(shop) == []


# -- who -----------------------------------------------------------------------------------------------------------


async def test_somebody_s_roles_in_the_plan_are_those_of_their_account(shop: Workshop) -> None:
    await shop.open_team_release(*all_done())
    shop.github.role = Role.READ
    await say(shop, "/release approve", by=TESS)
    await say(shop, "/release approve", "d2", by=Person(id=99, login="sam"), number=901)
    assert list((await shop.release()).signoffs) == ["Tech Lead"]


async def test_d22_a_role_that_cannot_be_read_denies_and_the_refusal_is_written_down(shop: Workshop) -> None:
    await shop.open_team_release()
    shop.github.errors["role_of"] = [Rejected(403, "Resource not accessible by integration")]
    await say(shop, "/release approve", by=TESS)
    assert [one.refusal for one in await answered(shop)] == ["NotAllowed"]


async def test_a_rate_limit_on_teams_is_waited_for(shop: Workshop) -> None:
    await shop.open_release(plan=TEAM_TEXT.replace("[tess]", '["@octo-org/leads"]'))
    shop.github.errors["in_team"] = [Throttled(NOON)]
    await say(shop, "/release approve", by=TESS)
    assert await shop.deliveries() == [("d1", "waiting", 0)]
    assert await kinds(shop) == []


async def test_d17_an_outsider_is_heard_and_gets_no_words_and_leaves_no_trace_in_the_log(shop: Workshop) -> None:
    await shop.open_team_release(held(SAM))
    shop.github.role = Role.NONE
    await say(shop, "/release hold\n/release resume\n/release nonsense", by=MALLORY)
    assert set(await effects(shop)) == {"-1"}
    assert await kinds(shop) == ["hold_placed"]


@pytest.mark.parametrize("text", ["status", "why", "help"])
async def test_questions_ask_for_nobody_s_teams(shop: Workshop, text: str) -> None:
    await shop.open_release(plan=TEAM_TEXT.replace("[tess]", '["@octo-org/leads"]'))
    await say(shop, f"/release {text}", by=TESS)
    assert "in_team" not in shop.github.calls


# -- the plan and the commit --------------------------------------------------------------------------------------------


async def test_replan_takes_up_the_text_and_goes_on_with_it_in_the_same_comment(shop: Workshop) -> None:
    await shop.open_team_release()
    new = TEAM_TEXT.replace("- [ ] Screenshots are new\n", "- [ ] Screenshots are new\n- [ ] Videos are new\n")
    shop.github.files[".github/release-plan.md"] = new
    await say(shop, "/release replan\n/release waive 1.2.3 none were made", by=RUTH)
    assert await kinds(shop) == ["plan_adopted", "command_answered", "item_waived", "command_answered"]
    assert "poll:r1" in shop.scheduler.woken


async def test_retarget_moves_to_the_branch_s_head(shop: Workshop) -> None:
    await shop.open_team_release(*all_signed())
    shop.github.files[".github/release-plan.md"] = TEAM_TEXT
    shop.github.heads["main"] = "c3" * 20  # pyright: ignore[reportArgumentType]  # a sha
    await say(shop, "/release retarget", by=RUTH)
    after = await shop.release()
    assert (after.target.sha, after.signoffs) == ("c3" * 20, {})
    assert (await kinds(shop))[-3:] == ["retargeted", "plan_seen", "command_answered"]


# -- labels ---------------------------------------------------------------------------------------------------------


async def test_a_label_is_a_command_of_whoever_set_it_and_is_taken_off(shop: Workshop) -> None:
    await shop.open_team_release(*all_done()[:5])
    shop.github.files[".github/workflows/release.yml"] = WORKFLOW
    await tell(shop, "issues", labelled("release:build-installers"))
    assert (await kinds(shop))[5:] == ["run_requested", "command_answered"]
    (one,) = await answered(shop)
    assert (one.by, one.command, one.text) == (RUTH, "run", "run build-installers")
    assert await effects(shop) == ["dispatch", "unlabel release:build-installers"]
    assert "react" not in shop.github.calls


async def test_a_label_that_is_refused_is_taken_off_and_said_why(shop: Workshop) -> None:
    await shop.open_team_release()
    await tell(shop, "issues", labelled("release:sign-installers"))
    gone, words = await effects(shop)
    assert gone == "unlabel release:sign-installers"
    assert "not its turn" in words


async def test_d1_a_label_told_twice_is_one_command_and_put_on_again_another(shop: Workshop) -> None:
    await shop.open_team_release()
    for name in ("d1", "d2"):
        await tell(shop, "issues", labelled("release:3.1"), name)
    assert len(await answered(shop)) == 1
    await tell(shop, "issues", labelled("release:3.1", at="2026-03-10T12:07:00Z"), "d3")
    assert len(await answered(shop)) == 2


async def test_d18_a_label_by_a_bot_does_nothing_and_is_taken_off(shop: Workshop) -> None:
    await shop.open_team_release()
    await tell(shop, "issues", labelled("release:2.1", MALLORY, "Bot"))
    assert await kinds(shop) == []
    assert await effects(shop) == ["unlabel release:2.1"]


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("another label", labelled("bug")),
        ("taken off", labelled("release:2.1", action="unlabeled")),
        ("another issue", payload("issues.labeled", label={"name": "release:2.1"})),
        ("a bot's own label", labelled("ready", MALLORY, "Bot")),
    ],
)
async def test_any_other_label_asks_for_nothing(shop: Workshop, name: str, body: bytes) -> None:
    await shop.open_team_release()
    await tell(shop, "issues", body)
    assert await effects(shop) == [], name
    assert await answered(shop) == [], name


# -- loops ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("our own comment", {"comment__user": account(MALLORY, "Bot"), "sender": account(MALLORY, "Bot")}),
        ("an App in somebody's name", {"comment__performed_via_github_app": {"id": 9, "slug": "x"}}),
        ("edited", {"action": "edited", "changes": {"body": {"from": "hello"}}}),
        ("deleted", {"action": "deleted"}),
    ],
)
async def test_d18_nothing_that_a_bot_says_or_that_was_changed_triggers_anything(
    shop: Workshop, name: str, changes: dict[str, object]
) -> None:
    await shop.open_team_release()
    await tell(shop, "issue_comment", payload("issue_comment.created", comment__body="/release hold", **changes))
    assert (await kinds(shop), await effects(shop)) == ([], []), name


async def test_d18_our_answers_quote_commands_and_are_none(shop: Workshop) -> None:
    """Whatever we answer, written by a person it would still hold no command."""
    await shop.open_team_release(held(SAM), waived(READ))
    for number, text in enumerate(["go", "resume", "nonsense", "finish", "waive 1.1.1 x", "help", "why", "status"]):
        await say(shop, f"/release {text}", f"d{number}", by=RON, number=900 + number)
    before = await kinds(shop)
    answers = [words for words in await effects(shop) if " " in words]
    assert len(answers) >= 6
    for number, words in enumerate(answers):
        await say(shop, words, f"e{number}", by=RON, number=950 + number)
    assert await kinds(shop) == before


async def test_what_is_said_after_the_end_is_not_taken_for_another_release(shop: Workshop) -> None:
    await shop.open_team_release()
    await say(shop, "/release abandon that is enough", by=RUTH)
    another = replace(TEAM_STARTED, release=ReleaseId("r2"), issue=13, version="1.1.0")
    await shop.releases.commit(Commit(changes=[Change(release=another.release, expected=0, events=(another,))]), NOON)
    await say(shop, "/release abandon by mistake", "d2", by=RUTH, number=901)
    assert await shop.releases.open_ids() == ["r2"]
    assert any("which this issue tracked, is given up" in said for said in await effects(shop))


async def test_what_stands_below_the_end_in_one_comment_is_for_no_other_release(shop: Workshop) -> None:
    await shop.open_team_release()
    another = replace(TEAM_STARTED, release=ReleaseId("r2"), issue=13, version="1.1.0")
    await shop.releases.commit(Commit(changes=[Change(release=another.release, expected=0, events=(another,))]), NOON)
    await say(shop, "/release abandon that is enough\n/release abandon that is enough", by=RUTH)
    assert await shop.releases.open_ids() == ["r2"]


async def test_a_command_that_ended_its_release_is_not_decided_on_again(shop: Workshop) -> None:
    await shop.open_team_release()
    await say(shop, "/release abandon that is enough", by=RUTH)
    assert await effects(shop) == ["rocket"]
    await say(shop, "/release abandon that is enough", "again", by=RUTH)
    assert await effects(shop) == []


async def test_a_finished_version_is_not_started_again(shop: Workshop) -> None:
    await shop.open_team_release()
    shop.github.files[".github/release-plan.md"] = TEAM_TEXT
    await say(shop, "/release finish --force that is enough", by=RUTH)
    await say(shop, "/release start 1.0.0", "d2", by=RUTH, number=901)
    assert await shop.releases.open_ids() == []
    assert any("was released already" in said for said in await effects(shop))


async def test_an_abandoned_version_can_be_started_again(shop: Workshop) -> None:
    await shop.open_team_release()
    shop.github.files[".github/release-plan.md"] = TEAM_TEXT
    await say(shop, "/release abandon that is enough", by=RUTH)
    await say(shop, "/release start 1.0.0", "d2", by=RUTH, number=901)
    assert len(await shop.releases.open_ids()) == 1


async def test_a_version_that_is_finished_further_up_in_the_comment_is_not_started_again(shop: Workshop) -> None:
    await shop.open_team_release()
    shop.github.files[".github/release-plan.md"] = TEAM_TEXT
    await say(shop, "/release finish --force that is enough\n/release start 1.0.0", by=RUTH)
    assert await shop.releases.open_ids() == []


async def test_what_was_said_before_a_release_began_was_not_said_of_it(shop: Workshop) -> None:
    await shop.releases.commit(Commit(changes=[Change(release=R1, expected=0, events=(LATER_START,))]), NOON)
    await say(shop, "/release abandon by mistake", by=RUTH)
    assert await shop.releases.open_ids() == [R1]
    assert any("before something else" in said for said in await effects(shop))


async def test_what_is_taken_back_before_it_comes_does_not_come_to_count(shop: Workshop) -> None:
    await shop.open_team_release()
    await tell(shop, "issue_comment", spoken("/release withdraw", 901, "2026-03-10T12:00:20Z"), "d1")
    await tell(shop, "issue_comment", spoken("/release approve", 900, "2026-03-10T12:00:10Z"), "d2")
    assert (await shop.release()).signoffs == {}


async def test_two_waive_a_p0_item_in_whatever_order_their_words_come(shop: Workshop) -> None:
    await shop.open_team_release()
    await tell(shop, "issue_comment", spoken("/release waive 1.1.1 no time", 901, "2026-03-10T12:00:20Z", RON), "d1")
    await tell(shop, "issue_comment", spoken("/release waive 1.1.1 no time", 900, "2026-03-10T12:00:10Z", RUTH), "d2")
    assert (await shop.release()).waivers[READ].is_in_force
