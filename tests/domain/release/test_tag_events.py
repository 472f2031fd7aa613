"""What becomes of a release's tag: in the fold, as evidence, settled, in words."""

from dataclasses import replace

import pytest

from app.domain.decision import Accepted
from app.domain.messages_tag import TagIsMade, TagNotMade
from app.domain.plan.model import ByTag
from app.domain.plan.reader import read_plan
from app.domain.release.desired import issue_view, status_view
from app.domain.release.effects import PutTag, React
from app.domain.release.events import Event
from app.domain.release.events_tag import TagMade, TagRefused, TagRequested
from app.domain.release.gate import judge
from app.domain.release.items import State
from app.domain.release.no_tag import NoTag, Problem, refused_ref
from app.domain.release.settling import Done, NobodyKnows, Outcome, TurnedDown, settle
from app.domain.release.standing import standing
from app.domain.release.tagging import NO_NOTES, tag_text, tag_url, tagger_of
from app.domain.tag_object import split_signature
from app.domain.values import ItemId, Person, Sha
from tests.given import MANAGER, NOW, OTHER_SHA, REPO, SHA, release, retargeted

PLAN = read_plan(
    '---\nname: Example\nevidence: {"Tagged": tag}\n---\n# P\n\n## Ship\n\n- [ ] Tagged\n', version="1.0.0"
)
TAGGED = ItemId("ship.1")
SITE = "https://github.example"
URL = "https://github.com/octo-org/app/releases/tag/v1.0.0"
ASKED = TagRequested(tag="v1.0.0", sha=SHA, by=MANAGER, at=NOW)
MADE = TagMade(tag="v1.0.0", object=Sha("e" * 40), commit=SHA, is_signed=True, url=URL, at=NOW)
NOT_MADE = TagRefused(tag="v1.0.0", reason="the gate was not green", at=NOW)
EFFECT = PutTag(
    repo=REPO, release=release().id, tag="v1.0.0", sha=SHA, at=NOW, comment=900, issue=12, asked="delivery-1:0"
)


def state(*happened: Event) -> tuple[State, str]:
    stands = standing(PLAN, release(*happened)).of(TAGGED)
    assert stands is not None
    assert isinstance(stands.item.wanted, ByTag)
    return stands.state, stands.evidence.what if stands.evidence else stands.found


@pytest.mark.parametrize(
    ("happened", "wanted"),
    [
        ((), (State.OPEN, "")),
        ((ASKED,), (State.RUNNING, "v1.0.0 asked for")),
        ((ASKED, NOT_MADE), (State.FAILED, "v1.0.0 was not made: the gate was not green")),
        ((ASKED, NOT_MADE, ASKED), (State.RUNNING, "v1.0.0 asked for")),
        ((ASKED, MADE), (State.DONE, "v1.0.0, signed")),
        ((ASKED, replace(MADE, is_signed=False)), (State.DONE, "v1.0.0, not signed")),
        ((ASKED, NOT_MADE, MADE), (State.DONE, "v1.0.0, signed")),
        ((ASKED, NOT_MADE, retargeted()), (State.OPEN, "")),
        ((replace(MADE, commit=OTHER_SHA),), (State.OPEN, "")),
    ],
)
def test_an_item_that_waits_for_the_tag_is_done_when_it_stands_at_the_target(
    happened: tuple[Event, ...], wanted: tuple[State, str]
) -> None:
    assert state(*happened) == wanted


def test_the_issue_and_the_status_know_of_the_tag() -> None:
    of = release(ASKED, MADE)
    verdict = judge(PLAN, of)
    for view in (issue_view(PLAN, of, verdict, SITE), status_view(PLAN, of, verdict, SITE)):
        assert view.overview.tagged is not None
        assert view.overview.tagged.url == URL


# -- settling --------------------------------------------------------------------------------------------------


def settled(outcome: Outcome, *happened: Event, effect: PutTag = EFFECT) -> Accepted:
    return settle(effect, outcome, release(ASKED, *happened), PLAN, NOW)


