"""`gonogo doctor` as people and scripts meet it, with the simulated GitHub behind it."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import stamina
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from inline_snapshot import snapshot

from app.sim import SimClock, SimGitHub, white_room
from app.sim.wire import Json
from tests.databases import new_database
from tests.desk import REPO, Desk

PLAN = """---
environment: production
roles:
  Tech Lead: [tech-lead]
  QA Lead: ["@white-room/qa"]
gate: {signoffs: [Tech Lead]}
---
# Release {version}

## Build

```sh
./build.sh
```

- [ ] Built
"""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    clock = SimClock()
    github = SimGitHub(clock)
    database = new_database(tmp_path)
    one = Desk(github, white_room(github, plan=PLAN), clock, database=database)
    with stamina.set_testing(testing=True, attempts=2):
        yield one
    github.assert_no_unknown_calls()
    one.checked.assert_clean()


def states(desk: Desk, *arguments: str) -> dict[str, str]:
    found = json.loads(desk.gonogo("doctor", *arguments, "--json").output)
    return {check["check"]: check["state"] for check in found["checks"]}


def check(desk: Desk, name: str) -> Json:
    found = json.loads(desk.gonogo("doctor", REPO, "--json").output)
    (one,) = [each for each in found["checks"] if each["check"] == name]
    return one


def test_a_service_that_was_just_set_up_is_told_what_is_missing(desk: Desk) -> None:
    told = desk.gonogo("doctor", REPO)
    assert told.output == snapshot("""\
The service
  ok      database       The database is there and up to date.
  ok      parked         No delivery was given up.
  warning signing_key    No key is set: release tags are not signed.
                         Let GONOGO_TAG_SIGNING_KEY_FILE name a private SSH or OpenPGP key.
  ok      app            Signed in as the App go-no-go (1019).
  ok      clock          Our clock and GitHub's agree.
  ok      webhook        Webhooks go to https://go-no-go.example/webhook.
  ok      deliveries     GitHub has sent no webhook in a day.
  ok      lag            The slowest webhook was taken in 0.0 s; the oldest waits for 0 s.
white-room
  ok      installation   The App is installed on white-room.
  ok      permissions    All 11 permissions are granted.
  ok      events         All 16 events are sent.
white-room/daw
  ok      plan           No errors in .github/release-plan.md.
  ok      workflow       release.yml takes what it is sent.
  failed  tag_rules      Anybody who may push can make, move and delete release tags: there is no ruleset against it.
                         gonogo protect white-room/daw --apply
                         https://github.com/white-room/daw/settings/rules
  failed  gate_rules     A tag can be made whatever release/gate says: there is no ruleset against it.
                         gonogo protect white-room/daw --apply
                         https://github.com/white-room/daw/settings/rules
  failed  environment    Nobody asks the App before a deployment to production (production: no such environment).
                         gonogo protect white-room/daw --apply
                         https://github.com/white-room/daw/settings/environments
  ok      roles          Each of the 2 roles has somebody in it.
  ok      foreign_gate   Nobody but the App speaks as release/gate.
