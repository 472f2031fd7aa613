"""Who somebody is: by numeric id, by team, as of now; what cannot be read denies, and is said to be unreadable."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from app.domain.facts import Actor
from app.domain.plan.model import Plan
from app.domain.values import Person, Role
from app.ports import GitHubError, Missing, Rejected, Throttled, Unclear
from app.worker.people import MOST_PEOPLE, People, team_of
from tests.clock import NOON
from tests.given import REPO, TEAM, TESS, team_release
from tests.worker.fakes import FakeGitHub

pytestmark = pytest.mark.anyio

TEAMS: Mapping[str, tuple[str, ...]] = {
    "Release Manager": ("@octo-org/managers",),
    "Tech Lead": ("tess", "@octo-org/leads"),
    "Writer": ("wanda",),
}
BY_TEAMS: Plan = replace(TEAM, roles=TEAMS)
STRANGER = Actor(person=TESS, role=Role.WRITE)


@pytest.fixture
def github() -> FakeGitHub:
    return FakeGitHub()


async def held(github: FakeGitHub, by: Person = TESS, plan: Plan = BY_TEAMS, role: Role | None = Role.WRITE) -> Actor:
    return await People(github).in_plan(Actor(person=by, role=role), team_release(), plan)


# -- on the repository -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", Role)
async def test_a_stranger_is_whoever_they_are_on_the_repository(github: FakeGitHub, role: Role) -> None:
    github.role = role
    assert await People(github).stranger(REPO, TESS) == Actor(person=TESS, role=role)


@pytest.mark.parametrize("error", [Unclear("502"), Rejected(403, "Resource not accessible"), Missing(404, "Not Found")])
async def test_d22_a_role_that_cannot_be_read_is_none_that_counts(github: FakeGitHub, error: GitHubError) -> None:
    github.errors["role_of"] = [error]
    assert await People(github).stranger(REPO, TESS) == Actor(person=TESS, role=None)


async def test_what_github_fails_to_answer_is_no_answer_before_the_last_try(github: FakeGitHub) -> None:
    github.errors = {"role_of": [Unclear("502"), Rejected(403, "no")], "in_team": [Unclear("502"), Rejected(403, "no")]}
    people, plan = People(github), replace(TEAM, roles={"Tech Lead": ("@octo-org/leads",)})
    with pytest.raises(Unclear):
        await people.stranger(REPO, TESS, is_last=False)
    assert (await people.stranger(REPO, TESS, is_last=False)).role is None
    with pytest.raises(Unclear):
        await people.in_plan(STRANGER, team_release(), plan, is_last=False)
    assert (await people.in_plan(STRANGER, team_release(), plan, is_last=False)).unread == {"Tech Lead"}


async def test_a_rate_limit_is_not_taken_for_an_unreadable_role(github: FakeGitHub) -> None:
    github.errors["role_of"] = [Throttled(NOON)]
    with pytest.raises(Throttled):
        await People(github).stranger(REPO, TESS)


# -- in the plan ---------------------------------------------------------------------------------------------------


async def test_a_login_s_roles_are_held_by_the_account_it_was_pinned_to(github: FakeGitHub) -> None:
    assert (await held(github)).roles == {"Tech Lead"}
    assert github.calls == ["in_team"]  # one's own name is looked for before teams are asked


@pytest.mark.parametrize(
    ("by", "roles"),
    [
        (replace(TESS, login="tess-renamed"), {"Tech Lead"}),  # the same account under another name
        (Person(id=99, login="tess"), set[str]()),  # another account under the name that was given up
    ],
)
async def test_d21_a_renamed_account_keeps_its_roles_and_a_re_registered_login_has_none(
    github: FakeGitHub, by: Person, roles: set[str]
) -> None:
    assert (await held(github, by)).roles == roles


async def test_d21_a_login_that_nobody_had_when_the_plan_was_pinned_holds_nothing_later(github: FakeGitHub) -> None:
    plan = replace(TEAM, roles={"Tech Lead": ("newcomer",)})
    assert (await held(github, Person(id=99, login="newcomer"), plan)).roles == frozenset()


async def test_a_login_is_known_in_any_case_and_with_or_without_its_sign(github: FakeGitHub) -> None:
    plan = replace(TEAM, roles={"Tech Lead": ("@Tess",)})
    assert (await held(github, plan=plan)).roles == {"Tech Lead"}


async def test_a_team_s_members_hold_its_roles(github: FakeGitHub) -> None:
    github.teams["octo-org/managers"] = {"tess"}
    assert (await held(github)).roles == {"Release Manager", "Tech Lead"}


async def test_d22_a_team_that_cannot_be_read_leaves_its_roles_unread(github: FakeGitHub) -> None:
    github.errors["in_team"] = [Unclear("502")]
    assert await held(github) == replace(
        STRANGER, roles=frozenset({"Tech Lead"}), unread=frozenset({"Release Manager"})
    )


async def test_d22_a_role_is_unread_only_where_nothing_else_says_that_it_is_held(github: FakeGitHub) -> None:
    github.errors["in_team"] = [Unclear("502"), None]
    github.teams["octo-org/leads"] = {"wanda"}
    plan = replace(TEAM, roles={"Tech Lead": ("@octo-org/broken", "@octo-org/leads")})
    wanda = Person(id=14, login="wanda")
    assert (await held(github, wanda, plan)).roles == {"Tech Lead"}
    github.errors["in_team"] = [Unclear("502"), None]
    assert (await held(github, TESS, plan)).unread == {"Tech Lead"}


async def test_a_rate_limit_is_not_taken_for_an_unreadable_team(github: FakeGitHub) -> None:
    github.errors["in_team"] = [Throttled(NOON)]
    with pytest.raises(Throttled):
        await held(github)


@pytest.mark.parametrize("role", [None, Role.NONE])
async def test_d22_who_is_nobody_on_the_repository_is_nobody_in_the_plan(github: FakeGitHub, role: Role | None) -> None:
    github.teams["octo-org/managers"] = {"tess"}
    assert await held(github, role=role) == Actor(person=TESS, role=role)
    assert github.calls == []


# -- pinning -------------------------------------------------------------------------------------------------------


async def test_the_logins_of_a_plan_are_pinned_to_the_accounts_of_today(github: FakeGitHub) -> None:
    github.users = {"tess": 12, "wanda": 14}
    plan = replace(TEAM, roles={**TEAMS, "Support": ("@Wanda", "nobody")})
    assert await People(github).ids(REPO, plan) == {"tess": 12, "wanda": 14}
    assert github.calls == ["account_id"] * 3  # teams have members, and no id of their own


async def test_an_account_that_cannot_be_asked_for_is_no_reason_to_leave_it_out(github: FakeGitHub) -> None:
    github.errors["account_id"] = [Unclear("502")]
    with pytest.raises(Unclear):
        await People(github).ids(REPO, BY_TEAMS)


async def test_only_so_many_are_looked_up(github: FakeGitHub) -> None:
    crowd = tuple(f"user-{number}" for number in range(MOST_PEOPLE + 20))
    github.users = dict.fromkeys(crowd, 5)
    assert len(await People(github).ids(REPO, replace(TEAM, roles={"All": crowd}))) == MOST_PEOPLE


@pytest.mark.parametrize(
    ("member", "expected"),
    [("@octo-org/leads", ("octo-org", "leads")), ("octocat", None), ("@octocat", None), ("a/b", ("a", "b"))],
)
def test_a_team_is_told_from_a_login(member: str, expected: tuple[str, str] | None) -> None:
    assert team_of(member) == expected
