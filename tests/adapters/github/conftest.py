"""A scripted GitHub for each test, every request of ours held against GitHub's own description where it is at hand."""

from collections.abc import Iterator

import pytest
import stamina

from tests.adapters.github.scripted import Scripted
from tests.contract import contract

DESCRIBED = tuple(f"https://api.github.com/{part}/" for part in ("repos/octo-org", "users", "orgs"))


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    """Retries happen, three times in all, without the wait between them."""
    with stamina.set_testing(testing=True, attempts=2):
        yield


@pytest.fixture
def hub() -> Iterator[Scripted]:
    scripted = Scripted()
    yield scripted
    if (described := contract("2026-03-10")) is not None:
        ours = [asked for asked in scripted.asked if asked.url.startswith(DESCRIBED)]
        assert [problem for one in ours for problem in described.request(one.method, one.url, one.data)] == []
