"""Rulesets of the simulated GitHub: kept as GitHub keeps them, and in the way of who they are meant for."""

from collections.abc import Sequence
from typing import cast

import pytest
from inline_snapshot import snapshot

from app.sim import Refusal, Room, SimGitHub, white_room
from app.sim.doing.ruling import RuleViolation
from app.sim.wire import Json
from tests.sim.conftest import AppClient

pytestmark = pytest.mark.anyio

TAGS: Json = {"ref_name": {"include": ["refs/tags/v*"], "exclude": []}}


def tag_rules(*kinds: str, name: str = "Release tags", bypass: Sequence[Json] = ()) -> Json:
    return {
        "name": name,
        "target": "tag",
        "enforcement": "active",
        "conditions": TAGS,
        "rules": [{"type": kind} for kind in kinds],
        "bypass_actors": list(bypass),
    }


def gate_rule(app: int | None, *, on_create: bool = True, context: str = "release/gate") -> Json:
    pinned = {} if app is None else {"integration_id": app}
    parameters = {
        "required_status_checks": [{"context": context, **pinned}],
        "strict_required_status_checks_policy": False,
        "do_not_enforce_on_create": not on_create,
    }
    return {
        "name": "Gate",
        "target": "tag",
        "enforcement": "active",
        "conditions": TAGS,
        "rules": [{"type": "required_status_checks", "parameters": parameters}],
    }


def only(room: Room) -> Json:
    return {"actor_id": room.app.id, "actor_type": "Integration", "bypass_mode": "always"}


async def test_a_ruleset_is_made_read_changed_and_deleted(room: Room, api: AppClient) -> None:
    made = await api("POST", "rulesets", tag_rules("creation", "update", bypass=[only(room)]))
    one = made.json()
    assert (made.status_code, one["rules"]) == (201, [{"type": "creation"}, {"type": "update"}])
    assert (one["bypass_actors"], one["current_user_can_bypass"]) == ([only(room)], "always")
    (listed,) = (await api("GET", "rulesets?targets=tag")).json()
    assert (listed["id"], "rules" in listed) == (one["id"], False)
    assert (await api("GET", "rulesets?targets=branch,push")).json() == []
    changed = await api("PUT", f"rulesets/{one['id']}", {"enforcement": "disabled", "bypass_actors": []})
    assert (changed.json()["enforcement"], changed.json()["current_user_can_bypass"]) == ("disabled", "never")
    assert (await api("GET", f"rulesets/{one['id']}")).json() == changed.json()
    assert (await api("DELETE", f"rulesets/{one['id']}")).status_code == 204
    assert (await api("GET", f"rulesets/{one['id']}")).status_code == 404


@pytest.mark.parametrize(
    ("body", "said"),
    cast(
        "list[tuple[Json, str]]",
        [
            ({"target": "tag", "enforcement": "active"}, "wasn't supplied"),
            (tag_rules("restrict_everything"), "Invalid rule 'restrict_everything'"),
            ({**tag_rules("creation"), "enforcement": "on"}, "No such target or enforcement"),
            ({**gate_rule(None), "rules": [{"type": "required_status_checks", "parameters": {}}]}, "Validation Failed"),
            (tag_rules("creation", bypass=[{"actor_id": 999, "actor_type": "Integration"}]), "Validation Failed"),
        ],
    ),
)
async def test_a_ruleset_that_cannot_be_is_refused(room: Room, api: AppClient, body: Json, said: str) -> None:
    answer = await api("POST", "rulesets", body)
    assert answer.status_code == 422
    assert said in answer.json()["message"]
    assert room.repo.protection.rulesets == {}


async def test_two_rulesets_have_two_names(api: AppClient) -> None:
    assert (await api("POST", "rulesets", tag_rules("creation"))).status_code == 201
    again = await api("POST", "rulesets", tag_rules("update"))
    assert (again.status_code, again.json()["errors"][0]["message"]) == (422, "Name must be unique")


async def test_who_may_bypass_is_shown_only_to_who_may_change_it(github: SimGitHub, room: Room, api: AppClient) -> None:
    room.installation.permissions["administration"] = "read"
    one = github.add_ruleset(room.repo, tag_rules("creation", bypass=[only(room)]))
    shown = (await api("GET", f"rulesets/{one.id}")).json()
    assert ("bypass_actors" in shown, shown["current_user_can_bypass"]) == (False, "always")
    assert (await api("DELETE", f"rulesets/{one.id}")).status_code == 403


