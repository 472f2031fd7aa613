"""`gonogo protect` as people and scripts meet it, with the simulated GitHub behind it."""

import json
from collections.abc import Iterator

import pytest
import stamina
from inline_snapshot import snapshot
from typer.testing import CliRunner

from app import main
from app.sim import SimClock, SimGitHub, white_room
from app.sim.wire import Json
from tests.desk import REPO, Desk

PLAN = "---\ntag: v{version}\n---\n# Release {version}\n\n## Build\n\n- [ ] Built\n"


@pytest.fixture
def desk() -> Iterator[Desk]:
    clock = SimClock()
    github = SimGitHub(clock)
    one = Desk(github, white_room(github, plan=PLAN), clock)
    with stamina.set_testing(testing=True, attempts=2):
        yield one
    github.assert_no_unknown_calls()
    one.checked.assert_clean()


def writes(desk: Desk) -> list[tuple[str, str]]:
    tokens = "/access_tokens"
    return [(c.method, c.path) for c in desk.github.calls if c.method != "GET" and not c.path.endswith(tokens)]


def tag(desk: Desk, name: str) -> None:
    desk.github.push_tags(REPO, {name: desk.github.head(REPO)}, by="owner")


def only_app(desk: Desk) -> Json:
    return {
        "name": "Go/No-Go: only the App makes release tags",
        "target": "tag",
        "enforcement": "active",
        "conditions": {"ref_name": {"include": ["refs/tags/v*"], "exclude": []}},
        "rules": [{"type": kind} for kind in ("creation", "update", "deletion")],
        "bypass_actors": [
            {"actor_id": desk.room.app.id, "actor_type": "Integration"},
            {"actor_id": 5, "actor_type": "RepositoryRole"},
        ],
    }


def test_a_dry_run_shows_the_exact_changes_and_makes_none(desk: Desk) -> None:
    told = desk.gonogo("protect", REPO)
    assert told.output == snapshot("""\
white-room/daw  App go-no-go (1019), tags refs/tags/v*
  + create the tag ruleset "Go/No-Go: only the App makes release tags"
      tags: refs/tags/v*
      forbids: making, moving, deleting, forcing tags
      may pass it by: App 1019, always
  + create the tag ruleset "Go/No-Go: release/gate must be green"
      tags: refs/tags/v*
      requires: release/gate from App 1019, also when a tag is made
      may pass it by: nobody
2 changes, and nothing was done. `gonogo protect white-room/daw --apply` does it.
""")
    assert told.exit_code == 3
    assert writes(desk) == []


def test_applied_it_stands_and_running_it_twice_changes_nothing(desk: Desk) -> None:
    told = desk.gonogo("protect", REPO, "--apply")
    assert told.output == snapshot("""\
white-room/daw  App go-no-go (1019), tags refs/tags/v*
  done: create the tag ruleset "Go/No-Go: only the App makes release tags"
      tags: refs/tags/v*
      forbids: making, moving, deleting, forcing tags
      may pass it by: App 1019, always
  done: create the tag ruleset "Go/No-Go: release/gate must be green"
      tags: refs/tags/v*
      requires: release/gate from App 1019, also when a tag is made
      may pass it by: nobody
Done: it stands.
""")
    assert told.exit_code == 0
    with pytest.raises(Exception, match="GH013"):
        tag(desk, "v1.0.0")
    before = writes(desk)
    for arguments in (("protect", REPO, "--apply"), ("protect", REPO)):
        again = desk.gonogo(*arguments)
        assert again.output == snapshot("""\
white-room/daw  App go-no-go (1019), tags refs/tags/v*
Nothing to change.
""")
        assert again.exit_code == 0
    assert writes(desk) == before


def test_scripts_get_json(desk: Desk) -> None:
    told = desk.gonogo("protect", REPO, "--json")
    assert json.loads(told.output) == snapshot(
        {
            "repo": "white-room/daw",
            "ok": False,
            "app": {"id": 1019, "slug": "go-no-go"},
            "plans": [".github/release-plan.md"],
            "tags": ["refs/tags/v*"],
            "environments": [],
            "dry_run": True,
            "changes": [
                {
                    "change": "CreateRuleset",
                    "what": 'create the tag ruleset "Go/No-Go: only the App makes release tags"',
                    "details": [
                        "tags: refs/tags/v*",
                        "forbids: making, moving, deleting, forcing tags",
                        "may pass it by: App 1019, always",
                    ],
                    "done": False,
                    "ruleset": "Go/No-Go: only the App makes release tags",
                },
                {
                    "change": "CreateRuleset",
                    "what": 'create the tag ruleset "Go/No-Go: release/gate must be green"',
                    "details": [
                        "tags: refs/tags/v*",
                        "requires: release/gate from App 1019, also when a tag is made",
                        "may pass it by: nobody",
                    ],
                    "done": False,
                    "ruleset": "Go/No-Go: release/gate must be green",
                },
            ],
            "limits": [],
        }
    )
    assert json.loads(desk.gonogo("protect", REPO, "--apply", "--json").output)["ok"] is True


