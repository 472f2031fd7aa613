"""Who may: every command against every role on the repository and in the plan, as one table.

A cell is the least role on the repository with which somebody of that column may: R read, T triage, W write,
M maintain, A admin; `-` stands for nobody. Who cannot read the repository, or whose role could not be read, may nothing.
"""

from dataclasses import replace
from typing import Final

import pytest

from app.domain.answering import Understood, decide, understand
from app.domain.decision import Refused
from app.domain.facts import Actor, Facts
from app.domain.messages import HeldByOthers, NotAllowed
from app.domain.plan.model import Plan
from app.domain.plan.reader import read_plan
from app.domain.policy import allowed, doers, managers, may, refusal
from app.domain.slash import Invocation
from app.domain.values import Allowed, Person, Role, TaskId, Who
from handlers.commands import load_commands
from tests.given import DAVE, MALLORY, RUTH, SAM, TESS, facts, held, signed, team_release, waived, with_source

COMMANDS: Final = load_commands()

WITH_MANAGER_TEXT: Final = """---
gate: {signoffs: [Tech Lead]}
roles:
  Release Manager: [ruth]
  Tech Lead: [tess]
  Writer: [wanda]
  Support: [sue]
---
# Release

### 1.1 Manual
**Responsible**: Writer

- [ ] The user guide has been read

### 1.2 Screenshots

- [ ] Screenshots are new
"""
WITH_MANAGER: Final = read_plan(WITH_MANAGER_TEXT, version="1.0.0")
WITHOUT: Final = read_plan(WITH_MANAGER_TEXT.replace("  Release Manager: [ruth]\n", ""), version="1.0.0")

TABLE: Final = """
                             the plan names a Release Manager        | it names none
                             none other owner signer manager unread  | none other owner signer unread
abandon it is too late     |  A    A     A     A      R       A      |  M    M     M     M      M
approve                    |  -    -     -     R      -       -      |  -    -     -     R      -
approve Tech Lead          |  -    -     -     R      -       -      |  -    -     -     R      -
cancel 1.1                 |  A    A     R     A      R       A      |  M    M     R     M      M
cancel 1.2                 |  W    W     W     W      R       W      |  W    W     W     W      W
check 1.1.1                |  A    A     R     A      R       A      |  M    M     R     M      M
check 1.2.1                |  W    W     W     W      R       W      |  W    W     W     W      W
finish                     |  A    A     A     A      R       A      |  M    M     M     M      M
finish --force we must     |  A    A     A     A      R       A      |  M    M     M     M      M
go                         |  A    A     A     A      R       A      |  M    M     M     M      M
help                       |  R    R     R     R      R       R      |  R    R     R     R      R
hold                       |  A    R     R     R      R       A      |  M    R     R     R      M
no-go                      |  A    A     A     A      R       A      |  M    M     M     M      M
note faster start          |  W    R     R     R      R       W      |  W    R     R     R      W
notes                      |  W    R     R     R      R       W      |  W    R     R     R      W
publish --confirm v1.0.0   |  A    A     A     A      R       A      |  M    M     M     M      M
replan                     |  A    A     A     A      R       A      |  M    M     M     M      M
report                     |  R    R     R     R      R       R      |  R    R     R     R      R
resume                     |  A    A     A     A      R       A      |  M    M     M     M      M
retarget                   |  A    A     A     A      R       A      |  M    M     M     M      M
retarget --keep no code    |  A    A     A     A      R       A      |  M    M     M     M      M
retry 1.1                  |  A    A     R     A      R       A      |  M    M     R     M      M
retry 1.2                  |  W    W     W     W      R       W      |  W    W     W     W      W
run 1.1                    |  A    A     R     A      R       A      |  M    M     R     M      M
run 1.2                    |  W    W     W     W      R       W      |  W    W     W     W      W
1.2                        |  W    W     W     W      R       W      |  W    W     W     W      W
run 1.1 --force we must    |  A    A     A     A      R       A      |  M    M     M     M      M
run 1.2 --force we must    |  A    A     A     A      R       A      |  M    M     M     M      M
start 2.0.0                |  M    M     M     M      M       M      |  M    M     M     M      M
status                     |  R    R     R     R      R       R      |  R    R     R     R      R
tag --confirm v1.0.0       |  A    A     A     A      R       A      |  M    M     M     M      M
uncheck 1.1.1              |  A    A     R     A      R       A      |  M    M     R     M      M
uncheck 1.2.1              |  W    W     W     W      R       W      |  W    W     W     W      W
unwaive 1.1.1              |  A    A     A     A      R       A      |  M    M     M     M      M
veto                       |  A    R     R     R      R       A      |  M    R     R     R      M
waive 1.1.1 no time        |  A    A     A     A      R       A      |  M    M     M     M      M
why                        |  R    R     R     R      R       R      |  R    R     R     R      R
withdraw                   |  R    R     R     R      R       R      |  R    R     R     R      R
"""
"""`resume` is about somebody else's hold; one's own is lifted by whoever placed it, see below."""

