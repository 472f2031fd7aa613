"""`/release report` answers everybody who can read with how the release stands and what was decided."""

from dataclasses import replace

from app.domain.decision import Accepted, Refused
from app.domain.messages import NoRelease, Report
from app.domain.slash import Args, Need
from app.domain.values import Who
from handlers.commands.report import report
from tests.given import STARTED, facts, release, requested

NOTHING = Args(values={}, flags={})


def test_it_tells_the_log_that_was_gathered_and_changes_nothing() -> None:
    given = replace(facts(release(requested())), log=(STARTED, requested()))
    decision = report.decide(given, NOTHING)
    assert isinstance(decision, Accepted)
    assert (decision.events, decision.effects, decision.is_refresh) == ((), (), False)
    assert isinstance(decision.answer, Report)
    view = decision.answer.view
    assert view.is_brief
    assert [entry.what for entry in view.timeline.entries] == [
        "started 1.0.0 at a1a1a1a",
        "asked for run 1 of 1.1 Build installers",
    ]


def test_without_a_release_there_is_nothing_to_report() -> None:
    assert report.decide(facts(), NOTHING) == Refused(NoRelease(command="report"))


def test_everybody_may_ask_and_the_log_is_asked_for() -> None:
    assert (report.who, report.is_question) == (Who.EVERYBODY, True)
    assert report.needs == {Need.RELEASE, Need.LOG}