def test_a_weak_ruleset_of_ours_is_made_what_it_should_be(desk: Desk) -> None:
    one = desk.github.add_ruleset(REPO, only_app(desk))
    tag(desk, "v0.1")  # an owner passes it by
    told = desk.gonogo("protect", REPO, "--apply")
    assert told.output.splitlines()[1] == snapshot(
        '  done: change the tag ruleset "Go/No-Go: only the App makes release tags": repository admins may pass it by'
    )
    assert [each["actor_type"] for each in one.bypass] == ["Integration"]
    with pytest.raises(Exception, match="GH013"):
        tag(desk, "v0.2")


def test_somebody_elses_weak_ruleset_is_left_as_it_is(desk: Desk) -> None:
    theirs = desk.github.add_ruleset(REPO, {**only_app(desk), "name": "Tags of the team"})
    told = desk.gonogo("protect", REPO, "--apply")
    assert told.exit_code == 0
    assert len(theirs.bypass) == 2
    assert len(desk.room.repo.protection.rulesets) == 3


def test_a_free_account_is_told_what_takes_the_place_of_rulesets(desk: Desk) -> None:
    desk.room.repo.plan = "free"
    told = desk.gonogo("protect", REPO, "--apply")
    assert told.output == snapshot("""\
white-room/daw  App go-no-go (1019), tags refs/tags/v*
  ! GitHub has no rulesets for this repository: it is private, and its account's plan has them for public ones only.
      The tag guard takes their place: it finds a tag that no green gate stands behind after it was pushed, says so in the tracking issue, and deletes it where the plan says `guard: {delete: true}`. It comes after the fact: a workflow that the tag starts may have begun. GitHub Pro or Team, or a public repository, has rulesets.
Nothing to change, and not protected as it could be: see above.
""")
    assert told.exit_code == 1
    assert writes(desk) == []


def test_a_missing_permission_is_told_with_both_links(desk: Desk) -> None:
    desk.site = "https://github.acme.example"
    desk.room.installation.permissions["administration"] = "read"
    assert desk.gonogo("protect", REPO).exit_code == 3
    told = desk.gonogo("protect", REPO, "--apply")
    assert told.output == snapshot("""\
white-room/daw  App go-no-go (1019), tags refs/tags/v*
  not done: create the tag ruleset "Go/No-Go: only the App makes release tags"
      tags: refs/tags/v*
      forbids: making, moving, deleting, forcing tags
      may pass it by: App 1019, always
  not done: create the tag ruleset "Go/No-Go: release/gate must be green"
      tags: refs/tags/v*
      requires: release/gate from App 1019, also when a tag is made
      may pass it by: nobody
  ! The App may not protect this repository: it lacks the permission `administration: write`.
      Ask for it on the App's page (first link), then accept it for the account (second link).
      https://github.acme.example/organizations/white-room/settings/apps/go-no-go/permissions
      https://github.acme.example/organizations/white-room/settings/installations/60000001/permissions/update
2 changes could not be made.
""")
    assert told.exit_code == 1


def test_what_is_hidden_from_us_is_not_called_good(desk: Desk) -> None:
    desk.gonogo("protect", REPO, "--apply")
    desk.room.installation.permissions["administration"] = "read"
    told = desk.gonogo("protect", REPO)
    assert "cannot be told: who may pass it by is shown only with the permission" in told.output
    assert told.exit_code == 1


def test_a_ruleset_in_the_apps_own_way_is_told(desk: Desk) -> None:
    desk.gonogo("protect", REPO, "--apply")
    nobody: Json = {**only_app(desk), "name": "Nobody\x1b[31m tags", "bypass_actors": []}
    desk.github.add_ruleset(REPO, nobody)
    told = desk.gonogo("protect", REPO)
    assert "keeps the App itself from making release tags" in told.output
    assert "\x1b" not in told.output
    assert told.exit_code == 1


def test_without_a_plan_the_usual_tags_are_protected(desk: Desk) -> None:
    desk.github.commit(REPO, {".github/release-plan.md": None}, by="owner")
    told = desk.gonogo("protect", REPO, "--apply")
    assert "There is no release plan on main: the usual tags, v*, are looked at." in told.output
    assert told.exit_code == 0