COLUMNS: Final = {
    "none": (),
    "other": ("Support",),
    "owner": ("Writer",),  # of task 1.1; nobody owns 1.2
    "signer": ("Tech Lead",),
    "manager": ("Release Manager",),
    "unread": (),  # a team that could not be read: it may hold anybody
}
LETTERS: Final = dict(zip("RTWMA", (Role.READ, Role.TRIAGE, Role.WRITE, Role.MAINTAIN, Role.ADMIN), strict=True))
ROLES: Final = (None, *Role)


def cells() -> list[tuple[str, Plan, str, str]]:
    """Each cell of the table: the command, the plan, the column, the letter."""
    _, _, heads, *rows = TABLE.rstrip().split("\n")
    columns = [half.split() for half in heads.split("|")]
    found: list[tuple[str, Plan, str, str]] = []
    for row in rows:
        text, *halves = row.split("|")
        for plan, names, letters in zip((WITH_MANAGER, WITHOUT), columns, halves, strict=True):
            found += [(text.strip(), plan, name, cell) for name, cell in zip(names, letters.split(), strict=True)]
    return found


def understood(text: str) -> Understood:
    found = understand(COMMANDS, Invocation(text, 1))
    assert isinstance(found, Understood)
    return found


def at(plan: Plan, column: str, role: Role | None, by: Person = DAVE) -> Facts:
    """A release of the plan that somebody else holds and has waived an item of, and who asks."""
    unread = frozenset(plan.roles) if column == "unread" else frozenset[str]()
    actor = Actor(person=by, role=role, roles=frozenset(COLUMNS[column]), unread=unread)
    of = team_release(held(SAM), waived("1.1.1"))
    return with_source(replace(facts(of, plan=plan), actor=actor))


def denial(text: str, given: Facts) -> NotAllowed | HeldByOthers | None:
    """How somebody is told that they may not; None for whoever may, whatever else there is to be said."""
    decision = decide(understood(text), given, COMMANDS)
    reason = decision.reason if isinstance(decision, Refused) else None
    return reason if isinstance(reason, NotAllowed | HeldByOthers) else None


def test_every_command_has_a_row() -> None:
    assert {understood(text).command.name for text, *_ in cells()} == {command.name for command in COMMANDS}


@pytest.mark.parametrize(("text", "plan", "column", "cell"), cells())
def test_only_who_stands_in_the_table_may(text: str, plan: Plan, column: str, cell: str) -> None:
    least = LETTERS.get(cell)
    let = {role: denial(text, at(plan, column, role)) is None for role in ROLES}
    assert let == {role: role is not None and least is not None and role >= least for role in ROLES}


@pytest.mark.parametrize(("text", "plan", "column", "cell"), [cell for cell in cells() if cell[2] == "unread"])
def test_d22_a_permission_or_a_team_that_cannot_be_read_denies_and_that_is_said(
    text: str, plan: Plan, column: str, cell: str
) -> None:
    """With a team that cannot be read nobody may more than with no role in the plan, and never without a role."""
    unreadable = denial(text, at(plan, column, None))
    assert isinstance(unreadable, NotAllowed)
    assert (unreadable.is_unread, unreadable.found) == (True, None)
    rows = {(t, id(p), c): letter for t, p, c, letter in cells()}
    assert cell == rows[text, id(plan), "none"]
    denied = denial(text, at(plan, column, Role.READ))
    could_be = isinstance(denied, NotAllowed) and bool(denied.allowed.roles)
    assert (isinstance(denied, NotAllowed) and denied.is_unread) == could_be


@pytest.mark.parametrize("role", [Role.READ, Role.ADMIN])
def test_d22_a_role_that_could_be_read_is_no_matter_of_doubt(role: Role) -> None:
    denied = denial("approve", at(WITH_MANAGER, "other", role))
    assert denied == NotAllowed(command="approve", allowed=Allowed(roles=("Tech Lead",)), found=role, is_unread=False)


