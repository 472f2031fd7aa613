"""`/release publish`: when it may be asked for, and what it asks for."""

from dataclasses import replace

import pytest

from app.domain.facts import Facts
from app.domain.messages import NotItsTurn, NotReady
from app.domain.messages_publish import AlreadyPublished, NotTagged, PublishPending
from app.domain.messages_tag import WrongTag
from app.domain.plan.reader import read_plan
from app.domain.release.effects import PublishRelease
from app.domain.release.events import Event
from app.domain.release.events_publish import PublishRequested
from app.domain.release.events_said import OrderWaived
from app.domain.release.events_tag import TagMade
from app.domain.values import Role, Sha
from tests.commands.deciding import accepted, refused
from tests.domain.release.test_publishing import PUBLISHED, REFUSED, REQUESTED, WAITING
from tests.given import NOW, SHA, facts, go_said, release, ticked

TEXT = """---
gate: {before: "2"}
---
# App

## Phase 1: Build

### 1.1 Build

- [ ] Built

## Phase 2: Ship

### 2.1 Look

- [ ] Looked at

### 2.2 Publish

```sh
gh release create v1.0.0 *.dmg
```

- [ ] Public
"""
NEEDY = TEXT.replace("---\n# App", 'tasks: {"2.2": {needs: ["2.1"]}}\n---\n# App')
MADE = TagMade(tag="v1.0.0", object=Sha("e5" * 20), commit=SHA, is_signed=True, url="https://github.com/x", at=NOW)
GREEN = (ticked("1.1.1"), go_said(), MADE)
CONFIRMED = "publish --confirm v1.0.0"


def at(*events: Event, text: str = TEXT) -> Facts:
    found = facts(release(*events), role=Role.ADMIN)
    return replace(found, plan=read_plan(text, path="plan.md", version="1.0.0"))


def test_a_green_release_with_its_tag_is_published() -> None:
    decision = accepted(CONFIRMED, at(*GREEN))
    (event,), (effect,) = decision.events, decision.effects
    assert isinstance(event, PublishRequested)
    assert isinstance(effect, PublishRelease)
    assert (event.tag, event.sha, event.is_adopting, effect.asked) == ("v1.0.0", SHA, False, event.asked)
    assert not decision.is_settled


def test_a_draft_of_others_is_taken_over_where_that_is_said() -> None:
    (effect,) = accepted(f"{CONFIRMED} --adopt", at(*GREEN)).effects
    assert isinstance(effect, PublishRelease)
    assert effect.is_adopting


@pytest.mark.parametrize(
    ("text", "events", "why"),
    [
        ("publish --confirm v1.0", GREEN, WrongTag),
        ("publish --confirm 1.0.0", GREEN, WrongTag),
        (CONFIRMED, GREEN[:2], NotTagged),
        (CONFIRMED, GREEN[1:], NotReady),
        (CONFIRMED, (*GREEN, REQUESTED), PublishPending),
        (f"{CONFIRMED} --adopt", (*GREEN, REQUESTED), PublishPending),
        (CONFIRMED, (*GREEN, REQUESTED, WAITING), PublishPending),
        (CONFIRMED, (*GREEN, REQUESTED, PUBLISHED), AlreadyPublished),
    ],
)
def test_it_is_refused_with_the_reason(text: str, events: tuple[Event, ...], why: type[object]) -> None:
    assert isinstance(refused(text, at(*events)), why)


@pytest.mark.parametrize(
    ("text", "events"), [(CONFIRMED, (REQUESTED, REFUSED)), (f"{CONFIRMED} --adopt", (REQUESTED, WAITING))]
)
def test_it_may_be_asked_for_again(text: str, events: tuple[Event, ...]) -> None:
    assert accepted(text, at(*GREEN, *events)).effects


def test_it_waits_for_the_turn_of_its_task() -> None:
    why = refused(CONFIRMED, at(*GREEN, text=NEEDY))
    assert isinstance(why, NotItsTurn)
    assert why.slug == CONFIRMED
    waived, _ = accepted(f"{CONFIRMED} --force it is late", at(*GREEN, text=NEEDY)).events
    assert isinstance(waived, OrderWaived)


def test_a_plan_without_a_task_that_publishes_asks_for_no_turn() -> None:
    text = TEXT.replace("gh release create v1.0.0 *.dmg", "./build.sh")
    assert accepted(CONFIRMED, at(*GREEN, text=text)).effects
