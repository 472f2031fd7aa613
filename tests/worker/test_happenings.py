"""What GitHub tells around a release: issues, branches, the plan file, comments of ours, people's roles."""

from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from app.domain.values import ReleaseId, Role
from app.ports import Change, Commit, Shown, Throttled, Unclear
from app.worker.shown import digest
from tests.clock import NOON
from tests.events.reading import payload
from tests.given import (
    OTHER_SHA,
    SHA,
    TEAM_STARTED,
    TEAM_TEXT,
    an_issue,
    issue_seen,
    issues_read,
)
from tests.worker.delivering import effects, kinds, tell
from tests.worker.workshop import R1, Rival, Workshop

pytestmark = pytest.mark.anyio

PLAN = ".github/release-plan.md"
BLOCKER = payload("issues.labeled")
MOVED = payload("push", after=OTHER_SHA)
NEW_TEXT = TEAM_TEXT.replace("- [ ] Screenshots are new\n", "")


# -- issues ------------------------------------------------------------------------------------------------------


async def test_an_issue_that_is_labelled_as_a_blocker_counts_at_once(shop: Workshop) -> None:
    await shop.open_team_release(issues_read())
    await tell(shop, "issues", BLOCKER)
    assert (await shop.release()).issues[40].labels == ("bug", "P0")
    assert "show:r1" in shop.scheduler.woken


async def test_a_pull_request_blocks_as_an_issue_does(shop: Workshop) -> None:
    await shop.open_team_release(issues_read())
    await tell(shop, "pull_request", payload("pull_request.synchronize", action="labeled"))
    assert [(issue.number, issue.is_pull) for issue in (await shop.release()).issues.values()] == [(30, True)]


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("closed", {"action": "closed", "issue__state": "closed"}),
        ("deleted", {"action": "deleted"}),
        ("unlabelled", {"action": "unlabeled", "issue__labels": [{"name": "bug"}]}),
    ],
)
async def test_a_blocker_that_is_gone_is_one_no_more(shop: Workshop, name: str, changes: dict[str, object]) -> None:
    await shop.open_team_release(issue_seen(40, "P0", "bug", at=-1))
    await tell(shop, "issues", payload("issues.labeled", **changes))
    issue = (await shop.release()).issues[40]
    assert not issue.is_open or "P0" not in issue.labels, name


async def test_an_issue_that_does_not_matter_changes_nothing(shop: Workshop) -> None:
    await shop.open_team_release()
    await tell(shop, "issues", payload("issues.labeled", issue__labels=[{"name": "bug"}], label={"name": "bug"}))
    assert await kinds(shop) == []
    assert shop.scheduler.woken == []


async def test_two_words_of_one_second_are_a_reason_to_ask_github(shop: Workshop) -> None:
    await shop.open_team_release(issue_seen(40, "P0", "bug", at=3 / 60))
    await tell(shop, "issues", payload("issues.labeled", action="unlabeled", issue__labels=[{"name": "bug"}]))
    assert (await shop.release()).issues[40].labels == ("P0", "bug")
    assert "poll:r1" in shop.scheduler.woken


async def test_an_issue_matters_to_each_release_whose_plan_looks_for_its_labels(shop: Workshop) -> None:
    await shop.open_team_release()
    r2 = ReleaseId("r2")
    other = replace(TEAM_STARTED, release=r2, issue=13, version="1.1.0", plan_text="- [ ] Ship\n")
    await shop.releases.commit(Commit(changes=[Change(release=r2, expected=0, events=[other])]), NOON)
    await tell(shop, "issues", BLOCKER)
    assert [event.kind for event in await shop.releases.events(r2)] == ["release_started"]
    assert await kinds(shop) == ["issue_seen"]


# -- the tracking issue ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("action", ["deleted", "transferred"])
async def test_a_tracking_issue_that_is_gone_is_written_down_once(shop: Workshop, action: str) -> None:
    await shop.open_team_release()
    for name in ("d1", "d2"):
        await tell(shop, "issues", payload("issues.edited", action=action, changes=None), name)
    assert await kinds(shop) == ["tracking_issue_lost"]


