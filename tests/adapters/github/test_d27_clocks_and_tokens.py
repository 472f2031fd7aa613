"""Clocks that differ, tokens that end in the middle of a call, Apps that are suspended or gone: asked anew once."""

from datetime import datetime, timedelta

import httpx
import pytest
from structlog.testing import capture_logs

from app.adapters.github.answers import Unreachable
from app.adapters.github.client import Line
from app.adapters.github.operations import RestGitHub
from app.adapters.github.tokens import AppJwt
from app.domain.values import Repo
from app.ports import Missing, Rejected
from app.sim.clock import SimClock
from app.sim.github import SimGitHub
from app.sim.scenario import Room, white_room

pytestmark = pytest.mark.anyio


class OffClock:
    """GitHub's clock, seen by one that is off by so many seconds."""

    def __init__(self, clock: SimClock, seconds: float) -> None:
        self._clock = clock
        self.off = timedelta(seconds=seconds)

    def now(self) -> datetime:
        return self._clock.now() + self.off

    async def sleep(self, seconds: float) -> None:
        await self._clock.sleep(seconds)


class Ours:
    """Our side of a simulated GitHub."""

    def __init__(self, off: float = 0) -> None:
        self.clock = SimClock()
        self.sim = SimGitHub(self.clock)
        self.room: Room = white_room(self.sim)
        self.watch = OffClock(self.clock, off)
        line = Line(transport=httpx.ASGITransport(app=self.sim.asgi), clock=self.watch)
        self.github = RestGitHub(line, AppJwt(self.room.app.id, self.room.private_key, self.watch))

    def repo(self, room: Room | None = None) -> Repo:
        at = room or self.room
        owner, name = at.repo.full_name.split("/")
        return Repo(id=at.repo.id, owner=owner, name=name, installation=at.installation.id, default_branch="main")

    async def reads(self, room: Room | None = None) -> None:
        """Read something, which has to come out right."""
        at = self.repo(room)
        assert await self.github.head_of(at, "main") == self.sim.head(at.full_name)

    @property
    def statuses(self) -> list[tuple[str, int]]:
        """What was asked so far: for a token, or of the repository."""
        calls = ((("token" if "access_tokens" in call.path else "repo"), call.status) for call in self.sim.calls)
        return list(calls)


@pytest.mark.parametrize("off", [-7200, -900, -120, -59, 0, 59, 120, 900, 7200])
async def test_d27_with_a_clock_that_is_off_we_sign_in_at_the_second_try_at_the_latest(off: float) -> None:
    ours = Ours(off)
    await ours.reads()
    tries = [status for what, status in ours.statuses if what == "token"]
    assert tries == ([201] if -540 < off <= 120 else [401, 201])
    other = white_room(ours.sim, name="elsewhere/app", app=ours.room.app)
    await ours.reads(other)
    assert [status for what, status in ours.statuses if what == "token"] == [*tries, 201]
    skew = ours.github.skew()
    assert skew is not None
    assert abs(skew + ours.watch.off) <= timedelta(seconds=1)


@pytest.mark.parametrize("off", [-120, 0, 120])
async def test_d27_no_token_is_used_after_its_end_whoever_s_clock_is_right(off: float) -> None:
    ours = Ours(off)
    for _ in range(40):
        await ours.reads()
        ours.clock.advance(300)
    assert {status for _, status in ours.statuses} == {201, 200, 304}  # and no 401


async def test_d27_a_token_that_ends_in_the_middle_of_a_call_is_renewed_once_and_the_call_repeated() -> None:
    ours = Ours()
    await ours.reads()
    ours.sim.calls.clear()
    ours.watch.off -= timedelta(hours=2)  # GitHub's clock has gone on, ours has not: the JWT is over as well
    ours.clock.advance(7200)
    await ours.reads()
    assert ours.statuses == [("repo", 401), ("token", 401), ("token", 201), ("repo", 304)]


async def test_d27_a_suspended_app_is_told_of_once_asked_for_once_a_minute_and_works_again_after() -> None:
    ours = Ours()
    await ours.reads()
    ours.room.installation.suspended = True
    ours.sim.tokens.clear()
    ours.sim.calls.clear()
    with capture_logs() as log:
        for _ in range(120):
            with pytest.raises(Unreachable, match="suspended"):  # it may pass: nothing is given up for it
                await ours.reads()
            ours.clock.advance(1)
    assert ours.statuses == [("repo", 401), ("token", 403), ("token", 403)]
    assert ours.github.troubles() == {ours.room.installation.id: "suspended"}
    ours.room.installation.suspended = False
    ours.clock.advance(60)
    with capture_logs() as log_after:
        await ours.reads()
    assert ours.github.troubles() == {}
    told = [(one["event"], one.get("why")) for one in (*log, *log_after)]
    assert told == [("github.no_token", "suspended"), ("github.token_again", None)]


async def test_d27_an_app_that_was_removed_is_no_and_not_asked_about_over_and_over() -> None:
    ours = Ours()
    await ours.reads()
    del ours.sim.installations[ours.room.installation.id]
    ours.sim.tokens.clear()
    ours.sim.calls.clear()
    for _ in range(50):
        with pytest.raises(Rejected, match="not installed there any more") as told:
            await ours.github.head_of(ours.repo(), "main")
        assert not isinstance(told.value, Missing)
    assert ours.statuses == [("repo", 401), ("token", 404)]
    assert ours.github.troubles() == {ours.room.installation.id: "gone"}
    ours.clock.advance(17 * 60)
    assert ours.github.troubles() == {}  # nobody asks any more: nothing waits for it


async def test_d27_a_key_that_github_does_not_know_is_told_of_and_work_waits() -> None:
    ours = Ours()
    ours.room.app.public_key = None
    ours.sim.fault("POST", "access_tokens", status=401, message="A JSON web token could not be decoded", times=9)
    for _ in range(50):
        with pytest.raises(Unreachable, match="refused"):
            await ours.github.head_of(ours.repo(), "main")
    assert ours.statuses == [("token", 401)]
    assert ours.github.troubles() == {ours.room.installation.id: "refused"}
