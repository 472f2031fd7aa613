"""`release`: what happened to which tag's release, and whether that is one of ours."""

import pytest

from app.domain.inputs import ReleaseHeard
from app.domain.values import Person, ReleaseId
from tests.events.reading import payload, read
from tests.given import REPO

HEARD = ReleaseHeard(
    repo=REPO,
    tag="v1.0.0",
    number=90,
    url="https://github.com/octo-org/app/releases/tag/v1.0.0",
    is_published=True,
    ours=ReleaseId("0123456789abcdef"),
    by=Person(id=1, login="octocat"),
)


def test_a_published_release_of_ours_is_known_by_its_mark() -> None:
    assert read("release", payload("release.published")) == [HEARD]


@pytest.mark.parametrize("body", [None, "", "Notes", "<!-- gonogo:release:nobody -->"])
def test_one_without_our_mark_is_somebody_elses(body: str | None) -> None:
    (heard,) = read("release", payload("release.published", release__body=body))
    assert isinstance(heard, ReleaseHeard)
    assert heard.ours is None


@pytest.mark.parametrize("action", ["created", "edited", "released", "deleted"])
def test_whatever_else_happens_to_it_publishes_nothing(action: str) -> None:
    (heard,) = read("release", payload("release.published", action=action))
    assert isinstance(heard, ReleaseHeard)
    assert not heard.is_published