def test_a_tag_that_was_made_is_written_down_once_and_said() -> None:
    first = settled(MADE)
    assert first.events == (MADE,)
    assert first.effects == (React(repo=REPO, comment=900, content="rocket"),)
    assert isinstance(first.answer, TagIsMade)
    assert settled(MADE, MADE).events == ()
    assert settled(MADE, effect=replace(EFFECT, comment=None)).effects == ()


@pytest.mark.parametrize(
    ("outcome", "problem", "reason"),
    [
        (NoTag(problem=Problem.RED), Problem.RED, "the gate was not green when it was read again"),
        (TurnedDown(reason="GitHub answered: 422"), Problem.REJECTED, "GitHub refused it: GitHub answered: 422"),
        (NobodyKnows(), Problem.SILENT, "GitHub did not answer, and no such tag was found"),
        (Done(), Problem.SILENT, "GitHub did not answer, and no such tag was found"),
    ],
)
def test_a_tag_that_was_not_made_is_written_down_with_the_reason(
    outcome: Outcome, problem: Problem, reason: str
) -> None:
    decision = settled(outcome)
    assert decision.events == (TagRefused(tag="v1.0.0", reason=reason, at=NOW),)
    assert decision.effects == (React(repo=REPO, comment=900, content="-1"),)
    assert isinstance(decision.answer, TagNotMade)
    assert decision.answer.problem is problem


def test_every_problem_has_its_sentence() -> None:
    assert len({NoTag(problem=problem).reason for problem in Problem}) == len(Problem)


@pytest.mark.parametrize(
    ("status", "message", "problem"),
    [
        (
            422,
            "Repository rule violations found Cannot create ref due to creations being restricted.",
            Problem.CREATION,
        ),
        (422, 'Repository rule violations found Required status check "release/gate" is expected.', Problem.CHECK),
        (422, "3 of 3 required status checks are expected.", Problem.CHECK),
        (422, "Reference update failed", Problem.RULES),
        (422, "Repository rule violations found Commits must have verified signatures.", Problem.RULES),
        (403, "Resource not accessible by integration", Problem.PERMISSION),
        (404, "Not Found", Problem.PERMISSION),
        (422, "Object does not exist", Problem.REJECTED),
    ],
)
def test_github_s_no_is_understood(status: int, message: str, problem: Problem) -> None:
    assert refused_ref(status, message) == NoTag(problem=problem, detail=message)


# -- what it says ----------------------------------------------------------------------------------------------


def test_a_message_says_what_it_is_what_is_new_and_where_to_read_on() -> None:
    assert tag_text(PLAN, release(), "New:\r\n- installers", SITE) == (
        "Example 1.0.0\n\nNew:\n- installers\n\n"
        f"Commit: {SHA}\nTracking-Issue: https://github.example/octo-org/app/issues/12\n"
        "Plan: .github/release-plan.md\n"
    )


def test_without_a_summary_it_says_where_to_look() -> None:
    assert f"\n\n{NO_NOTES}\n\nCommit: " in tag_text(PLAN, release(), " \n\n", SITE)


def test_a_summary_of_any_length_leaves_the_last_lines_whole() -> None:
    text = tag_text(PLAN, release(), "- one more line\n" * 10_000, SITE)
    assert text.endswith("Plan: .github/release-plan.md\n")
    assert f"\nCommit: {SHA}\n" in text


def test_no_name_and_no_summary_begins_a_signature() -> None:
    armour = "-----BEGIN SSH SIGNATURE-----\nx\n-----END SSH SIGNATURE-----\n"
    hostile = replace(PLAN, name=f"\n{armour}")
    text = tag_text(hostile, replace(release(), plan_path=f"a\n{armour}"), armour, SITE)
    assert split_signature(text.encode())[1] is None


def test_the_tagger_is_the_bot_with_the_address_that_its_own_github_gives_it() -> None:
    bot = Person(id=41, login="gonogo[bot]")
    assert tagger_of(bot, "https://github.com").email == "41+gonogo[bot]@users.noreply.github.com"
    assert tagger_of(bot, "https://git.example.com:8443/").email == "41+gonogo[bot]@users.noreply.git.example.com"


def test_a_tag_s_page_is_quoted() -> None:
    assert tag_url("https://github.com/", REPO, "v1.0.0+1") == "https://github.com/octo-org/app/releases/tag/v1.0.0%2B1"
