"""`tag`: typed out, with a green gate, in its turn, once; and what waits for it or gives way to it."""

from dataclasses import replace

import pytest

from app.domain.answering import understand
from app.domain.facts import Facts, PlanSource
from app.domain.messages import BadArguments, NotItsTurn, NotReady
from app.domain.messages_tag import AlreadyTagged, TagPending, TagStands, TagStays, WrongTag
from app.domain.plan.reader import read_plan
from app.domain.release.effects import PutTag
from app.domain.release.events import Event
from app.domain.release.events_said import OrderWaived
from app.domain.release.events_tag import TagMade, TagRefused, TagRequested
from app.domain.release.gate import GoNotSaid
from app.domain.slash import Invocation
from app.domain.values import Role, Sha, Target
from tests.commands.deciding import COMMANDS, accepted, events, refused, said
from tests.given import MANAGER, NOW, OTHER_SHA, SHA, facts, go_said, release, ticked, with_source

PLAN = read_plan(
    """---
evidence: {"It is tagged": tag}
tasks: {tag: {needs: [dry-run]}}
gate: {before: ship}
---
# Plan

## Build

### Make

- [ ] It is made

## Ship

### Dry run

- [ ] It was tried

### Tag

```sh
git tag v1.0.0
```

- [ ] It is tagged
""",
    version="1.0.0",
)
MADE_IT, TRIED = "make.1", "dry-run.1"
GREEN: tuple[Event, ...] = (ticked(MADE_IT), go_said(MANAGER))
READY: tuple[Event, ...] = (*GREEN, ticked(TRIED))
URL = "https://github.com/octo-org/app/releases/tag/v1.0.0"
ASKED = TagRequested(tag="v1.0.0", sha=SHA, by=MANAGER, at=NOW)
MADE = TagMade(tag="v1.0.0", object=Sha("e" * 40), commit=SHA, is_signed=True, url=URL, at=NOW)
NOT_MADE = TagRefused(tag="v1.0.0", reason="the gate was not green", at=NOW)
CONFIRM = "tag --confirm v1.0.0"


def at(*happened: Event) -> Facts:
    """A release to which this has happened, with another commit to move to, where the plan names the same tag."""
    given = with_source(facts(release(*happened), plan=PLAN, role=Role.MAINTAIN))
    assert isinstance(given.source, PlanSource)
    source = replace(given.source, plan=PLAN, target=Target(sha=OTHER_SHA, branch="main"), blob=Sha("d" * 40))
    return replace(given, source=source)


def test_the_plan_is_what_these_tests_take_it_for() -> None:
    assert PLAN.problems == ()
    assert [item.id for item in PLAN.items()] == [MADE_IT, TRIED, "tag.1"]


def test_a_green_release_is_asked_to_be_tagged_with_the_moment_in_whole_seconds() -> None:
    decision = accepted(CONFIRM, at(*READY))
    assert decision.events == (TagRequested(tag="v1.0.0", sha=SHA, by=MANAGER, at=NOW),)
    (effect,) = decision.effects
    assert isinstance(effect, PutTag)
    assert (effect.tag, effect.sha, effect.at.microsecond, effect.comment) == ("v1.0.0", SHA, 0, 900)
    assert not decision.is_settled


def test_two_commands_are_two_rows_of_the_ledger_and_one_command_is_one() -> None:
    def key(given: Facts) -> str:
        return accepted(CONFIRM, given).effects[0].ledger_key

    given = at(*READY)
    assert key(given) == key(given)
    assert key(given) != key(replace(given, invocation="delivery-2:0"))


@pytest.mark.parametrize("typed", ["1.0.0", "V1.0.0", "v1.0", "refs/tags/v1.0.0"])
def test_anything_but_the_tag_itself_is_refused_with_the_whole_command(typed: str) -> None:
    answer = refused(f"tag --confirm {typed}", at(*READY))
    assert answer == WrongTag(typed=typed, tag="v1.0.0", version="1.0.0")
    assert f"/release {CONFIRM}" in said(answer)