# -- identity ---------------------------------------------------------------------------------------------------

RENAMED: Final = replace(SAM, login="sam-the-second")  # the same account under another name
TAKEN_OVER: Final = replace(MALLORY, login="sam")  # another account under the name that was given up


def lifted(by: Person) -> bool:
    return denial("resume", at(WITH_MANAGER, "none", Role.READ, by)) is None


def test_d21_who_took_over_a_login_is_not_whoever_had_it_before() -> None:
    assert not lifted(TAKEN_OVER)
    assert lifted(RENAMED)


def test_d21_the_people_of_a_plan_are_pinned_by_their_ids() -> None:
    pinned = team_release(held(SAM)).people
    assert pinned["sam"] == SAM.id
    assert TAKEN_OVER.id not in pinned.values()


def test_d21_nobody_signs_off_twice_by_another_name() -> None:
    of = team_release(signed("Tech Lead", TESS), signed("Security Lead", replace(TESS, login="tess-two")))
    assert {role: one.by.login for role, one in of.signoffs.items()} == {"Security Lead": "tess-two"}


# -- the parts of it ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        (Who.EVERYBODY, Allowed(least=Role.READ)),
        (Who.OWNER, Allowed(least=Role.READ)),
        (Who.STARTER, Allowed(least=Role.MAINTAIN)),
        (Who.MANAGER, Allowed(least=Role.MAINTAIN)),
        (Who.DOER, Allowed(least=Role.WRITE)),
        (Who.SIGNER, Allowed(least=Role.READ)),
        (Who.STOPPER, Allowed(least=Role.MAINTAIN)),
    ],
)
def test_without_a_plan_only_the_repository_s_roles_count(who: Who, expected: Allowed) -> None:
    assert allowed(who, None) == expected


def test_where_the_plan_wants_no_sign_off_whoever_offers_one_is_told_so() -> None:
    plan = replace(WITHOUT, gate=replace(WITHOUT.gate, signoffs=()))
    assert allowed(Who.SIGNER, plan) == Allowed(least=Role.READ)


def test_nobody_is_nobody_whatever_the_plan_says_of_them() -> None:
    whom = Allowed(roles=("Writer",), least=Role.NONE)
    assert not may(Actor(person=RUTH, role=Role.NONE, roles=frozenset({"Writer"})), whom)
    assert may(Actor(person=RUTH, role=Role.READ, roles=frozenset({"Writer"})), whom)


@pytest.mark.parametrize(
    ("owner", "roles"),
    [
        ("writer", ("Writer", "Release Manager")),
        ("Writer and Support", ("Writer", "Support", "Release Manager")),
        ("Support, Writer", ("Writer", "Support", "Release Manager")),
        ("Writer / Tech Lead & Support", ("Tech Lead", "Writer", "Support", "Release Manager")),
        ("Release manager", ("Release Manager",)),
    ],
)
def test_a_task_is_for_the_roles_that_own_it_and_for_release_managers(owner: str, roles: tuple[str, ...]) -> None:
    task = WITH_MANAGER.task(TaskId("1.1"))
    assert task is not None
    assert doers(WITH_MANAGER, replace(task, owner=owner)) == Allowed(roles=roles, least=Role.ADMIN)


@pytest.mark.parametrize("owner", [None, "", "Somebody", "Brandy"])
def test_a_task_that_no_role_of_the_plan_owns_is_for_who_may_write(owner: str | None) -> None:
    task = WITH_MANAGER.task(TaskId("1.1"))
    assert task is not None
    assert doers(WITH_MANAGER, replace(task, owner=owner)) == Allowed(roles=("Release Manager",), least=Role.WRITE)


@pytest.mark.parametrize("role", ["release manager", "RELEASE MANAGER", "Release Manager"])
def test_the_release_manager_s_role_may_be_spelled_in_any_case(role: str) -> None:
    plan = replace(WITHOUT, roles={role: ("ruth",)})
    assert managers(plan) == Allowed(roles=(role,), least=Role.ADMIN)


def test_a_refusal_says_what_was_wanted_and_what_was_found() -> None:
    actor = Actor(person=DAVE, role=Role.TRIAGE)
    wanted = Allowed(least=Role.WRITE)
    assert refusal(actor, wanted, "run") == NotAllowed(
        command="run", allowed=wanted, found=Role.TRIAGE, is_unread=False
    )
    assert refusal(actor, Allowed(least=Role.TRIAGE), "run") is None