14 ok, 1 warning, 3 failed
""")
    assert told.exit_code == 3


def test_protected_and_with_a_key_all_is_well(desk: Desk, tmp_path: Path) -> None:
    desk.key_file = signing_key(tmp_path)
    desk.gonogo("protect", REPO, "--apply")
    told = desk.gonogo("doctor", REPO)
    assert told.output.splitlines()[-1] == "All is well: 18 checks."
    assert told.exit_code == 0


def signing_key(folder: Path) -> Path:
    pem = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
    )
    path = folder / "key"
    path.write_bytes(pem)
    path.chmod(0o600)
    return path


def test_scripts_get_json(desk: Desk) -> None:
    desk.gonogo("protect", REPO, "--apply")
    told = desk.gonogo("doctor", REPO, "--json")
    assert json.loads(told.output) == snapshot(
        {
            "state": "warning",
            "at": "2026-03-02T09:00:00+00:00",
            "checks": [
                {
                    "check": "database",
                    "about": None,
                    "state": "ok",
                    "found": "The database is there and up to date.",
                    "todo": "",
                    "links": [],
                },
                {
                    "check": "parked",
                    "about": None,
                    "state": "ok",
                    "found": "No delivery was given up.",
                    "todo": "",
                    "links": [],
                },
                {
                    "check": "signing_key",
                    "about": None,
                    "state": "warning",
                    "found": "No key is set: release tags are not signed.",
                    "todo": "Let GONOGO_TAG_SIGNING_KEY_FILE name a private SSH or OpenPGP key.",
                    "links": [],
                },
                {
                    "check": "app",
                    "about": None,
                    "state": "ok",
                    "found": "Signed in as the App go-no-go (1019).",
                    "todo": "",
                    "links": [],
                },
                {
                    "check": "clock",
                    "about": None,
                    "state": "ok",
                    "found": "Our clock and GitHub's agree.",
                    "todo": "",
                    "links": [],
                },
                {
                    "check": "webhook",
                    "about": None,
                    "state": "ok",
                    "found": "Webhooks go to https://go-no-go.example/webhook.",
                    "todo": "",
                    "links": [],
                },
                {
                    "check": "deliveries",
                    "about": None,
                    "state": "ok",
                    "found": "GitHub has sent no webhook in a day.",
                    "todo": "",
                    "links": [],
                },
                {
                    "check": "lag",
                    "about": None,
                    "state": "ok",
                    "found": "The slowest webhook was taken in 0.0 s; the oldest waits for 0 s.",
                    "todo": "",
                    "links": [],
                },
                {
                    "check": "installation",
                    "about": "white-room",
                    "state": "ok",
                    "found": "The App is installed on white-room.",
                    "todo": "",
                    "links": [],
                },
                {
                    "check": "permissions",
                    "about": "white-room",
                    "state": "ok",
                    "found": "All 11 permissions are granted.",
                    "todo": "",
                    "links": [],
                },
                {
                    "check": "events",
                    "about": "white-room",
                    "state": "ok",
                    "found": "All 16 events are sent.",
                    "todo": "",
                    "links": [],
                },
                {
                    "check": "plan",
                    "about": "white-room/daw",
                    "state": "ok",
                    "found": "No errors in .github/release-plan.md.",
                    "todo": "",
                    "links": [],
                },
                {
                    "check": "workflow",
                    "about": "white-room/daw",
                    "state": "ok",
                    "found": "release.yml takes what it is sent.",
                    "todo": "",
                    "links": [],
                },
                {
                    "check": "tag_rules",
                    "about": "white-room/daw",
                    "state": "ok",
                    "found": 'Only the App makes release tags: "Go/No-Go: only the App makes release tags".',
                    "todo": "",
                    "links": [],
                },
                {
                    "check": "gate_rules",
                    "about": "white-room/daw",
                    "state": "ok",
                    "found": 'A tag needs a green release/gate: "Go/No-Go: release/gate must be green".',
                    "todo": "",
                    "links": [],
                },
                {
                    "check": "environment",
                    "about": "white-room/daw",
                    "state": "ok",
                    "found": "The App decides about deployments to production.",
                    "todo": "",
                    "links": [],
                },
                {
                    "check": "roles",
                    "about": "white-room/daw",
                    "state": "ok",
                    "found": "Each of the 2 roles has somebody in it.",
                    "todo": "",
                    "links": [],
                },
                {
                    "check": "foreign_gate",
                    "about": "white-room/daw",
                    "state": "ok",
                    "found": "Nobody but the App speaks as release/gate.",
                    "todo": "",
                    "links": [],
                },
            ],
        }
    )
    assert told.exit_code == 1


def test_without_a_repository_the_service_and_its_accounts_are_looked_at(desk: Desk) -> None:
    assert states(desk) == snapshot(
        {
            "database": "ok",
            "parked": "ok",
            "signing_key": "warning",
            "app": "ok",
            "clock": "ok",
            "webhook": "ok",
            "deliveries": "ok",
            "lag": "ok",
            "installation": "ok",
            "permissions": "ok",
            "events": "ok",
        }
    )


def test_a_key_that_cannot_sign_failed(desk: Desk, tmp_path: Path) -> None:
    desk.key_file = tmp_path / "id.pub"
    desk.key_file.write_text("ssh-ed25519 AAAA ann@example.org\n")
    one = check(desk, "signing_key")
    assert one["state"] == "failed"
    assert "holds a public key: the private one signs" in str(one["found"])


def test_a_database_that_is_not_there_failed_and_is_not_made(desk: Desk, tmp_path: Path) -> None:
    desk.database = f"sqlite:///{tmp_path / 'none.db'}"
    assert (check(desk, "database")["state"], check(desk, "lag")["state"]) == ("failed", "unknown")
    assert not (tmp_path / "none.db").exists()


def test_a_database_of_another_version_failed(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "old.db").touch()
    desk.database = f"sqlite:///{tmp_path / 'old.db'}"
    assert "run `gonogo db upgrade`" in str(check(desk, "database")["found"])


def test_a_clock_that_is_wrong_is_told_although_we_sign_in_by_github_s(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "clock", SimClock(desk.clock.now() + timedelta(minutes=5)))
    found = states(desk, REPO)
    assert (found["clock"], found["app"]) == ("failed", "ok")


def test_an_app_of_another_key_is_told(desk: Desk) -> None:
    desk.room.app.public_key = None
    found = states(desk, REPO)
    assert (found["app"], found["repository"]) == ("failed", "unknown")


def test_a_missing_permission_and_event_are_told(desk: Desk) -> None:
    del desk.room.installation.permissions["workflows"]
    desk.room.app.events = desk.room.app.events - {"create"}
    found = states(desk, REPO)
    assert (found["permissions"], found["events"]) == ("failed", "failed")


def test_a_suspended_installation_is_told_and_nothing_behind_it_guessed(desk: Desk) -> None:
    desk.room.installation.suspended = True
    found = states(desk, REPO)
    assert found["installation"] == "failed"
    assert "plan" not in found


def test_webhooks_that_go_elsewhere_and_failed_ones_are_told(desk: Desk) -> None:
    desk.public_url = "https://new.example"
    desk.github.open_issue(REPO, "A", by="reader")
    (post,) = desk.github.take()
    desk.github.delivered(post, 0)
    assert check(desk, "webhook")["state"] == "failed"
    one = check(desk, "deliveries")
    assert one["state"] == "failed"
    assert "1 of 1 webhooks of the last day were not taken" in str(one["found"])


def test_a_free_account_is_warned_of_what_it_does_not_have(desk: Desk) -> None:
    desk.room.repo.plan = "free"
    found = states(desk, REPO)
    assert {found[name] for name in ("tag_rules", "gate_rules", "environment")} == {"warning"}


def test_rules_that_we_may_not_see_are_unknown(desk: Desk) -> None:
    desk.gonogo("protect", REPO, "--apply")
    desk.room.installation.permissions["administration"] = "read"
    found = states(desk, REPO)
    assert (found["tag_rules"], found["gate_rules"], found["permissions"]) == ("unknown", "unknown", "warning")


def test_d24_a_ruleset_that_takes_the_gate_from_anybody_failed(desk: Desk) -> None:
    desk.gonogo("protect", REPO, "--apply")
    (one,) = [each for each in desk.room.repo.protection.rulesets.values() if "must be green" in each.name]
    parameters: Json = {
        "required_status_checks": [{"context": "release/gate"}],
        "strict_required_status_checks_policy": False,
        "do_not_enforce_on_create": False,
    }
    one.rules = [{"type": "required_status_checks", "parameters": parameters}]
    assert check(desk, "gate_rules")["state"] == "failed"
    assert desk.gonogo("protect", REPO, "--apply").exit_code == 0
    assert check(desk, "gate_rules")["state"] == "ok"


def test_d24_who_else_speaks_as_the_gate_is_told(desk: Desk) -> None:
    head = desk.github.head(REPO)
    desk.github.status(REPO, head, "release/gate", "success", by="developer")
    desk.github.check(REPO, head, "release/gate", app="impostor", conclusion="success")
    one = check(desk, "foreign_gate")
    assert one["state"] == "warning"
    assert "a check run by impostor" in str(one["found"])
    assert "a commit status by developer" in str(one["found"])


def test_roles_that_nobody_has_are_told(desk: Desk) -> None:
    plan = PLAN.replace("tech-lead]", "nobody-here]").replace("white-room/qa", "white-room/none")
    desk.github.commit(REPO, {".github/release-plan.md": plan}, by="owner")
    one = check(desk, "roles")
    assert (one["state"], one["found"]) == snapshot(
        ("failed", "nobody has the role: Tech Lead, QA Lead; not on GitHub: nobody-here, @white-room/none.")
    )
    desk.github.remove_from_team("white-room", "qa", "qa-lead", by="owner")
    desk.github.commit(REPO, {".github/release-plan.md": PLAN}, by="owner")
    assert check(desk, "roles")["found"] == snapshot("nobody has the role: QA Lead; empty teams: @white-room/qa.")


def test_a_workflow_that_is_not_there_is_told(desk: Desk) -> None:
    desk.github.commit(REPO, {".github/workflows/release.yml": None}, by="owner")
    assert check(desk, "workflow")["found"] == "release.yml is not there."


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("/rulesets", ["plan", "tag_rules", "gate_rules", "environment"]),
        ("/contents/", ["plan", "tag_rules", "gate_rules", "environment"]),
        ("/users/", ["roles"]),
        ("/members", ["roles"]),
        ("/check-runs", ["foreign_gate"]),
        ("/contents/.github/workflows", ["workflow"]),
        ("/daw/installation", ["repository"]),
        ("/app$", ["app", "repository"]),
        ("/app/hook/config", ["webhook"]),
        ("/app/hook/deliveries", ["deliveries", "lag"]),
    ],
)
def test_what_github_does_not_answer_is_unknown_and_never_ok(desk: Desk, path: str, names: list[str]) -> None:
    desk.gonogo("protect", REPO, "--apply")
    desk.github.fault("GET", path, status=502, times=99)
    found = states(desk, REPO)
    assert [name for name, state in found.items() if state == "unknown"] == names


def test_accounts_that_github_does_not_list_are_unknown(desk: Desk) -> None:
    desk.github.fault("GET", "/app/installations$", status=502, times=99)
    assert states(desk)["installation"] == "unknown"


def test_a_repository_that_is_not_ours_is_unknown(desk: Desk) -> None:
    assert states(desk, "white-room/none")["repository"] == "unknown"
    assert desk.gonogo("doctor", "daw").exit_code == 2


def test_no_secret_is_in_what_the_doctor_says(desk: Desk) -> None:
    told = desk.gonogo("doctor", REPO, "--json").output
    secrets = [desk.room.webhook_secret, *desk.github.tokens, desk.room.private_key.splitlines()[1]]
    assert [secret for secret in secrets if secret in told] == []