def test_a_tag_that_is_not_typed_out_is_asked_for() -> None:
    answer = understand(COMMANDS, Invocation("tag", 1))
    assert isinstance(answer, BadArguments)
    assert "--confirm TAG is missing" in answer.problem


def test_a_gate_that_is_not_green_is_told_as_go_tells_it() -> None:
    answer = refused(CONFIRM, at(ticked(MADE_IT), ticked(TRIED)))
    assert isinstance(answer, NotReady)
    assert [type(reason) for reason in answer.verdict.reasons] == [GoNotSaid]
    assert answer.command == CONFIRM


def test_its_turn_has_to_come_and_the_way_past_is_the_same_command() -> None:
    answer = refused(CONFIRM, at(*GREEN))
    assert isinstance(answer, NotItsTurn)
    assert answer.needs == ("Dry run",)
    assert f"/release {CONFIRM} --force <reason>" in said(answer)


def test_force_waives_the_order_and_never_the_gate() -> None:
    waived, asked = events(f"{CONFIRM} --force it was tried elsewhere", at(*GREEN))
    assert isinstance(waived, OrderWaived)
    assert (waived.over, waived.reason) == (("Dry run",), "it was tried elsewhere")
    assert isinstance(asked, TagRequested)
    assert isinstance(refused(f"{CONFIRM} --force now", at()), NotReady)


def test_a_plan_without_a_tag_step_can_be_tagged_all_the_same() -> None:
    plan = read_plan("# Plan\n\n## Make\n\n- [ ] It is made\n", version="1.0.0")
    given = replace(at(ticked(MADE_IT), go_said(MANAGER)), plan=plan)
    assert isinstance(events(CONFIRM, given)[0], TagRequested)


def test_while_a_tag_is_being_made_nothing_comes_in_its_way() -> None:
    given = at(*READY, ASKED)
    for command in ("retarget", "replan", "finish"):
        assert refused(command, given) == TagPending(tag="v1.0.0", command=command)
    assert refused(CONFIRM, given) == TagPending(tag="v1.0.0", command=CONFIRM)


def test_a_tag_that_was_not_made_may_be_asked_for_again_and_holds_nothing_up() -> None:
    given = at(*READY, ASKED, NOT_MADE)
    assert isinstance(events(CONFIRM, given)[0], TagRequested)
    assert [event.kind for event in events("retarget", given)] == ["retargeted", "plan_seen"]


def test_a_tag_that_was_made_is_not_made_again_and_pins_the_release() -> None:
    given = at(*READY, ASKED, MADE)
    assert refused(CONFIRM, given) == AlreadyTagged(tag="v1.0.0", url=URL, commit=SHA, is_signed=True)
    answer = refused("retarget", given)
    assert isinstance(answer, TagStands)
    assert (answer.command, answer.other) == ("retarget", OTHER_SHA)
    assert [event.kind for event in events("finish", given)] == ["release_finished"]


def test_a_plan_that_names_the_same_tag_is_taken_up_and_another_is_not() -> None:
    given = at(*READY, ASKED, MADE)
    assert isinstance(given.source, PlanSource)
    assert [event.kind for event in events("replan", given)] == ["plan_adopted"]
    other = replace(given, source=replace(given.source, plan=replace(given.source.plan, tag="release-1.0.0")))
    answer = refused("replan", other)
    assert isinstance(answer, TagStands)
    assert (answer.command, answer.other) == ("replan", "release-1.0.0")


def test_who_gives_a_tagged_release_up_is_told_that_the_tag_stays() -> None:
    decision = accepted("abandon it burns", at(*READY, ASKED, MADE))
    assert decision.answer == TagStays(tag="v1.0.0", url=URL, version="1.0.0")
    assert accepted("abandon it burns", at(*READY)).answer is None
