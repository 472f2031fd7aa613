"""`retarget`, `replan`: another commit or another text of the plan, with what falls and what stays."""

from dataclasses import replace

import pytest

from app.domain.facts import Facts, NoPlan, PlanSource
from app.domain.messages import (
    Message,
    Moved,
    NotAllowed,
    NotReady,
    PlanGone,
    PlanTaken,
    PlanUnchanged,
    SameTarget,
    StrayCommit,
    UnknownRef,
)
from app.domain.plan.drift import changes
from app.domain.plan.reader import read_plan
from app.domain.release.effects import CancelRun, MoveCandidate
from app.domain.release.events import Event
from app.domain.release.events_course import PlanAdopted, PlanSeen, Retargeted
from app.domain.release.gate import GateState, judge
from app.domain.values import Person, Role, Sha, Target, TaskId
from tests.commands.deciding import accepted, after, events, refused, said
from tests.given import (
    ASKED,
    DAVE,
    DESK,
    GUIDE,
    NOW,
    OTHER_SHA,
    READ,
    REPO,
    RUTH,
    SAM,
    SHA,
    SHOTS,
    TEAM,
    TEAM_TEXT,
    TESS,
    all_signed,
    asks,
    go_said,
    held,
    requested,
    started,
    team_release,
    vetoed,
    waived,
)

BLOB = Sha("c" * 40)
SAME_TEXT = Sha(team_release().plan_blob)
FULL: tuple[Event, ...] = (*all_signed(), waived(SHOTS), held(SAM), go_said())
SHORTER = TEAM_TEXT.replace("- [ ] Screenshots are new\n", "").replace(
    "The code has been read", "The CODE has been read"
)


def found(sha: Sha = OTHER_SHA, *, text: str = TEAM_TEXT, blob: Sha = SAME_TEXT, branch: str = "main") -> PlanSource:
    """The plan file as it stands at a commit."""
    plan = read_plan(text, path=".github/release-plan.md", version="1.0.0")
    return PlanSource(
        path=".github/release-plan.md",
        blob=blob,
        text=text,
        plan=plan,
        target=Target(sha=sha, branch=branch),
        people={"tess": TESS.id},
        changes=changes(TEAM, plan),
    )


def moving(
    source: PlanSource | NoPlan | None, *before: Event, by: Person = RUTH, role: Role | None = Role.READ
) -> Facts:
    return replace(asks(by, team_release(*before), role=role), source=source)


# -- retarget ---------------------------------------------------------------------------------------------------


def test_a_release_moves_to_the_commit_that_was_found() -> None:
    at = moving(found(branch="release/1.0.0"))
    assert events("retarget release/1.0.0", at) == (
        Retargeted(target=Target(sha=OTHER_SHA, branch="release/1.0.0"), by=RUTH, kept=None, at=NOW, said_at=NOW),
        PlanSeen(blob=SAME_TEXT, changes=(), at=NOW),
    )
    assert after("retarget release/1.0.0", at).target == Target(sha=OTHER_SHA, branch="release/1.0.0")


def test_d7_sign_offs_vetoes_the_call_evidence_and_ticks_fall_and_waivers_and_holds_stay() -> None:
    of = after("retarget", moving(found(), *FULL, vetoed(DAVE)))
    assert (of.signoffs, of.vetoes, of.call, of.sightings, of.runs, of.ticks) == ({}, (), None, {}, {}, {})
    assert (of.waivers.keys(), [hold.by for hold in of.holds]) == ({SHOTS}, [SAM])
    assert judge(TEAM, of).state is not GateState.SUCCESS


def test_ticks_stay_where_the_release_manager_says_why() -> None:
    at = moving(found(), *FULL)
    of = after("retarget --keep only the changelog has changed", at)
    assert {item: tick.sha for item, tick in of.ticks.items()} == dict.fromkeys((READ, GUIDE, DESK), OTHER_SHA)
    assert (of.signoffs, of.call, of.sightings) == ({}, None, {})


@pytest.mark.parametrize(
    ("text", "kept"), [("retarget", None), ("retarget --keep only the changelog", "only the changelog")]
)
def test_what_fell_is_told(text: str, kept: str | None) -> None:
    answer = accepted(text, moving(found(), *FULL)).answer
    assert answer == Moved(
        version="1.0.0",
        sha=OTHER_SHA,
        before=SHA,
        ticks=3,
        kept=kept,
        signoffs=("Tech Lead", "Security Lead"),
    )
    assert "/release approve" in said(answer)


def test_runs_that_are_going_on_are_stopped_and_the_candidate_branch_goes_along() -> None:
    at = moving(found(), requested("2.1"), started("2.1", run_id=501))
    assert accepted("retarget", at).effects == (
        CancelRun(repo=REPO, task=TaskId("2.1"), run_id=501, attempt=1, comment=None, issue=12),
        MoveCandidate(repo=REPO, branch="gonogo/1.0.0", before=SHA, sha=OTHER_SHA, issue=12, asked=ASKED),
    )


def test_a_plan_that_reads_otherwise_there_is_a_drift_and_not_taken_up() -> None:
    of = after("retarget", moving(found(text=SHORTER, blob=BLOB)))
    assert of.plan_blob == SAME_TEXT
    assert of.drift is not None
    assert of.drift.changes


