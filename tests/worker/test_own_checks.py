"""Check runs of ours, written by two processes that know nothing of each other."""

from collections.abc import Awaitable, Callable

import pytest

from app.domain.values import Repo, Sha
from app.ports import Missing, OwnCheck, Posted, Unclear
from app.worker.own_checks import How, OwnChecks, Wanted
from tests.given import REPO, SHA
from tests.worker.fakes import FakeGitHub
from tests.worker.workshop import Workshop

pytestmark = pytest.mark.anyio


def check(title: str) -> OwnCheck:
    return OwnCheck(
        external_id="x", status="completed", conclusion="success", title=title, summary="", details_url=None
    )


class World:
    """What the check is to say at this moment, and how often somebody asked."""

    def __init__(self, title: str) -> None:
        self.title = title

    async def wanted(self) -> Wanted:
        return Wanted(check=check(self.title), is_settled=False)


class Slow(FakeGitHub):
    """A GitHub in whose calls something else happens, once: before or after they do their work."""

    def __init__(self, meanwhile: Callable[[], Awaitable[None]], *, is_before: bool) -> None:
        super().__init__()
        self.meanwhile = [meanwhile]
        self.is_before = is_before

    async def _happens(self, *, is_before: bool) -> None:
        if is_before is self.is_before and self.meanwhile:
            await self.meanwhile.pop()()

    async def create_check(self, repo: Repo, sha: Sha, name: str, check: OwnCheck) -> Posted:
        await self._happens(is_before=True)
        made = await super().create_check(repo, sha, name, check)
        await self._happens(is_before=False)
        return made

    async def update_check(self, repo: Repo, check_run: int, check: OwnCheck) -> None:
        await self._happens(is_before=True)
        await super().update_check(repo, check_run, check)
        await self._happens(is_before=False)


def newest(github: FakeGitHub) -> str:
    """The title of the check run that GitHub goes by."""
    return github.gates[max(github.gates)].title


@pytest.mark.parametrize("is_before", [True, False])
@pytest.mark.parametrize("is_first", [True, False])
async def test_whoever_is_overtaken_by_another_process_writes_what_is_true_by_now(
    shop: Workshop, *, is_before: bool, is_first: bool
) -> None:
    world = World("old")

    async def other_process() -> None:
        world.title = "new"
        await OwnChecks("release/freeze", github, shop.bench.checks).write(REPO, SHA, world.wanted)

    github = Slow(other_process, is_before=is_before)
    one = OwnChecks("release/freeze", github, shop.bench.checks)
    if not is_first:
        meanwhile, github.meanwhile = github.meanwhile, []
        world.title = "first"
        await one.write(REPO, SHA, world.wanted)
        github.meanwhile, world.title = meanwhile, "old"
    await one.write(REPO, SHA, world.wanted)
    assert newest(github) == "new"
    github.calls.clear()
    await one.write(REPO, SHA, world.wanted)
    assert github.calls == []


async def test_what_is_wanted_is_asked_after_the_row_was_read(shop: Workshop) -> None:
    github, world = FakeGitHub(), World("new")
    one, other = (OwnChecks("release/gate", github, shop.bench.checks) for _ in range(2))

    async def overtaken() -> Wanted:
        old = await world.wanted()
        if not github.gates:
            await other.write(REPO, SHA, world.wanted)
            return Wanted(check=check("old"), is_settled=False)
        return old

    await one.write(REPO, SHA, overtaken)
    assert [c.title for c in github.gates.values()] == ["new"]


async def test_two_who_never_cease_to_overtake_each_other_stop(shop: Workshop) -> None:
    github, world = FakeGitHub(), World("x")
    checks = OwnChecks("release/gate", github, shop.bench.checks)

    async def others() -> Wanted:
        world.title += "x"
        await OwnChecks("release/gate", github, shop.bench.checks).write(REPO, SHA, world.wanted)
        return Wanted(check=check("never"), is_settled=False)

    with pytest.raises(Unclear):
        await checks.write(REPO, SHA, others)


async def test_a_commit_that_is_not_there_is_told(shop: Workshop) -> None:
    github = FakeGitHub(errors={"create_check": [Missing(404, "No commit found for SHA")]})
    with pytest.raises(Missing):
        await OwnChecks("release/gate", github, shop.bench.checks).write(REPO, SHA, World("x").wanted, How.ANEW)