async def test_an_organisations_ruleset_is_seen_and_not_touched(github: SimGitHub, room: Room, api: AppClient) -> None:
    one = github.add_ruleset(room.repo, tag_rules("creation"), of_organization=True)
    seen = (await api("GET", f"rulesets/{one.id}")).json()
    assert (seen["source_type"], seen["source"]) == ("Organization", "white-room")
    assert (await api("GET", "rulesets?includes_parents=false")).json() == []
    assert (await api("PUT", f"rulesets/{one.id}", {"enforcement": "disabled"})).status_code == 404
    with pytest.raises(RuleViolation):
        github.push_tags(room.repo, {"v1": github.head(room.repo)}, by="owner")


async def test_only_the_app_makes_moves_and_deletes_tags(github: SimGitHub, room: Room, api: AppClient) -> None:
    await api("POST", "rulesets", tag_rules("creation", "update", "deletion", "non_fast_forward", bypass=[only(room)]))
    first = github.head(room.repo)
    with pytest.raises(RuleViolation) as declined:
        github.push_tags(room.repo, {"v1.0.0": first}, by="owner")
    assert str(declined.value) == snapshot("""\
remote: error: GH013: Repository rule violations found for refs/tags/v1.0.0.
remote: Review all repository rules at https://github.com/white-room/daw/rules?ref=refs%2Ftags%2Fv1.0.0
remote: - Cannot create ref due to creations being restricted.
 ! [remote rejected] v1.0.0 -> v1.0.0 (push declined due to repository rule violations)\
""")
    assert "refs/tags/v1.0.0" not in room.repo.refs
    second = github.commit(room.repo, {"a.txt": "a"}, by="developer").sha
    assert (await api("POST", "git/refs", {"ref": "refs/tags/v1.0.0", "sha": second})).status_code == 201
    with pytest.raises(Refusal, match="Cannot update this protected ref"):
        github.push_tags(room.repo, {"v1.0.0": first}, by="owner")
    with pytest.raises(Refusal, match="Cannot delete this tag"):
        github.delete_ref(room.repo, "refs/tags/v1.0.0", by="owner")
    assert room.repo.refs["refs/tags/v1.0.0"] == second
    github.push_tags(room.repo, {"w1": first, "v1/x": first}, by="developer")  # `*` does not reach over a slash
    assert (await api("DELETE", "git/refs/tags/v1.0.0")).status_code == 204


async def test_a_rule_says_no_to_the_app_as_well(github: SimGitHub, room: Room, api: AppClient) -> None:
    github.add_ruleset(room.repo, gate_rule(room.app.id))
    tag = {"ref": "refs/tags/v1.0.0", "sha": github.head(room.repo)}
    refused = await api("POST", "git/refs", tag)
    assert (refused.status_code, refused.json()["message"]) == snapshot(
        (
            422,
            """\
Repository rule violations found

Required status check "release/gate" is expected.

""",
        )
    )
    github.is_terse = True
    assert (await api("POST", "git/refs", tag)).json()["message"] == "Reference update failed"
    await api("POST", "check-runs", {"name": "release/gate", "head_sha": tag["sha"], "conclusion": "success"})
    assert (await api("POST", "git/refs", tag)).status_code == 201
    suites = (await api("GET", "rulesets/rule-suites?ref=refs/tags/v1.0.0")).json()
    assert [(one["result"], one["actor_name"]) for one in suites] == [
        ("pass", "go-no-go[bot]"),
        ("fail", "go-no-go[bot]"),
        ("fail", "go-no-go[bot]"),
    ]
    assert (await api("GET", "rulesets/rule-suites?rule_suite_result=bypass")).json() == []


@pytest.mark.parametrize(
    ("conclusions", "said"),
    [
        ([], '"release/gate" is expected'),
        ([("another-app", "success")], '"release/gate" is expected'),
        ([("go-no-go", None)], '"release/gate" is in progress'),
        ([("go-no-go", "failure")], '"release/gate" is failing'),
        ([("go-no-go", "success"), ("go-no-go", "cancelled")], '"release/gate" is failing'),
        ([("go-no-go", "failure"), ("go-no-go", "success")], None),
        ([("go-no-go", "skipped"), ("another-app", "failure")], None),
    ],
)
def test_the_latest_check_run_of_the_app_that_is_named_counts(
    github: SimGitHub, room: Room, conclusions: list[tuple[str, str | None]], said: str | None
) -> None:
    for app, conclusion in conclusions:
        github.check(room.repo, github.head(room.repo), "release/gate", app=app, conclusion=conclusion)
    github.add_ruleset(room.repo, gate_rule(room.app.id))
    if said is None:
        github.push_tags(room.repo, {"v1": github.head(room.repo)}, by="developer")
        return
    with pytest.raises(RuleViolation, match=said):
        github.push_tags(room.repo, {"v1": github.head(room.repo)}, by="developer")


