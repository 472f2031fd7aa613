"""The report tells what was decided, by whom and why, and on what evidence a release stands."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.adapters.render import MESSAGE_LIMIT, TemplateRenderer
from app.domain.messages import Report
from app.domain.plan.reader import read_plan
from app.domain.release.desired import length
from app.domain.release.events import Event
from app.domain.release.events_deploy import Answer, DeploymentAnswered, DeploymentAsked
from app.domain.release.events_guard import TagIncident, TagRunsCancelled, TagRunsLeft
from app.domain.release.events_said import (
    GoSaid,
    HoldLifted,
    HoldPlaced,
    ItemTicked,
    ItemWaived,
    OrderWaived,
    SignedOff,
    Vetoed,
    WaiverSeconded,
)
from app.domain.release.fold import fold
from app.domain.release.gate import GateState
from app.domain.release.items import State
from app.domain.release.model import Progress, Sight
from app.domain.release.report import TIMELINE_LIMIT, ReportView, report_of
from app.domain.release.timeline import Timeline, timeline_of
from app.domain.values import ItemId, TaskId
from tests.domain.release.everything import ARCHIVED, EVERYTHING, LICENCES, OCTOCAT, at, ticked
from tests.given import MANAGER, NOW, PLAN, PLAN_TEXT, SHA, STARTED, release, requested, seen, sighting

RENDERER = TemplateRenderer()
MANUAL_PLAN = read_plan(
    PLAN_TEXT.replace("- [ ] Installers archived", '- [ ] Installers archived <!-- gonogo: evidence="manual" -->'),
    version="1.0.0",
)


def report(*events: Event, is_brief: bool = False) -> ReportView:
    return report_of(MANUAL_PLAN, release(*events), (STARTED, *events), is_brief=is_brief)


def written(view: ReportView) -> str:
    return RENDERER.message(Report(view=view))


def told(*events: Event) -> list[str]:
    """The timeline of a release that was started, and then these events."""
    entries = timeline_of(PLAN, (STARTED, *events), TIMELINE_LIMIT).entries
    return [f"{e.by.login if e.by else '-'}: {e.what}{f' ({e.about})' if e.about else ''} {e.reason}" for e in entries]


# -- how it stands -------------------------------------------------------------------------------------------


def test_a_release_that_was_just_started_says_by_whom_and_that_all_is_open() -> None:
    view = report()
    assert (view.version, view.tag, view.target.sha) == ("1.0.0", "v1.0.0", SHA)
    assert (view.started_by, view.started_at, view.as_of, view.closed) == (MANAGER, NOW, NOW, None)
    assert view.gate is GateState.PENDING
    assert len(view.open_items) == len(view.items) == 7
    assert [entry.what for entry in view.timeline.entries] == ["started 1.0.0 at a1a1a1a"]


def test_an_item_has_its_evidence_with_a_link_and_a_time() -> None:
    lint = sighting(Sight.CHECK, "lint", source="github-actions", at=60)
    row = next(item for item in report(seen(lint)).items if item.id == "1.2.1")
    assert (row.state, row.found, row.by, row.url) == (State.DONE, "check lint", None, lint.url)
    assert (row.at, row.counts, row.task) == (NOW + timedelta(seconds=60), True, "1.2 Check the code")


def test_a_persons_word_is_evidence_with_their_name() -> None:
    row = next(item for item in report(ticked(ARCHIVED, 5, "read twice")).items if item.id == ARCHIVED)
    assert (row.state, row.found, row.by, row.at, row.url) == (
        State.DONE,
        "octocat: read twice",
        OCTOCAT,
        at(5),
        None,
    )


def test_what_failed_is_open_and_says_why() -> None:
    lint = sighting(Sight.CHECK, "lint", Progress.FAILURE, source="github-actions")
    view = report(seen(lint))
    row = next(item for item in view.open_items if item.id == "1.2.1")
    assert (row.state, row.found, row.at) == (State.FAILED, "check lint: failure", None)
    assert [reason.kind for reason in view.reasons] == ["failed", "go"]


def test_figures_say_what_was_wanted_and_what_is() -> None:
    lint = sighting(Sight.CHECK, "lint", source="github-actions")
    p1, overall = report(seen(lint)).figures
    assert (p1.scope, p1.done, p1.counted, p1.percent, p1.wanted, p1.is_met) == ("P1", 1, 6, "16.6", "50", False)
    assert (overall.scope, overall.done, overall.wanted, overall.is_met) == ("overall", None, None, True)


def test_what_people_said_stands_in_it() -> None:
    view = report(
        SignedOff(role="Tech Lead", by=OCTOCAT, sha=SHA, at=at(1)),
        ItemWaived(item=LICENCES, by=MANAGER, reason="last year's", needs_second=True, at=at(2)),
        WaiverSeconded(item=LICENCES, by=OCTOCAT, reason="yes", at=at(3)),
        OrderWaived(task=TaskId("2.1"), over=(), by=MANAGER, reason="a dry run", at=at(4)),
        Vetoed(by=MANAGER, reason="it crashes", sha=SHA, at=at(5)),
        HoldPlaced(by=OCTOCAT, reason="lunch", until=at(90), at=at(6)),
        GoSaid(by=MANAGER, sha=SHA, at=at(7)),
    )
    ((item, words, waiver),), ((label, _),) = view.waivers, view.forced
    assert (item, words, waiver.second, label) == (LICENCES, "Licences are cleared", OCTOCAT, "2.1 Tag")
    assert [signed.role for signed in view.signoffs] == ["Tech Lead"]
    text = written(view)
    for said in (
        "Tech Lead signed off: octocat (id 5), 2026-03-10 12:01 UTC",
        "waived by release-manager (id 1), 2026-03-10 12:02 UTC: last year's; seconded by octocat (id 5)",
        "2.1 Tag · let run before its time by release-manager (id 1), 2026-03-10 12:04 UTC: a dry run",
        "Veto: release-manager (id 1), 2026-03-10 12:05 UTC: it crashes",
        "Stop: octocat (id 5), 2026-03-10 12:06 UTC, until 2026-03-10 13:30 UTC: lunch",
        "Go: release-manager (id 1), 2026-03-10 12:07 UTC",
        "**Gate: red**",
    ):
        assert said in text


def test_a_waiver_that_nobody_has_seconded_is_said_not_to_be_in_force() -> None:
    waived = ItemWaived(item=LICENCES, by=MANAGER, reason="last year's", needs_second=True, at=at(2))
    assert "not in force: it waits for a second person" in written(report(waived))


# -- the timeline -----------------------------------------------------------------------------------------------


def test_every_decision_is_told_with_its_reason_and_what_was_only_seen_is_not() -> None:
    entries = timeline_of(PLAN, EVERYTHING, TIMELINE_LIMIT).entries
    undecided = {"run_started", "seen", "tick_refused", "box_found", "command_answered"}
    undecided |= {"plan_seen", "branch_seen", "issue_seen", "issues_read"}
    decided = [event for event in EVERYTHING if event.kind not in undecided]
    assert [entry.at for entry in entries] == [event.at for event in decided]
    assert [entry.reason for entry in entries] == [
        "; ".join(event.what) if event.kind == "block_repaired" else _reason(event) for event in decided
    ]


def _reason(event: Event) -> str:
    words = (getattr(event, name, None) for name in ("reason", "note", "kept", "how"))
    lists = (", ".join(getattr(event, name, ())).replace("-", " ") for name in ("flaws", "wrong"))
    return next((word for word in (*words, *lists) if word), "")


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (requested(), "release-manager: asked for run 1 of 1.1 Build installers "),
        (ticked(ARCHIVED, 1, "twice"), "octocat: ticked 1.1.2 (Installers archived) twice"),
        (
            ItemWaived(item=LICENCES, by=MANAGER, reason="old", needs_second=True, at=NOW),
            "release-manager: asked for a waiver of 1.2.2 (Licences are cleared) old",
        ),
        (
            OrderWaived(task=TaskId("2.1"), over=("1.1 Build",), by=MANAGER, reason="dry run", at=NOW),
            "release-manager: let 2.1 Tag run before its time (1.1 Build) dry run",
        ),
        (
            HoldPlaced(by=OCTOCAT, reason="lunch", until=at(60), at=NOW),
            "octocat: stopped the release until 2026-03-10 13:00 UTC lunch",
        ),
        (HoldLifted(holder=1, by=MANAGER, at=NOW), "release-manager: lifted their own hold "),
        (HoldLifted(holder=9, by=None, at=NOW), "-: The hold of person 9 ended by itself "),
        (
            TagIncident(tag="v2.0.0", object=SHA, commit=None, wrong=("no-commit",), at=NOW),
            "-: Tag v2.0.0 was found amiss no commit",
        ),
        (
            TagRunsCancelled(tag="v2.0.0", commit=SHA, runs=(5, 6), at=NOW),
            "-: 2 of the runs that tag v2.0.0 had started were cancelled ",
        ),
        (
            TagRunsLeft(tag="v2.0.0", commit=SHA, runs=(7,), reason="GitHub answered 403: No", at=NOW),
            "-: 1 of the runs that tag v2.0.0 had started were not cancelled GitHub answered 403: No",
        ),
        (
            DeploymentAsked(key="q", environment="production", run_id=500, sha=SHA, at=NOW),
            "-: Run 500 asked to be let into production ",
        ),
        (
            DeploymentAnswered(
                key="q", environment="production", run_id=500, answer=Answer.TURNED_AWAY, reason="too late", at=NOW
            ),
            "-: Run 500 was turned away from production too late",
        ),
    ],
    ids=[
        "run",
        "tick",
        "waiver",
        "order",
        "hold",
        "own-hold",
        "hold-that-ended",
        "tag",
        "runs-of-a-tag",
        "runs-left",
        "asked",
        "answered",
    ],
)
def test_a_decision_is_told_in_words(event: Event, line: str) -> None:
    assert told(event)[-1] == line


def test_whose_hold_was_lifted_is_told_by_name() -> None:
    placed = HoldPlaced(by=OCTOCAT, reason="lunch", until=None, at=NOW)
    assert told(placed, HoldLifted(holder=5, by=MANAGER, at=NOW))[-1] == "release-manager: lifted the hold of octocat "


def test_an_item_of_an_earlier_plan_is_told_by_its_id_alone() -> None:
    """The plan that was taken up may have given the id to another item."""
    entries = timeline_of(PLAN, EVERYTHING, TIMELINE_LIMIT).entries
    before, after = [entry for entry in entries if entry.what in ("ticked 1.1.2", "waived 1.1.2")]
    assert (before.about, after.about) == ("", "Installers archived")


def test_refusals_are_counted() -> None:
    assert timeline_of(PLAN, EVERYTHING, TIMELINE_LIMIT).refused == (
        ("box put back, not allowed", 1),
        ("not allowed", 1),
    )
    assert timeline_of(PLAN, (), TIMELINE_LIMIT) == Timeline(entries=(), earlier=0, refused=())


def test_of_a_long_history_the_latest_is_told_and_the_rest_counted() -> None:
    history = [ticked(ARCHIVED, minute, f"note {minute}") for minute in range(300)]
    view = report(*history)
    assert (len(view.timeline.entries), view.timeline.earlier) == (TIMELINE_LIMIT, 101)
    assert view.timeline.entries[-1].reason == "note 299"
    brief = written(replace(view, is_brief=True))
    assert "- 271 earlier decisions\n" in brief
    assert ("note 270" in brief, "note 269" in brief) == (True, False)


# -- the words -----------------------------------------------------------------------------------------------------


def test_a_brief_report_leaves_the_evidence_to_the_archive() -> None:
    tick = ticked(ARCHIVED, 5)
    assert "**Evidence**" in written(report(tick))
    brief = written(report(tick, is_brief=True))
    assert "**Evidence**" not in brief
    assert "(id 5)" not in brief
    assert "**Open items: 6**" in brief


def test_an_ended_release_says_who_ended_it_and_why() -> None:
    made = fold(EVERYTHING)
    assert made is not None
    text = written(report_of(PLAN, made, EVERYTHING))
    assert "**Given up** by release-manager (id 1), 2026-03-10 13:15 UTC: 1.0.1 takes its place" in text
    assert "- The release was given up by release-manager\n" in text


def test_foreign_words_stay_nothing_but_words() -> None:
    hostile = "@octocat #1 </details> <!-- gonogo:end --> ![i](https://evil.example/i.png)\n\n# Title"
    events: list[Event] = [
        ItemTicked(
            item=ARCHIVED,
            by=replace(OCTOCAT, login=hostile),
            sha=SHA,
            note=hostile,
            delivery="d",
            edited_at=NOW,
            at=NOW,
        ),
        HoldPlaced(by=OCTOCAT, reason=hostile, until=None, at=NOW),
        ItemWaived(item=ItemId("1.2.1"), by=OCTOCAT, reason=hostile, needs_second=False, at=NOW),
        Vetoed(by=OCTOCAT, reason=hostile, sha=SHA, at=NOW),
    ]
    for is_brief in (True, False):
        text = written(report(*events, is_brief=is_brief))
        for live in ("@octocat", "#1", "</details>", "<!--", "https://evil", "\n# Title"):
            assert live not in text


def test_the_longest_report_fits_into_a_comment() -> None:
    history = [ticked(ARCHIVED, minute, "@" * 5_000) for minute in range(300)]
    assert length(written(report(*history))) <= MESSAGE_LIMIT