def test_moving_on_back_and_on_again_is_three_moves() -> None:
    first = accepted("retarget", moving(found())).effects[-1]
    again = accepted("retarget", replace(moving(found()), invocation="delivery-9:0")).effects[-1]
    assert isinstance(first, MoveCandidate)
    assert first.ledger_key != again.ledger_key


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (found(SHA), SameTarget(version="1.0.0", sha=SHA)),
        (NoPlan(unknown_ref="mian", ref="mian"), UnknownRef(ref="mian")),
        (
            NoPlan(stray=OTHER_SHA, branches=("main",), ref=OTHER_SHA),
            StrayCommit(ref=OTHER_SHA, sha=OTHER_SHA, branches=("main",)),
        ),
        (NoPlan(looked_at=("x",), ref="old"), PlanGone(path=".github/release-plan.md", ref="old")),
        (None, PlanGone(path=".github/release-plan.md", ref="main")),
    ],
)
def test_where_there_is_nothing_to_move_to_the_release_stays(
    source: PlanSource | NoPlan | None, reason: Message
) -> None:
    answer = refused("retarget somewhere", moving(source, *FULL))
    assert answer == reason
    assert "/release retarget <ref>" in said(answer)


# -- replan -------------------------------------------------------------------------------------------------------


def test_the_plan_s_new_text_is_taken_up_and_the_commit_stays() -> None:
    source = found(text=SHORTER, blob=BLOB)
    decision = accepted("replan", moving(source, *FULL))
    (event,) = decision.events
    assert isinstance(event, PlanAdopted)
    assert (event.plan_blob, event.plan_text, event.tag, event.people, event.by) == (
        BLOB,
        SHORTER,
        "v1.0.0",
        team_release().people,
        RUTH,
    )
    assert SHOTS not in event.items
    assert event.items[READ] == READ
    of = after("replan", moving(source, *FULL))
    assert (of.target.sha, of.plan_blob) == (SHA, BLOB)
    assert decision.is_refresh


def test_d21_a_login_that_was_pinned_before_stays_the_account_it_was() -> None:
    """Somebody else may have it by now; who is named for the first time is whoever has the login today."""
    source = replace(found(text=SHORTER, blob=BLOB), people={"tess": 99, "newcomer": 100})
    of = after("replan", moving(source))
    assert (of.people["tess"], of.people["newcomer"]) == (TESS.id, 100)


def test_what_was_said_and_run_for_items_that_stayed_is_kept_and_sign_offs_and_the_go_fall() -> None:
    of = after("replan", moving(found(text=SHORTER, blob=BLOB), *FULL, vetoed(DAVE)))
    before = team_release(*FULL)
    assert (of.ticks, of.runs, of.holds) == (before.ticks, before.runs, before.holds)
    assert (of.waivers, of.signoffs, of.call, of.issues_read_at) == ({}, {}, None, None)
    assert [veto.by for veto in of.vetoes] == [DAVE]


def test_what_is_new_is_told() -> None:
    source = found(text=SHORTER, blob=BLOB)
    answer = accepted("replan", moving(source)).answer
    assert answer == PlanTaken(path=source.path, blob=BLOB, changes=source.changes, errors=0)
    assert source.changes
    assert "/release why" in said(answer)


def test_a_plan_with_errors_is_taken_up_and_keeps_the_gate_red() -> None:
    broken = TEAM_TEXT.replace("- [ ] Screenshots", "- [   ] Screenshots")
    source = found(text=broken, blob=BLOB)
    answer = accepted("replan", moving(source)).answer
    assert isinstance(answer, PlanTaken)
    assert answer.errors == 1
    assert judge(source.plan, after("replan", moving(source))).state is GateState.FAILURE


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (found(), PlanUnchanged(path=".github/release-plan.md", ref="main")),
        (found(branch=""), PlanUnchanged(path=".github/release-plan.md", ref=OTHER_SHA)),
        (NoPlan(looked_at=("x",), ref="main"), PlanGone(path=".github/release-plan.md", ref="main")),
        (None, PlanGone(path=".github/release-plan.md", ref="main")),
    ],
)
def test_a_plan_that_is_not_there_or_not_new_is_not_taken_up(
    source: PlanSource | NoPlan | None, reason: Message
) -> None:
    answer = refused("replan", moving(source, *FULL))
    assert answer == reason
    assert "/release " in said(answer)


# -- who may ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("by", "role"), [(TESS, Role.WRITE), (DAVE, Role.MAINTAIN), (RUTH, None)])
@pytest.mark.parametrize("text", ["retarget", "retarget --keep no code", "replan"])
def test_only_a_release_manager_moves_a_release(text: str, by: Person, role: Role | None) -> None:
    assert isinstance(refused(text, moving(found(), by=by, role=role)), NotAllowed)


def test_d6_nothing_that_was_said_of_the_old_commit_lets_the_new_one_through() -> None:
    of = after("retarget --keep no code", moving(found(), *FULL))
    assert isinstance(refused("go", asks(RUTH, of)), NotReady)
    assert {reason.__class__.__name__ for reason in judge(TEAM, of).reasons} == {
        "BelowThreshold",
        "Held",
        "SignoffMissing",
        "GoNotSaid",
    }
