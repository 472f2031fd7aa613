"""The command line: what it offers, what it says when something is amiss, and that it says it plainly."""

import sqlite3
from importlib.metadata import version
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app import main
from app.adapters.db.schema import HEAD
from app.cli import Unusable, build_cli

SECRET = "hunter2-hunter2"
NOT_A_KEY = "-----BEGIN RSA PRIVATE KEY-----\\nMIIhunter2\\n-----END RSA PRIVATE KEY-----"


def gonogo(*arguments: str) -> Result:
    cli = build_cli(serve=main.serve, work=main.work, demo=main.demo, upgrade=main.upgrade)
    return CliRunner().invoke(cli, list(arguments), terminal_width=200)


@pytest.fixture(autouse=True)
def nothing_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty folder to stand in, and no settings but those a test gives."""
    monkeypatch.chdir(tmp_path)
    for name in ("APP_ID", "PRIVATE_KEY", "PRIVATE_KEY_FILE", "WEBHOOK_SECRET", "DATABASE_URL"):
        monkeypatch.delenv(f"GONOGO_{name}", raising=False)


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GONOGO_APP_ID", "1")
    monkeypatch.setenv("GONOGO_PRIVATE_KEY", NOT_A_KEY)
    monkeypatch.setenv("GONOGO_WEBHOOK_SECRET", SECRET)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], ["serve", "demo", "plan", "db"]),
        (["--help"], ["serve", "demo", "plan", "db"]),
        (["serve", "--help"], ["GONOGO_*", ".env"]),
        (["demo", "--help"], ["--port", "8787"]),
        (["plan", "--help"], ["check", "show"]),
        (["db", "--help"], ["upgrade"]),
    ],
)
def test_help_names_what_there_is(arguments: list[str], says: list[str]) -> None:
    told = gonogo(*arguments).output
    assert [word for word in says if word not in told] == []


def test_it_says_its_version() -> None:
    result = gonogo("--version")
    assert (result.exit_code, result.output) == (0, f"gonogo {version('gonogo')}\n")


@pytest.mark.parametrize("arguments", [["sreve"], ["serve", "--prot", "1"], ["demo", "--port", "0"]])
def test_what_there_is_not_is_refused(arguments: list[str]) -> None:
    result = gonogo(*arguments)
    assert result.exit_code == 2
    assert "Traceback" not in result.output


def test_a_plan_is_checked_without_settings(tmp_path: Path) -> None:
    plan = tmp_path / "plan.md"
    plan.write_text("# Release\n\n- [ ] Ship\n", encoding="utf-8")
    assert gonogo("plan", "check", str(plan)).exit_code == 0


@pytest.mark.parametrize("command", [["serve"], ["db", "upgrade"]])
def test_without_settings_it_is_said_which_are_missing(command: list[str]) -> None:
    result = gonogo(*command)
    assert (result.exit_code, result.stdout) == (2, "")
    for name in ("GONOGO_APP_ID", "GONOGO_WEBHOOK_SECRET", "GONOGO_PRIVATE_KEY"):
        assert name in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.usefixtures("settings")
def test_what_is_wrong_with_settings_is_said_without_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GONOGO_APP_ID", "hunter")
    monkeypatch.setenv("GONOGO_WEBHOOK_SECRETS", SECRET)
    result = gonogo("serve")
    assert result.exit_code == 2
    assert "GONOGO_WEBHOOK_SECRETS is no setting: did you mean GONOGO_WEBHOOK_SECRET?" in result.stderr
    assert "hunter" not in result.output


@pytest.mark.usefixtures("settings")
def test_db_upgrade_makes_the_database_and_may_be_run_again(tmp_path: Path) -> None:
    for _ in range(2):
        assert gonogo("db", "upgrade").exit_code == 0
    with sqlite3.connect(tmp_path / "var" / "gonogo.db") as database:
        assert database.execute("SELECT version_num FROM alembic_version").fetchall() == [(HEAD,)]
    database.close()


@pytest.mark.usefixtures("settings")
@pytest.mark.parametrize("command", [["serve"], ["db", "upgrade"]])
def test_a_database_that_cannot_be_used_is_told(
    command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "not-a-folder").write_text("a file", encoding="utf-8")
    monkeypatch.setenv("GONOGO_DATABASE_URL", f"sqlite:///{tmp_path}/not-a-folder/gonogo.db")
    result = gonogo(*command)
    assert result.exit_code == 2
    assert "not-a-folder" in result.stderr
    assert "Traceback" not in result.output


@pytest.mark.usefixtures("settings")
def test_a_file_that_is_no_database_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "notes.txt").write_text("not a database at all\n" * 100, encoding="utf-8")
    monkeypatch.setenv("GONOGO_DATABASE_URL", f"sqlite:///{tmp_path}/notes.txt")
    result = gonogo("db", "upgrade")
    assert (result.exit_code, result.exception.__class__) == (2, SystemExit)
    assert "file is not a database" in result.stderr


@pytest.mark.usefixtures("settings")
def test_a_database_of_a_newer_version_is_told(tmp_path: Path) -> None:
    gonogo("db", "upgrade")
    with sqlite3.connect(tmp_path / "var" / "gonogo.db") as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    result = gonogo("db", "upgrade")
    assert (result.exit_code, result.exception.__class__) == (2, SystemExit)
    assert "9999" in result.stderr


def test_what_cannot_be_used_ends_with_its_words_and_a_bug_with_its_trace() -> None:
    def unusable(*, is_working: bool) -> None:
        del is_working
        raise Unusable("Choose another port.")

    def broken() -> None:
        raise ZeroDivisionError

    cli = build_cli(serve=unusable, work=lambda _port: None, demo=lambda _port: None, upgrade=broken)
    told = CliRunner().invoke(cli, ["serve"])
    assert (told.exit_code, told.stderr) == (2, "Choose another port.\n")
    assert isinstance(CliRunner().invoke(cli, ["db", "upgrade"]).exception, ZeroDivisionError)
    assert CliRunner().invoke(cli, ["demo", "--port", "9000"]).exit_code == 0
