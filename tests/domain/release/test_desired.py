"""What GitHub is to show follows from state alone, fits GitHub's limit, and names what moves each reason."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.checklist import Placed, item_line, item_text, put_block
from app.domain.plan.model import Plan, Task
from app.domain.release.desired import BODY_LIMIT, TooLong, at_detail, fit, gate_view, issue_view, length, status_view
from app.domain.release.gate import Beside, GateState, judge
from app.domain.release.items import State
from app.domain.release.model import Progress, Release, RunState
from app.domain.release.readiness import percent
from app.domain.release.reasons import explain
from app.domain.release.views import Detail, IssueView, ItemView, ReasonView
from app.domain.values import TaskId
from tests.domain.release.builders import (
    BLOCKER,
    EARLY,
    FAILED,
    GIVEN_UP,
    GREEN,
    MID,
    MOMENTS,
    PEOPLE,
    PLAN,
    REFUSED,
    SAID,
    SITE,
    a_plan,
    a_release,
    a_run,
    check_seen,
    job_seen,
    run_seen,
)


def _issue(release: Release, plan: Plan = PLAN) -> IssueView:
    return issue_view(plan, release, judge(plan, release), SITE)


# -- the overview --------------------------------------------------------------------------------------------


def test_the_first_tasks_that_can_be_run_are_offered() -> None:
    steps = _issue(EARLY).overview.steps
    assert [(step.label, step.command) for step in steps] == [
        ("1.1 Code Quality", "validate-all"),
        ("2.1 Sign", "sign"),
        ("2.2 Notarize", "notarize"),
    ]


def test_what_runs_or_succeeded_is_not_offered_again() -> None:
    overview = _issue(MID).overview
    assert overview.steps == ()
    assert [step.label for step in overview.running] == ["2.2 Notarize"]


def test_a_failed_run_is_retried_and_one_that_never_started_is_run() -> None:
    assert [step.command for step in _issue(FAILED).overview.steps] == ["retry validate-all", "sign", "retry notarize"]


def test_an_unclear_run_is_retried_and_not_simply_run() -> None:
    release = a_release(runs=(a_run("2.1", None, state=RunState.UNCLEAR, reason="no answer"),))
    assert "retry sign" in [step.command for step in _issue(release).overview.steps]


def test_a_run_that_succeeded_but_for_a_job_is_run_again_and_not_offered_as_new() -> None:
    seen = (run_seen(22, Progress.SUCCESS), job_seen(22, "notarize (arm)", Progress.FAILURE))
    overview = _issue(a_release(runs=(a_run("2.2", 22),), seen=seen)).overview
    assert "notarize" not in [step.command for step in overview.steps]
    assert [view.commands for view in overview.reasons if view.kind == "failed"] == [("retry notarize",)]


def test_a_task_waits_for_what_it_needs() -> None:
    needing = a_plan().phases[1].tasks[1]
    phases = (
        PLAN.phases[0],
        replace(PLAN.phases[1], tasks=(PLAN.phases[1].tasks[0], replace(needing, needs=("2.1",)))),
    )  # pyright: ignore[reportArgumentType] - an id written out
    plan = replace(PLAN, phases=phases)
    assert [step.command for step in _issue(EARLY, plan).overview.steps] == ["validate-all", "sign"]


def _with_needs(**needs: str) -> Plan:
    """The plan, in which tasks (`t2_2`) need others (`2.1`)."""

    def changed(task: Task) -> Task:
        wanted = needs.get(f"t{task.id.replace('.', '_')}")
        return replace(task, needs=(TaskId(wanted),)) if wanted else task

    phases = (replace(phase, tasks=tuple(changed(task) for task in phase.tasks)) for phase in PLAN.phases)
    return replace(PLAN, phases=tuple(phases))


def _below(release: Release, plan: Plan, scope: str = "P0") -> ReasonView:
    views = explain(judge(plan, release))
    return next(view for view in views if view.kind == "threshold" and view.subject == scope)


def test_what_has_to_wait_is_named_behind_what_it_waits_for() -> None:
    below = _below(EARLY, _with_needs(t1_1="2.1", t2_1="2.2"))
    assert (below.commands, below.then) == (("notarize",), ("validate-all", "sign"))


def test_a_run_that_is_waited_for_is_named() -> None:
    release = a_release(runs=(a_run("2.2", 22),), seen=(run_seen(22, Progress.RUNNING),))
    below = _below(release, _with_needs(t2_1="2.2"))
    assert (below.running, below.commands, below.then) == (("2.2 Notarize",), ("validate-all",), ("sign",))


def test_a_task_that_no_run_brings_about_is_named_where_others_need_it() -> None:
    below = _below(EARLY, _with_needs(t2_1="1.2"))
    assert (below.held, below.then) == (("1.2 Documentation",), ("sign",))


def test_needs_that_go_round_in_a_circle_end() -> None:
    below = _below(EARLY, _with_needs(t2_1="2.2", t2_2="2.1"))
    assert (below.commands, below.then) == (("validate-all",), ("sign", "notarize"))


def test_overall_is_left_out_beside_the_priorities_only() -> None:
    subjects = [view.subject for view in _issue(EARLY).overview.reasons if view.kind == "threshold"]
    assert subjects == ["P0", "P1"]
    alone = replace(PLAN, gate=replace(PLAN.gate, thresholds={"overall": 95.0}))
    subjects = [view.subject for view in _issue(EARLY, alone).overview.reasons if view.kind == "threshold"]
    assert subjects == ["overall"]


def test_missing_signoffs_are_one_reason() -> None:
    plan = replace(PLAN, gate=replace(PLAN.gate, signoffs=("Tech Lead", "Product Manager")))
    told = [view.names for view in explain(judge(plan, EARLY)) if view.kind == "signoff"]
    assert told == [("Tech Lead (octocat)", "Product Manager")]


def test_two_tasks_of_one_slug_are_named_by_their_numbers() -> None:
    tasks = tuple(replace(task, slug="same") for task in PLAN.phases[1].tasks)
    plan = replace(PLAN, phases=(replace(PLAN.phases[1], tasks=tasks),))
    assert [step.command for step in _issue(EARLY, plan).overview.steps] == ["2.1", "2.2"]


def test_phases_after_the_tag_are_not_offered_nor_counted() -> None:
    overview = _issue(EARLY).overview
    assert overview.formula.phases == ("Phase 1: Validation", "Phase 2: Builds")
    assert not overview.formula.are_all
    assert overview.formula.weights == (("P0", "5"), ("P1", "3"))
    assert overview.formula.total == "8"


def test_figures_name_what_is_done_and_what_is_wanted() -> None:
    figures = {f.scope: f for f in _issue(MID).overview.figures}
    assert (figures["P0"].done, figures["P0"].counted, figures["P0"].percent, figures["P0"].wanted) == (
        7,
        8,
        "87.5",
        "100",
    )
    assert (figures["overall"].percent, figures["overall"].wanted, figures["overall"].is_met) == ("54.6", "95", False)


def test_links_lead_to_the_commit_the_plan_and_the_issue_on_any_server() -> None:
    view = issue_view(PLAN, MID, judge(PLAN, MID), "https://ghe.example/git/").overview
    assert view.commit_url == f"https://ghe.example/git/white-room/daw/commit/{MID.target.sha}"
    assert view.plan_url == f"https://ghe.example/git/white-room/daw/blob/{MID.target.sha}/.github/release-plan.md"
    assert view.issue_url == "https://ghe.example/git/white-room/daw/issues/416"


def test_the_state_is_dated_by_the_last_change() -> None:
    assert _issue(MID).overview.as_of == MID.changed_at


@pytest.mark.parametrize(
    ("share", "written"),
    [(100.0, "100"), (99.96, "99.9"), (87.5, "87.5"), (0.0, "0"), (100 * 2 / 3, "66.6"), (29.0, "29")],
)
def test_a_share_is_rounded_down(share: float, written: str) -> None:
    assert percent(share) == written


# -- reasons -------------------------------------------------------------------------------------------------


def test_items_that_failed_alike_are_one_reason() -> None:
    failed = [view for view in explain(judge(PLAN, FAILED)) if view.kind == "failed"]
    assert [(view.subject, view.count, view.commands) for view in failed] == [
        ("1.1 Code Quality", 2, ("retry validate-all",)),
        ("1.1 Code Quality", 1, ("status",)),
        ("2.1 Sign", 3, ("sign",)),
        ("2.2 Notarize", 1, ("retry notarize",)),
    ]


@pytest.mark.parametrize(("plan", "release"), MOMENTS.values(), ids=MOMENTS)
def test_every_reason_of_the_verdict_is_told(plan: Plan, release: Release) -> None:
    verdict = judge(plan, release)
    counted = (view.count if view.kind in ("failed", "signoff") else 1 for view in explain(verdict))
    assert sum(counted) == len(verdict.reasons)


@pytest.mark.parametrize(("plan", "release"), MOMENTS.values(), ids=MOMENTS)
def test_every_reason_says_since_when_and_what_moves_it(plan: Plan, release: Release) -> None:
    undated = {view.kind for view in explain(judge(plan, release)) if view.since is None}
    assert undated <= {"blockers", "failed", "plan", "nothing", "beside"}
    unmoved = {view.kind for view in explain(judge(plan, release)) if not view.commands}
    assert unmoved <= {"over", "blocker", "threshold", "beside"}


def _reason(kind: str, release: Release, plan: Plan = PEOPLE) -> ReasonView:
    return next(view for view in explain(judge(plan, release)) if view.kind == kind)


def test_a_hold_says_by_whom_why_and_until_when() -> None:
    (hold,) = SAID.holds
    held = _reason("held", SAID)
    assert (held.subject, held.found, held.since, held.until) == ("hubot", "the network is down", hold.at, hold.until)
    assert held.commands == ("resume",)
    assert _reason("held", REFUSED).until is None


def test_a_veto_and_a_no_go_say_by_whom_and_why() -> None:
    told = [_reason(kind, REFUSED) for kind in ("veto", "no-go")]
    assert [(view.subject, view.found, view.commands) for view in told] == [
        ("hubot", "a secret is in the build", ("withdraw",)),
        ("release-manager", "too many crashes", ("go",)),
    ]


def test_a_blocker_is_told_with_its_number_and_labels() -> None:
    blocker = _reason("blocker", SAID)
    assert (blocker.number, blocker.subject, blocker.names) == (388, BLOCKER.title, BLOCKER.labels)


def test_the_end_of_a_release_is_told_first() -> None:
    over, *_ = explain(judge(PEOPLE, GIVEN_UP))
    assert (over.kind, over.subject, over.found) == ("over", "release-manager", "1.0.1 takes its place")


def test_another_release_of_the_commit_is_told() -> None:
    beside = Beside(version="1.1.0", issue=417, state=GateState.FAILURE)
    assert [(v.kind, v.subject, v.number) for v in explain(judge(PEOPLE, GREEN, (beside,)))] == [
        ("beside", "1.1.0", 417)
    ]


def test_what_waits_for_a_tick_is_named_by_its_first_items() -> None:
    below = {view.subject: view for view in explain(judge(PEOPLE, EARLY)) if view.kind == "threshold"}
    assert (below["P1"].count, below["P1"].by_hand, below["P1"].names) == (4, 4, ("1.2.1", "1.2.2", "1.2.3"))


# -- what people said ------------------------------------------------------------------------------------------


def _items(release: Release) -> dict[str, ItemView]:
    return {item.id: item for phase in _issue(release, PEOPLE).phases for task in phase.tasks for item in task.items}


def test_an_item_done_by_a_person_says_by_whom_and_when() -> None:
    done = _items(SAID)["1.1.2"]
    assert (done.state, done.is_ticked, done.at) == (State.DONE, True, SAID.ticks[done.id].at)
    assert done.found == "octocat: read by octocat and hubot"


def test_a_waived_item_says_why_and_its_box_stays_empty() -> None:
    items = _items(SAID)
    assert (items["1.2.2"].state, items["1.2.2"].is_ticked) == (State.WAIVED, False)
    assert items["1.2.2"].found == "waived by release-manager: no MIDI hardware this week"
    assert items["2.1.2"].found == "waived by release-manager and hubot: no Windows build in 1.0"


def test_a_waiver_that_waits_for_a_second_person_leaves_the_item_open() -> None:
    item = _items(SAID)["1.1.1"]
    assert (item.state, item.is_ticked) == (State.OPEN, False)
    assert item.asked_waiver is not None
    assert item.asked_waiver.reason == "the linter is broken"


def test_a_box_that_nobody_claimed_stays_as_it_is_and_counts_for_nothing() -> None:
    item = _items(SAID)["1.2.3"]
    assert (item.state, item.is_ticked) == (State.OPEN, True)


def test_a_phase_that_is_not_open_names_the_one_before() -> None:
    assert [phase.opens_after for phase in _issue(SAID, PEOPLE).phases] == ["", "Phase 1: Validation"]
    assert [phase.opens_after for phase in _issue(GREEN, PEOPLE).phases] == ["", ""]


def test_only_what_has_its_turn_is_offered() -> None:
    assert _issue(EARLY, PEOPLE).overview.steps == ()
    assert [step.command for step in _issue(SAID, PEOPLE).overview.steps] == ["notarize"]  # its order is waived


def test_the_overview_counts_what_waits_for_people() -> None:
    overview = _issue(SAID, PEOPLE).overview
    assert (overview.by_hand, overview.first_by_hand) == (3, "1.2.3")
    assert (overview.waiting_waivers, overview.unclaimed, overview.holds) == (1, 1, True)
    assert {f.scope: f.waived for f in overview.figures} == {"P0": 1, "P1": 1, "overall": 0}


def test_the_overview_tells_what_has_changed_around_the_release() -> None:
    overview = _issue(SAID, PEOPLE).overview
    assert (overview.has_moved_on, overview.repair, overview.closed) == (True, SAID.repair, None)
    assert SAID.drift is not None
    assert overview.drift == SAID.drift.changes
    assert _issue(GIVEN_UP, PEOPLE).overview.closed == GIVEN_UP.closed


def test_the_status_comment_lists_what_people_said() -> None:
    view = status_view(PEOPLE, SAID, judge(PEOPLE, SAID), SITE)
    assert [signed.role for signed in view.signoffs] == ["Tech Lead"]
    assert [words for words, _ in view.waivers] == [
        "1.2.2 The MIDI chapter follows [the outline](https://example.com/midi)",
        "1.1.1 Lint is clean",
        "2.1.2 Windows signed",
    ]
    assert [label for label, _ in view.forced] == ["2.2 Notarize"]


def test_a_broken_plan_is_told_with_its_line() -> None:
    plan = a_plan("# Plan\n\n- [   ] crooked\n- [ ] straight\n")
    told = [view for view in explain(judge(plan, EARLY)) if view.kind == "plan"]
    assert [view.line for view in told] == [3]


def test_a_plan_in_which_nothing_counts_says_so() -> None:
    plan = a_plan("## 1. Tag\n\n```bash\ngit tag v1.0.0\n```\n\n- [ ] tagged\n")
    assert "nothing" in [view.kind for view in explain(judge(plan, EARLY))]


def test_open_items_name_the_commands_that_close_them() -> None:
    below = {view.subject: view for view in explain(judge(PLAN, EARLY)) if view.kind == "threshold"}
    assert below["P0"].commands == ("validate-all", "sign", "notarize")
    assert (below["P0"].count, below["P0"].by_hand) == (8, 0)
    assert (below["P1"].count, below["P1"].by_hand, below["P1"].commands) == (1, 1, ())


# -- the gate and the comment -----------------------------------------------------------------------------------


def test_the_gate_is_completed_only_when_it_is_decided() -> None:
    pending, failed = (gate_view(PLAN, r, judge(PLAN, r), SITE) for r in (MID, FAILED))
    assert (pending.status, pending.conclusion) == ("in_progress", None)
    assert (failed.status, failed.conclusion) == ("completed", "failure")
    assert failed.external_id == "gate"


def test_the_status_comment_shows_the_plans_warnings() -> None:
    plan = a_plan('# P\n\n- [ ] a <!-- gonogo: evidence="status=ci/x" -->\n')
    view = status_view(plan, EARLY, judge(plan, EARLY), SITE)
    assert [w.severity for w in view.warnings] == ["warning"] * len(view.warnings)
    assert len(view.warnings) == sum(p.severity == "warning" for p in plan.problems) > 0
    assert (view.started_by, view.started_at) == ("release-manager", EARLY.started_at)


# -- how much is shown ---------------------------------------------------------------------------------------------

VALIDATED = a_release(
    runs=(a_run("1.1", 11), a_run("2.1", 21)),
    seen=(run_seen(11, Progress.SUCCESS), check_seen("lint", Progress.SUCCESS), run_seen(21, Progress.RUNNING)),
)
ONE_DONE = replace(PLAN, phases=(replace(PLAN.phases[0], tasks=PLAN.phases[0].tasks[:1]), *PLAN.phases[1:]))


def _words(view: IssueView) -> str:
    """Write a view in few words: what the templates do, as far as its length goes."""
    lines = ["head"]
    for phase in view.phases:
        lines.append(phase.title)
        if phase.shows != "counts":
            for task in phase.tasks:
                lines.append(task.label)
                if phase.shows == "items":
                    lines += [item_line(i.id, item_text(i.text), is_ticked=False, depth=i.depth) for i in task.items]
    return "\n".join(lines)


def test_each_level_shows_less_than_the_one_before() -> None:
    shown = {
        detail: [phase.shows for phase in at_detail(_issue(VALIDATED, ONE_DONE), detail).phases] for detail in Detail
    }
    assert shown == {
        Detail.FULL: ["items", "items", "items"],
        Detail.FINISHED_BRIEF: ["tasks", "items", "items"],
        Detail.OTHERS_BRIEF: ["tasks", "items", "tasks"],
        Detail.OTHERS_COUNTED: ["counts", "items", "counts"],
        Detail.BRIEF: ["counts", "tasks", "counts"],
        Detail.COUNTED: ["counts", "counts", "counts"],
    }


def test_a_phase_in_which_something_runs_is_active_too() -> None:
    assert [phase.is_active for phase in _issue(MID).phases] == [True, True, False]


def test_a_small_plan_is_shown_in_full() -> None:
    view = _issue(MID)
    assert fit("Hello", view, _words) == put_block("Hello", _words(view))


def _large_plan(phases: int, items: int, words: str) -> Plan:
    parts = [
        f"## Phase {p}\n\n### {p}.1 Task\n\n" + "".join(f"- [ ] {words} {i}\n" for i in range(items))
        for p in range(1, phases + 1)
    ]
    return a_plan("\n".join(parts))


@pytest.mark.parametrize(("phases", "items"), [(1, 1000), (10, 100), (100, 10)])
@pytest.mark.parametrize("words", ["short", "long words 🚀 " * 40])
def test_a_plan_of_a_thousand_items_fits(phases: int, items: int, words: str) -> None:
    plan = _large_plan(phases, items, words)
    assert sum(len(task.items) for task in plan.tasks()) == 1000
    placed = fit("What people wrote 🚀\r\n", _issue(EARLY, plan), _words)
    assert isinstance(placed, Placed)
    assert length(placed.body) <= BODY_LIMIT
    assert placed.body.startswith("What people wrote 🚀\r\n\r\n")


def test_people_keep_their_words_even_when_nothing_of_ours_fits() -> None:
    body = "🚀" * 32_760
    assert fit(body, _issue(EARLY), _words) == TooLong(people=65_520)
    placed = put_block("", "old")
    assert fit(f"{body}\n{placed.body}", _issue(EARLY), _words) == TooLong(people=65_521)


@given(st.text())
def test_a_length_is_never_less_than_what_github_counts(text: str) -> None:
    assert length(text) >= len(text)