async def test_another_issue_that_is_gone_is_no_matter(shop: Workshop) -> None:
    await shop.open_team_release()
    await tell(shop, "issues", payload("issues.edited", action="deleted", issue__number=13))
    assert await kinds(shop) == []


# -- branches and the plan -----------------------------------------------------------------------------------------


async def test_a_branch_that_moves_on_moves_no_release(shop: Workshop) -> None:
    await shop.open_team_release()
    shop.github.heads["main"] = OTHER_SHA
    await tell(shop, "push", payload("push", after=OTHER_SHA, commits=[{"modified": ["app.py"]}]))
    after = await shop.release()
    assert (after.head, after.target.sha) == (OTHER_SHA, SHA)
    assert "file" not in shop.github.calls  # nobody has touched the plan


@pytest.mark.parametrize("changes", [{}, {"forced": True}, {"commits": []}])
async def test_the_plan_is_looked_at_where_it_may_have_changed(shop: Workshop, changes: dict[str, object]) -> None:
    await shop.open_team_release()
    shop.github.heads["main"] = OTHER_SHA
    shop.github.files[PLAN] = NEW_TEXT
    await tell(shop, "push", payload("push", after=OTHER_SHA, **changes))
    drift = (await shop.release()).drift
    assert drift is not None
    assert any("Screenshots" in line for line in drift.changes)


async def test_a_plan_file_that_is_gone_is_a_drift(shop: Workshop) -> None:
    await shop.open_team_release()
    shop.github.heads["main"] = OTHER_SHA
    await tell(shop, "push", MOVED)
    assert await kinds(shop) == ["branch_seen", "plan_seen"]


async def test_a_push_to_another_branch_is_no_matter(shop: Workshop) -> None:
    await shop.open_team_release()
    await tell(shop, "push", payload("push", ref="refs/heads/feature", after=OTHER_SHA))
    assert (await kinds(shop), shop.github.calls) == ([], [])


@pytest.mark.parametrize("errors", [("commit_of",), ("file",)])
async def test_a_plan_that_cannot_be_looked_at_keeps_nothing_else_from_being_heard(
    shop: Workshop, errors: tuple[str, ...]
) -> None:
    await shop.open_team_release()
    shop.github.heads["main"] = OTHER_SHA
    shop.github.errors.update({method: [Unclear("502")] for method in errors})
    await tell(shop, "push", MOVED)
    assert await kinds(shop) == ["branch_seen"]
    assert await shop.deliveries() == [("d1", "handled", 0)]


async def test_a_rate_limit_on_the_plan_is_waited_for(shop: Workshop) -> None:
    await shop.open_team_release()
    shop.github.errors["commit_of"] = [Throttled(NOON)]
    await tell(shop, "push", MOVED)
    assert await kinds(shop) == []
    assert await shop.deliveries() == [("d1", "waiting", 0)]


# -- comments that were changed ---------------------------------------------------------------------------------------

OURS = Shown(comment=900, comment_url="u", comment_digest=digest("status"))


@pytest.mark.parametrize(
    ("name", "changes", "expected"),
    [
        ("the status comment as written", {"comment__body": "status"}, None),
        ("as a browser sends it", {"comment__body": "status\r\n"}, None),
        ("the status comment changed", {"comment__body": "nonsense"}, replace(OURS, comment_digest=None)),
        ("emptied", {"comment__body": None}, replace(OURS, comment_digest=None)),
        (
            "deleted",
            {"action": "deleted"},
            replace(OURS, comment=None, comment_url=None, comment_digest=None),
        ),
        ("somebody else's comment", {"comment__id": 901}, None),
        ("another issue's", {"issue__number": 13, "comment__body": "nonsense"}, None),
    ],
)
async def test_our_comment_is_looked_at_again_when_it_reads_otherwise(
    shop: Workshop, name: str, changes: dict[str, object], expected: Shown | None
) -> None:
    await shop.open_team_release()
    await shop.releases.save_shown(R1, Shown(), OURS)
    await tell(shop, "issue_comment", payload("issue_comment.created", **{"action": "edited", **changes}))
    assert await shop.releases.shown(R1) == (expected or OURS), name
    assert ("show:r1" in shop.scheduler.woken) == (expected is not None), name
    assert await kinds(shop) == []