def test_where_no_app_is_named_anybodys_status_counts(github: SimGitHub, room: Room) -> None:
    github.add_ruleset(room.repo, gate_rule(None))
    sha = github.head(room.repo)
    with pytest.raises(RuleViolation, match="is expected"):
        github.push_tags(room.repo, {"v1": sha}, by="developer")
    github.status(room.repo, sha, "Release/Gate", "pending", by="developer")
    with pytest.raises(RuleViolation, match="is pending"):
        github.push_tags(room.repo, {"v1": sha}, by="developer")
    github.status(room.repo, sha, "release/gate", "success", by="developer")
    github.push_tags(room.repo, {"v1": sha}, by="developer")


def test_a_rule_may_look_away_when_a_tag_is_made(github: SimGitHub, room: Room) -> None:
    github.add_ruleset(room.repo, gate_rule(room.app.id, on_create=False))
    github.push_tags(room.repo, {"v1": github.head(room.repo)}, by="developer")
    second = github.commit(room.repo, {"a.txt": "a"}, by="developer").sha
    with pytest.raises(RuleViolation, match="is expected"):
        github.push_tags(room.repo, {"v1": second}, by="developer")


@pytest.mark.parametrize(
    ("change", "is_open"),
    [
        ({"enforcement": "disabled"}, True),
        ({"conditions": {"ref_name": {"include": [], "exclude": []}}}, True),
        ({"conditions": {"ref_name": {"include": ["~ALL"], "exclude": ["refs/tags/v1*"]}}}, True),
        ({"conditions": {"ref_name": {"include": ["~ALL"], "exclude": []}}}, False),
        ({"conditions": {"ref_name": {"include": ["refs/**/v*"], "exclude": ["refs/tags/v2*"]}}}, False),
        ({"target": "branch", "conditions": {"ref_name": {"include": ["~ALL"], "exclude": []}}}, True),
        ({"bypass_actors": [{"actor_id": 5, "actor_type": "RepositoryRole"}]}, True),
        ({"bypass_actors": [{"actor_id": 1, "actor_type": "OrganizationAdmin"}]}, True),
        ({"bypass_actors": [{"actor_type": "DeployKey"}]}, False),
    ],
)
def test_where_a_rule_holds_and_for_whom(github: SimGitHub, room: Room, change: Json, *, is_open: bool) -> None:
    github.add_ruleset(room.repo, {**tag_rules("creation"), **change})
    tag = {"v1.0.0": github.head(room.repo)}
    if is_open:
        github.push_tags(room.repo, tag, by="owner")
        return
    with pytest.raises(RuleViolation):
        github.push_tags(room.repo, tag, by="owner")


async def test_the_rules_of_a_branch_are_told(github: SimGitHub, room: Room, api: AppClient) -> None:
    everywhere: Json = {"ref_name": {"include": ["~DEFAULT_BRANCH"], "exclude": []}}
    body: Json = {**tag_rules("non_fast_forward", "deletion"), "target": "branch", "conditions": everywhere}
    one = github.add_ruleset(room.repo, body)
    rules = (await api("GET", "rules/branches/main")).json()
    assert [(rule["type"], rule["ruleset_id"]) for rule in rules] == [
        ("non_fast_forward", one.id),
        ("deletion", one.id),
    ]
    assert (await api("GET", "rules/branches/release/1.0")).json() == []
    first = room.repo.commits[github.head(room.repo)].parents
    second = github.commit(room.repo, {"a.txt": "a"}, by="developer")
    assert first == ()
    with pytest.raises(RuleViolation, match="Cannot force-push to this branch"):
        github.push_branch(room.repo, "main", second.parents[0], by="owner")


async def test_a_free_account_has_no_rulesets_for_a_private_repository(
    github: SimGitHub, room: Room, api: AppClient
) -> None:
    github.add_ruleset(room.repo, tag_rules("creation"))
    room.repo.plan = "free"
    upgrade = "Upgrade to GitHub Pro or make this repository public to enable this feature."
    for method, path, body in (
        ("GET", "rulesets", None),
        ("POST", "rulesets", tag_rules("update")),
        ("GET", "rules/branches/main", None),
    ):
        answer = await api(method, path, body)
        assert (answer.status_code, answer.json()["message"]) == (403, upgrade), path
    github.push_tags(room.repo, {"v1": github.head(room.repo)}, by="developer")  # nor does any hold
    room.repo.private = False
    assert len((await api("GET", "rulesets")).json()) == 1


async def test_an_app_of_another_account_bypasses_nothing(github: SimGitHub, api: AppClient) -> None:
    other = white_room(
        github, name="elsewhere/tool", app=github.add_app_record("foreign", github.add_user("elsewhere"))
    )
    answer = await api("POST", "rulesets", tag_rules("creation", bypass=[only(other)]))
    assert answer.status_code == 422
    assert "must be part of the ruleset source or owner organization" in answer.json()["errors"][0]["message"]
