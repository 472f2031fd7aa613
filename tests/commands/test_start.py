"""`/release start`: given what is open and what is found, then a release or the reason why not."""

from dataclasses import replace

import pytest

from app.domain.decision import Accepted, Refused
from app.domain.facts import NoPlan, PlanSource
from app.domain.messages import (
    BadVersion,
    IssueTaken,
    NoPlanFound,
    NotAnIssue,
    SeveralPlans,
    StrayCommit,
    UnknownRef,
    VersionFinished,
    VersionTaken,
)
from app.domain.release.events import ReleaseStarted
from app.domain.slash import Args, BadArgs, parse_args
from handlers.commands.start import start
from tests.given import MANAGER, OTHER_SHA, PLAN_TEXT, SHA, facts, release, with_source


def args(text: str) -> Args:
    parsed = parse_args(start.usage, text)
    assert not isinstance(parsed, BadArgs)
    return parsed


def test_a_plan_that_was_found_starts_a_release_pinned_to_it() -> None:
    decision = start.decide(with_source(facts()), args("2.0.0"))
    assert isinstance(decision, Accepted)
    (event,) = decision.events
    assert isinstance(event, ReleaseStarted)
    assert (event.version, event.tag, event.target.sha, event.plan_text, event.by, event.issue) == (
        "2.0.0",
        "v2.0.0",
        SHA,
        PLAN_TEXT,
        MANAGER,
        12,
    )


def test_a_leading_v_is_not_part_of_the_version() -> None:
    decision = start.decide(with_source(facts()), args("v2.0.0"))
    assert isinstance(decision, Accepted)
    assert getattr(decision.events[0], "version", None) == "2.0.0"


@pytest.mark.parametrize("version", ["1.0..0", "-1", "1/0", "1.0~rc", "1.lock", "$(id)", "1" * 65, "é"])
def test_what_cannot_be_a_tag_is_refused(version: str) -> None:
    parsed = Args(values={"version": version}, flags={}, release=None)
    assert start.decide(with_source(facts()), parsed) == Refused(BadVersion(version=version))


def test_an_issue_tracks_one_release() -> None:
    decision = start.decide(with_source(facts(release())), args("2.0.0"))
    assert decision == Refused(IssueTaken(version="1.0.0"))


def test_a_version_is_released_in_one_issue() -> None:
    at = replace(with_source(facts(issue=99)), others=(release(),))
    assert start.decide(at, args("1.0.0")) == Refused(VersionTaken(version="1.0.0", issue=12))


def test_a_finished_version_is_not_released_again() -> None:
    at = replace(with_source(facts()), finished_in=11)
    assert start.decide(at, args("2.0.0")) == Refused(VersionFinished(version="2.0.0", issue=11))


def test_a_pull_request_cannot_track_a_release() -> None:
    assert start.decide(replace(with_source(facts()), is_pull=True), args("2.0.0")) == Refused(NotAnIssue())


def test_no_plan_is_told_with_where_it_was_looked_for() -> None:
    at = replace(facts(), source=NoPlan(looked_at=("a.md",), ref="main"))
    assert start.decide(at, args("2.0.0")) == Refused(NoPlanFound(looked_at=("a.md",), ref="main"))


def test_a_ref_that_names_nothing_is_told() -> None:
    at = replace(facts(), source=NoPlan(unknown_ref="mian", ref="mian"))
    assert start.decide(at, args("2.0.0 --target mian")) == Refused(UnknownRef(ref="mian"))


def test_a_commit_that_stands_on_no_branch_releases_come_from_is_told_with_those_branches() -> None:
    at = replace(facts(), source=NoPlan(stray=OTHER_SHA, branches=("main",), ref=OTHER_SHA))
    expected = StrayCommit(ref=OTHER_SHA, sha=OTHER_SHA, branches=("main",))
    assert start.decide(at, args(f"2.0.0 --target {OTHER_SHA}")) == Refused(expected)


def test_of_several_plans_one_has_to_be_named() -> None:
    at = replace(facts(), source=NoPlan(named=("hotfix", "minor"), ref="main"))
    assert start.decide(at, args("2.0.0")) == Refused(SeveralPlans(version="2.0.0", names=("hotfix", "minor")))


def test_where_nothing_was_looked_for_there_is_no_plan() -> None:
    assert start.decide(facts(), args("2.0.0")) == Refused(NoPlanFound(looked_at=(), ref=""))


def test_d21_the_people_of_the_plan_s_roles_are_pinned_by_their_ids() -> None:
    at = with_source(facts())
    assert isinstance(at.source, PlanSource)
    decision = start.decide(replace(at, source=replace(at.source, people={"octocat": 583231})), args("2.0.0"))
    assert isinstance(decision, Accepted)
    (event,) = decision.events
    assert isinstance(event, ReleaseStarted)
    assert event.people == {"octocat": 583231}
    assert decision.is_refresh