@pytest.mark.parametrize(
    ("changes", "is_deleted"),
    [
        ({"action": "edited", "comment__body": "/release go", "changes": {"body": {"from": "hi"}}}, False),
        ({"action": "edited", "comment__body": "hi", "changes": {"body": {"from": "/release go"}}}, False),
        ({"action": "deleted", "comment__body": "/release go"}, True),
    ],
)
async def test_d5_a_command_that_was_edited_or_deleted_is_told_in_the_log_with_its_editor(
    shop: Workshop, changes: dict[str, object], *, is_deleted: bool
) -> None:
    await shop.open_team_release()
    with capture_logs() as logs:
        await tell(shop, "issue_comment", payload("issue_comment.created", **changes))
    (line,) = [entry for entry in logs if entry["event"] == "command.text_changed"]
    assert (line["comment"], line["editor"], line["is_deleted"]) == (900, 1, is_deleted)
    assert "release go" not in str(logs)
    assert (await kinds(shop), await effects(shop)) == ([], [])


async def test_d5_another_comment_that_was_edited_is_nobody_s_business(shop: Workshop) -> None:
    await shop.open_team_release()
    with capture_logs() as logs:
        await tell(shop, "issue_comment", payload("issue_comment.created", action="edited", comment__body="hi"))
    assert [entry["event"] for entry in logs] == []


# -- state labels ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("action", ["labeled", "unlabeled"])
async def test_a_state_label_that_somebody_changed_is_looked_at_again(shop: Workshop, action: str) -> None:
    await shop.open_team_release()
    await shop.releases.save_shown(R1, Shown(), Shown(labels=("gate:pending",), comment=900))
    changed = payload("issues.labeled", action=action, issue__number=12, label={"name": "gate:success"})
    await tell(shop, "issues", changed)
    assert await shop.releases.shown(R1) == Shown(labels=None, comment=900)
    assert "show:r1" in shop.scheduler.woken


async def test_the_echo_of_our_own_label_is_no_change(shop: Workshop) -> None:
    await shop.open_team_release()
    ours = Shown(labels=("gate:pending",))
    await shop.releases.save_shown(R1, Shown(), ours)
    bot = {"id": 2, "login": "go-no-go[bot]", "type": "Bot"}
    await tell(
        shop,
        "issues",
        payload("issues.labeled", issue__number=12, issue__labels=[], label={"name": "gate:pending"}, sender=bot),
    )
    assert await shop.releases.shown(R1) == ours
    assert shop.scheduler.woken == []


# -- people --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("event", "name"),
    [
        ("member", "member.added"),
        ("membership", "membership.removed"),
        ("team", "team.edited"),
        ("organization", "organization.member_removed"),
    ],
)
async def test_d22_what_is_kept_of_people_is_forgotten_when_their_roles_change(
    shop: Workshop, event: str, name: str
) -> None:
    await tell(shop, event, payload(name))
    assert shop.github.calls == ["forget_people"]
    assert await shop.deliveries() == [("d1", "handled", 0)]


async def test_what_is_heard_while_another_process_writes_is_heard_all_the_same(shop: Workshop) -> None:
    await shop.open_team_release()
    shop.github.role = Role.READ
    late = replace(shop, bench=replace(shop.bench, releases=Rival(shop, lambda: shop.happened(issues_read()))))
    await tell(late, "issues", BLOCKER)
    assert await kinds(shop) == ["issues_read", "issue_seen"]
    assert (await shop.release()).issues[40] == an_issue(40, "bug", "P0", at=3 / 60)
