"""What a repository needs: a plan, a workflow that takes its inputs, people in its roles, rules, and a gate of ours."""

import pytest
from inline_snapshot import snapshot

from app.domain.doctor.check import State
from app.domain.doctor.repository import Holders, foreign, foreign_gate_check, plan_check, roles_check, workflow_check
from app.domain.doctor.rules import environment_check, ruleset_checks
from app.domain.facts import WorkflowInputs
from app.domain.plan.model import Plan
from app.domain.plan.reader import read_plan
from app.domain.protection.changes import environment_changes
from app.domain.protection.judging import judge_rulesets
from app.domain.protection.rulesets import RequiredCheck, Ruleset
from app.domain.protection.wanted import GATE, Wanted, gate_is_green, only_app
from app.domain.release.sightings import SeenCheck, SeenStatus, check_sighting, status_sighting
from tests.given import NOW, SHA

REPO = "octo-org/app"
SITE = "https://github.com"
WANTED = Wanted(app=7, patterns=("refs/tags/v*",), environments=("production",))
TEXT = """---
environment: production
---
# Release

## 1. Build

```sh
./build.sh
```

- [ ] Built
"""


def plan(text: str = TEXT) -> Plan:
    return read_plan(text, path="plan.md")


def declared(*names: str, required: tuple[str, ...] = ()) -> WorkflowInputs:
    return WorkflowInputs(declared=frozenset(names), required=frozenset(required))


def test_a_repository_without_a_plan_is_warned() -> None:
    assert plan_check(REPO, "main", {}).state is State.WARNING
    assert plan_check(REPO, "main", {"plan.md": plan()}).state is State.OK


def test_an_error_in_a_plan_is_told_with_its_line() -> None:
    check = plan_check(REPO, "main", {"plan.md": plan("---\nflow: x\n---\n# R\n\n- [ ] A\n")})
    assert (check.state, check.todo) == (State.FAILED, "gonogo plan check plan.md")
    assert "plan.md:2: " in check.found


ALL = ("task", "version", "environment", "gonogo_id")


@pytest.mark.parametrize(
    ("inputs", "state", "found"),
    [
        (declared(*ALL), State.OK, "release.yml takes what it is sent."),
        (declared(*ALL, required=("task", "version", "environment")), State.OK, "release.yml takes what it is sent."),
        (None, State.FAILED, "release.yml is not there."),
        (WorkflowInputs(declared=None), State.FAILED, "release.yml has no `workflow_dispatch` trigger."),
        (declared("version"), State.FAILED, "release.yml takes no input task, by which it would know what to do."),
        (
            declared(*ALL, "key", required=("key",)),
            State.FAILED,
            "release.yml requires inputs that nobody gives: key.",
        ),
        (
            declared("task"),
            State.WARNING,
            "release.yml takes no input gonogo_id: a run whose start went unheard is not found again.",
        ),
    ],
)
def test_the_workflow_takes_what_it_is_sent(inputs: WorkflowInputs | None, state: State, found: str) -> None:
    check = workflow_check(REPO, [plan()], {"release.yml": inputs})
    assert (check.state, check.found) == (state, found)


def test_an_environment_that_no_plan_names_is_not_sent() -> None:
    without = plan(TEXT.replace("environment: production", "name: App"))
    check = workflow_check(REPO, [without], {"release.yml": declared(*ALL, required=("environment",))})
    assert check.state is State.FAILED


def test_a_plan_of_ticks_alone_needs_no_workflow() -> None:
    assert workflow_check(REPO, [plan("# R\n\n- [ ] A\n")], {}).found == "The plans dispatch no workflow."