def test_every_plan_of_the_repository_counts(desk: Desk) -> None:
    hotfix = "---\ntag: hotfix-{version}\n---\n# Hotfix\n\n- [ ] Built\n"
    desk.github.commit(REPO, {".github/release-plans/hotfix.md": hotfix}, by="owner")
    assert desk.gonogo("protect", REPO, "--apply").exit_code == 0
    for name in ("v1", "hotfix-1"):
        with pytest.raises(Exception, match="GH013"):
            tag(desk, name)
    tag(desk, "nightly-1")


@pytest.mark.parametrize(
    ("repo", "said"),
    [
        ("daw", "daw is no repository: it is named owner/name."),
        ("a/b/c", "a/b/c is no repository: it is named owner/name."),
        ("white-room/none", "The App is not installed on white-room/none, or there is no such repository."),
        ("../app", "The App is not installed on ../app, or there is no such repository."),
    ],
)
def test_a_repository_that_is_not_ours_is_told(desk: Desk, repo: str, said: str) -> None:
    told = desk.gonogo("protect", repo)
    assert (told.exit_code, told.output.strip()) == (2, said)


def test_a_suspended_installation_is_told(desk: Desk) -> None:
    desk.room.installation.suspended = True
    told = desk.gonogo("protect", REPO)
    assert (told.exit_code, told.output.strip()) == (
        2,
        snapshot("The App's installation on white-room is suspended: it can see and do nothing there."),
    )


def test_a_github_that_gives_no_answer_is_told(desk: Desk) -> None:
    desk.github.fault("GET", "/rulesets", status=502, times=9)
    told = desk.gonogo("protect", REPO, "--apply")
    assert (told.exit_code, told.output.splitlines()[-1]) == (
        2,
        snapshot(
            "GitHub gave no answer: GET /repos/white-room/daw/rulesets: 502 from GitHub. What was done stays done; run it again."
        ),
    )


def test_what_was_begun_is_finished_by_running_it_again(desk: Desk) -> None:
    desk.github.fault("POST", "/rulesets", status=502, skip=1, after_doing=True)
    assert desk.gonogo("protect", REPO, "--apply").exit_code == 2
    told = desk.gonogo("protect", REPO, "--apply")
    assert told.output.splitlines()[-1] == "Nothing to change."
    assert len(desk.room.repo.protection.rulesets) == 2


def test_wrong_settings_are_told_before_anything_is_asked(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    monkeypatch.chdir(str(tmp_path))
    for name in ("GONOGO_APP_ID", "GONOGO_PRIVATE_KEY", "GONOGO_WEBHOOK_SECRET"):
        monkeypatch.delenv(name, raising=False)
    told = CliRunner().invoke(main.whole_cli(), ["protect", REPO])
    assert told.exit_code == 2
    assert "GONOGO_APP_ID is not set" in told.output


def test_the_plans_environment_asks_the_app(desk: Desk) -> None:
    plan = PLAN.replace("tag: v{version}", "environment: production")
    desk.github.commit(REPO, {".github/release-plan.md": plan}, by="owner")
    told = desk.gonogo("protect", REPO, "--apply")
    assert "\n".join(told.output.splitlines()[-5:]) == snapshot("""\
      may pass it by: nobody
  done: create the environment "production"
  done: let App 1019 decide deployments to the environment "production"
      custom deployment protection rule
Done: it stands.\
""")
    assert told.exit_code == 0
    assert [rule.app.slug for rule in desk.room.repo.environments["production"].rules] == ["go-no-go"]
    assert desk.gonogo("protect", REPO).output.splitlines()[-1] == "Nothing to change."


def test_a_private_repository_without_enterprise_has_rulesets_and_no_guarded_environment(desk: Desk) -> None:
    desk.room.repo.plan = "team"
    plan = PLAN.replace("tag: v{version}", "environment: production")
    desk.github.commit(REPO, {".github/release-plan.md": plan}, by="owner")
    told = desk.gonogo("protect", REPO, "--apply")
    assert told.output == snapshot("""\
white-room/daw  App go-no-go (1019), tags refs/tags/v*, environment production
  done: create the tag ruleset "Go/No-Go: only the App makes release tags"
      tags: refs/tags/v*
      forbids: making, moving, deleting, forcing tags
      may pass it by: App 1019, always
  done: create the tag ruleset "Go/No-Go: release/gate must be green"
      tags: refs/tags/v*
      requires: release/gate from App 1019, also when a tag is made
      may pass it by: nobody
  done: create the environment "production"
  not done: let App 1019 decide deployments to the environment "production"
      custom deployment protection rule
  ! GitHub lets no App decide about deployments here: the repository is private, and that takes GitHub Enterprise.
      The gate takes its place: `/release` dispatches the production run only when the gate allows it. A run that somebody starts by hand is not held.
1 change could not be made.
""")
    assert told.exit_code == 1
    assert len(desk.room.repo.protection.rulesets) == 2
