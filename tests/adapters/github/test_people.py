"""Accounts, roles and teams: asked for as GitHub wants it, read strictly, and kept for less than a minute."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import httpx
import pytest

from app.adapters.github.operations import RestGitHub
from app.adapters.github.people import Fresh
from app.domain.values import Role
from app.ports import Rejected, Throttled, Unclear
from tests.adapters.github.scripted import MISSING, OTHER, REPO, Asked, Reply, Scripted
from tests.clock import NOON

pytestmark = pytest.mark.anyio

DENIED = Reply(403, {"message": "Resource not accessible by integration"})

Ask = Callable[[RestGitHub], Awaitable[object]]


def permission(role: str, user: int | None = 1) -> Reply:
    return Reply(200, {"permission": "write", "role_name": role, "user": user and {"id": user, "login": "octocat"}})


def membership(state: str) -> Reply:
    return Reply(200, {"url": "https://api.github.com/x", "role": "member", "state": state})


def account(kind: str, id_: int = 1) -> Reply:
    return Reply(200, {"id": id_, "login": "octocat", "type": kind})


async def a_role(github: RestGitHub) -> Role:
    return await github.role_of(REPO, "octocat", 1)


async def a_membership(github: RestGitHub) -> bool:
    return await github.in_team(REPO, "octo-org", "captains", "octocat")


async def an_account(github: RestGitHub) -> int | None:
    return await github.account_id(REPO, "octocat")


# -- roles --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reply", "role"),
    [
        (permission("admin"), Role.ADMIN),
        (permission("maintain"), Role.MAINTAIN),
        (permission("write"), Role.WRITE),
        (permission("triage"), Role.TRIAGE),
        (permission("read"), Role.READ),
        (permission("none"), Role.NONE),
        (permission("release-captain"), Role.NONE),
        (permission("Admin"), Role.NONE),
        (permission("admin", user=2), Role.NONE),
        (permission("admin", user=None), Role.NONE),
        (MISSING, Role.NONE),
    ],
)
async def test_a_role_is_read_by_name_and_only_for_the_id_that_was_asked(
    hub: Scripted, reply: Reply, role: Role
) -> None:
    hub.then(reply)
    assert await a_role(hub.github()) is role
    assert hub.told == [("GET", "/collaborators/octocat/permission")]


async def test_a_role_is_kept_for_a_minute(hub: Scripted) -> None:
    github = hub.github()
    hub.then(permission("admin"), permission("read"))
    assert await a_role(github) is Role.ADMIN
    await hub.clock.wind(59)
    assert await a_role(github) is Role.ADMIN
    await hub.clock.wind(1)
    assert await a_role(github) is Role.READ


# -- teams --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reply", "is_in"),
    [
        (membership("active"), True),
        (membership("pending"), False),
        (membership("Active"), False),
        (MISSING, False),
    ],
)
async def test_only_an_active_member_is_in_a_team(hub: Scripted, reply: Reply, is_in: bool) -> None:
    hub.then(reply)
    assert await a_membership(hub.github()) is is_in
    assert hub.told == [("GET", "/orgs/octo-org/teams/captains/memberships/octocat")]


async def test_a_membership_is_kept_for_a_minute_in_whatever_case_it_is_asked_for(hub: Scripted) -> None:
    github = hub.github()
    hub.then(membership("active"), membership("pending"))
    assert await github.in_team(REPO, "octo-org", "captains", "octocat") is True
    await hub.clock.wind(59)
    assert await github.in_team(REPO, "Octo-Org", "Captains", "Octocat") is True
    await hub.clock.wind(1)
    assert await github.in_team(REPO, "Octo-Org", "Captains", "Octocat") is False
    assert hub.told == [("GET", "/orgs/octo-org/teams/captains/memberships/octocat")] * 2


async def test_a_membership_is_kept_for_one_installation_team_and_person(hub: Scripted) -> None:
    github = hub.github()
    asked = [
        (REPO, "octo-org", "captains", "octocat"),
        (OTHER, "octo-org", "captains", "octocat"),
        (REPO, "other-org", "captains", "octocat"),
        (REPO, "octo-org", "pilots", "octocat"),
        (REPO, "octo-org", "captains", "hubot"),
    ]
    answers = [True, False, False, True, False]
    hub.then(*[membership("active" if answer else "pending") for answer in answers])
    for _ in range(2):
        assert [await github.in_team(*one) for one in asked] == answers
    assert len(hub.calls) == len(asked)


@pytest.mark.parametrize(("org", "team", "login"), [("..", "t", "l"), ("o", "..", "l"), ("o", "t", ".."), ("", "", "")])
async def test_a_team_cannot_lead_to_another_address(hub: Scripted, org: str, team: str, login: str) -> None:
    assert await hub.github().in_team(REPO, org, team, login) is False
    assert hub.asked == []


async def test_names_with_slashes_stay_where_they_are(hub: Scripted) -> None:
    hub.then(MISSING, MISSING)
    github = hub.github()
    assert await github.in_team(REPO, "o/p", "t?x", "l#m") is False
    assert await github.account_id(REPO, "l/m") is None
    assert hub.told == [("GET", "/orgs/o%2Fp/teams/t%3Fx/memberships/l%23m"), ("GET", "/users/l%2Fm")]


# -- accounts -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reply", "id_"),
    [
        (account("User", 583231), 583231),
        (account("Organization"), None),
        (account("Bot"), None),
        (account("Mannequin"), None),
        (MISSING, None),
    ],
)
async def test_a_login_is_the_account_of_a_person_or_nobody_s(hub: Scripted, reply: Reply, id_: int | None) -> None:
    hub.then(reply)
    assert await an_account(hub.github()) == id_
    assert hub.told == [("GET", "/users/octocat")]


async def test_an_account_is_read_afresh_each_time(hub: Scripted) -> None:
    github = hub.github()
    etag = {"etag": '"1"'}
    hub.then(Reply(200, {"id": 1, "login": "octocat", "type": "User"}, headers=etag), Reply(304), account("User", 2))
    assert [await an_account(github) for _ in range(3)] == [1, 1, 2]


async def test_an_account_cannot_lead_to_another_address(hub: Scripted) -> None:
    assert await hub.github().account_id(REPO, "..") is None
    assert hub.asked == []


# -- what fails ---------------------------------------------------------------------------------------------

THRICE = 3  # a read is tried so often in all

FAILURES = {
    "refused": ([DENIED], Rejected),
    "broken": ([Reply(500)] * THRICE, Unclear),
    "no answer": ([Reply(lost=httpx.ReadTimeout("slow"))] * THRICE, Unclear),
    "cut off": ([Reply(200, raw=b'{"role_na')], Unclear),
    "a proxy's page": ([Reply(200, raw=b"<html>", headers={"content-type": "text/html"})], Unclear),
    "empty": ([Reply(200, {})], Unclear),
    "a list": ([Reply(200, [])], Unclear),
    "words of another kind": ([Reply(200, {"role_name": 1, "state": 1, "id": "x", "user": 1, "type": 1})], Unclear),
    "throttled": ([Reply(429, headers={"retry-after": "30"})], Throttled),
    "throttled by a 403": ([Reply(403, {"message": "You have exceeded a secondary rate limit."})], Throttled),
}


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize(
    ("ask", "reply", "answer"),
    [
        (a_role, permission("admin"), Role.ADMIN),
        (a_membership, membership("active"), True),
        (an_account, account("User"), 1),
    ],
    ids=["role", "membership", "account"],
)
async def test_what_cannot_be_read_raises_and_is_not_kept(
    hub: Scripted, ask: Ask, reply: Reply, answer: object, failure: str
) -> None:
    github = hub.github()
    replies, error = FAILURES[failure]
    hub.then(*replies, reply)
    with pytest.raises(error):
        await ask(github)
    assert len(hub.calls) == len(replies)
    await hub.clock.wind(60)  # for those who were told to wait
    assert await ask(github) == answer


@pytest.mark.parametrize(("ask", "answer"), [(a_role, Role.NONE), (a_membership, False)], ids=["role", "membership"])
async def test_that_somebody_is_not_there_is_an_answer_and_is_kept(hub: Scripted, ask: Ask, answer: object) -> None:
    github = hub.github()
    hub.then(MISSING)
    assert [await ask(github) for _ in range(2)] == [answer, answer]


# -- forgetting ---------------------------------------------------------------------------------------------


async def test_an_installation_s_people_are_forgotten_and_no_other_s(hub: Scripted) -> None:
    github = hub.github()

    async def all_four() -> list[object]:
        return [
            answer
            for repo in (REPO, OTHER)
            for answer in (
                await github.role_of(repo, "octocat", 1),
                await github.in_team(repo, "octo-org", "captains", "octocat"),
            )
        ]

    hub.then(*[permission("admin"), membership("active")] * 2, permission("read"), MISSING)
    assert await all_four() == [Role.ADMIN, True, Role.ADMIN, True]
    github.forget_people(REPO.installation)
    assert await all_four() == [Role.READ, False, Role.ADMIN, True]
    github.forget_people(12345)  # of whom nothing was known
    assert len(hub.calls) == 6


@pytest.mark.parametrize("ask", [a_role, a_membership])
async def test_d29_what_is_read_right_after_a_change_may_be_from_before_it_and_is_not_kept(
    hub: Scripted, ask: Ask
) -> None:
    github = hub.github()
    github.forget_people(REPO.installation)
    before, after = (permission("admin"), permission("read")) if ask is a_role else (membership("active"), MISSING)
    hub.then(before, after, after, after)
    answers = [await ask(github) for _ in range(2)]
    assert answers[0] != answers[1]
    await hub.clock.wind(10)
    assert [await ask(github) for _ in range(2)] == [answers[1]] * 2
    assert len(hub.calls) == 3


class Interrupted(Scripted):
    """Something happens here while GitHub thinks."""

    meanwhile: Callable[[], None] | None = None

    def _reply(self, asked: Asked) -> Reply:
        if self.meanwhile is not None:
            self.meanwhile()
        return super()._reply(asked)


@pytest.mark.parametrize("ask", [a_role, a_membership])
async def test_an_answer_that_was_under_way_when_people_were_forgotten_is_not_kept(ask: Ask) -> None:
    hub = Interrupted()
    github = hub.github()
    hub.then(*[Reply(200, {"role_name": "admin", "user": {"id": 1, "login": "octocat"}, "state": "active"})] * 2)
    hub.meanwhile = lambda: github.forget_people(REPO.installation)
    await ask(github)
    hub.meanwhile = None
    await hub.clock.wind(10)
    await ask(github)
    assert len(hub.calls) == 2
    await ask(github)
    assert len(hub.calls) == 2


def test_the_oldest_answers_go_first() -> None:
    kept = Fresh[str, bool](size=2)
    for key in ("a", "b", "a", "c"):
        kept.put(key, True, NOON)
    assert [kept.get(key, NOON) for key in ("a", "b", "c")] == [True, None, True]


def test_a_clock_that_goes_back_makes_no_answer_fresh() -> None:
    kept = Fresh[str, bool]()
    kept.put("a", True, NOON)
    assert kept.get("a", NOON - timedelta(seconds=1)) is None