@pytest.mark.parametrize(
    ("holders", "state", "part"),
    [
        ([], State.OK, "The plans fill no roles."),
        ([Holders(role="Lead", is_signoff=True, people=1)], State.OK, "Each of the 1 roles has somebody in it."),
        ([Holders(role="Lead", is_signoff=True, gone=("ann",))], State.FAILED, "nobody has the role: Lead; not on GitHub: ann."),
        (
            [Holders(role="QA", is_signoff=True, unasked=("ann", "bob"))],
            State.UNKNOWN,
            "2 names more than are looked up at once were not asked after.",
        ),
        ([Holders(role="QA", is_signoff=False, empty=("@o/qa",))], State.WARNING, "empty teams: @o/qa."),
        ([Holders(role="QA", is_signoff=True, people=2, gone=("@o/no",))], State.WARNING, "not on GitHub: @o/no."),
    ],
)  # fmt: skip
def test_roles_that_resolve_to_nobody_are_told(holders: list[Holders], state: State, part: str) -> None:
    check = roles_check(REPO, holders)
    assert check.state is state
    assert part in check.found


def rules(*rulesets: Ruleset) -> list[tuple[str, str]]:
    checks = ruleset_checks(REPO, judge_rulesets(WANTED, rulesets), SITE)
    return [(check.state.value, check.found) for check in checks]


def test_rulesets_are_told_as_they_stand() -> None:
    assert rules() == snapshot(
        [
            ("failed", "Anybody who may push can make, move and delete release tags: there is no ruleset against it."),
            ("failed", "A tag can be made whatever release/gate says: there is no ruleset against it."),
        ]
    )
    assert rules(only_app(WANTED), gate_is_green(WANTED)) == snapshot(
        [
            ("ok", 'Only the App makes release tags: "Go/No-Go: only the App makes release tags".'),
            ("ok", 'A tag needs a green release/gate: "Go/No-Go: release/gate must be green".'),
        ]
    )


@pytest.mark.parametrize("app", [None, 15368])
def test_d24_a_ruleset_that_does_not_name_our_app_failed(app: int | None) -> None:
    from_anybody = Ruleset(
        name="Gate",
        target="tag",
        enforcement="active",
        include=("~ALL",),
        kinds=frozenset({"required_status_checks"}),
        checks=(RequiredCheck(context=GATE, app=app),),
    )
    _, gate = ruleset_checks(REPO, judge_rulesets(WANTED, [from_anybody]), SITE)
    assert gate.state is State.FAILED
    assert gate.todo == "gonogo protect octo-org/app --apply"


def test_an_environment_that_does_not_ask_us_failed() -> None:
    open_ = environment_check(REPO, WANTED, environment_changes(WANTED, {"production": frozenset()}), [], SITE)
    assert (open_.state, open_.found) == (
        State.FAILED,
        "Nobody asks the App before a deployment to production.",
    )
    absent = environment_check(REPO, WANTED, environment_changes(WANTED, {}), [], SITE)
    assert "(production: no such environment)" in absent.found
    assert environment_check(REPO, WANTED, [], [], SITE).state is State.OK
    assert environment_check(REPO, Wanted(app=7, patterns=()), [], [], SITE).state is State.OK


def test_d24_who_else_speaks_as_the_gate_is_named() -> None:
    ours = check_sighting(
        SeenCheck(
            id=1, app="go-no-go", name=GATE, sha=SHA, status="completed", conclusion="failure", changed_at=NOW, url=""
        )
    )
    theirs = check_sighting(
        SeenCheck(
            id=2, app="other", name=GATE, sha=SHA, status="completed", conclusion="success", changed_at=NOW, url=""
        )
    )
    status = status_sighting(
        SeenStatus(id=3, context="Release/Gate", login="mallory", sha=SHA, state="success", changed_at=NOW, url="")
    )
    found = foreign([ours, theirs, status], "go-no-go", GATE)
    assert found == (theirs, status)
    check = foreign_gate_check(REPO, found)
    assert (check.state, check.found) == snapshot(
        (
            State.WARNING,
            "Not the App's, and under the name release/gate: a check run by other at a1a1a1a, a commit status by mallory at a1a1a1a.",
        )
    )
    assert foreign_gate_check(REPO, foreign([ours], "go-no-go", GATE)).state is State.OK
