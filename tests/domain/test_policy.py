"""Who may: every role against every role that can be asked for."""

import pytest

from app.domain.facts import Actor
from app.domain.messages import NotAllowed
from app.domain.policy import refusal
from app.domain.values import Role
from tests.given import MANAGER


@pytest.mark.parametrize("wanted", Role)
@pytest.mark.parametrize("found", Role)
def test_a_role_may_what_it_or_a_lesser_one_is_asked_for(found: Role, wanted: Role) -> None:
    expected = NotAllowed(command="run", wanted=wanted, found=found) if found < wanted else None
    assert refusal(Actor(person=MANAGER, role=found), wanted, "run") == expected


@pytest.mark.parametrize("wanted", Role)
def test_a_role_that_could_not_be_read_may_nothing(wanted: Role) -> None:
    actor = Actor(person=MANAGER, role=None)
    assert refusal(actor, wanted, "run") == NotAllowed(command="run", wanted=wanted, found=None)
