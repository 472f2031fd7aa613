"""`gonogo export` and `gonogo verify` as people and scripts meet them, on a database that the service has written."""

import asyncio
import json
import os
import re
import resource
import sqlite3
import subprocess
import sys
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from inline_snapshot import snapshot
from typer.testing import CliRunner, Result

from app import main
from app.adapters.db.engine import Database
from app.adapters.db.migrate import upgrade
from app.adapters.db.releases import SqlReleases
from app.cli import Unusable
from app.domain.release.archive_zip import packed, unpacked
from app.domain.release.events import Event
from app.domain.values import ReleaseId, Repo
from app.exporting import _write  # pyright: ignore[reportPrivateUsage]
from app.ports import Change, Commit
from app.settings import SettingsError, load_database_url
from tests.domain.release.everything import EVERYTHING
from tests.given import NOW, REPO, STARTED

SECOND = ReleaseId("r2")
LAB = Repo(id=8, owner="octo-org", name="lab", installation=70, default_branch="main")
HEAD = re.compile(r"\b[0-9a-f]{64}\b")
PROGRAM = re.compile(r"\bgonogo \d+(\.\w+)+")
MOMENT = re.compile(r"20\d\d-\d\d-\d\dT[\d:.]+\+00:00")


def gonogo(*arguments: str) -> Result:
    return CliRunner().invoke(main.whole_cli(), list(arguments), terminal_width=200)


def told(result: Result) -> str:
    """What was said, without what differs from day to day."""
    return HEAD.sub("HEAD", MOMENT.sub("MOMENT", PROGRAM.sub("gonogo VERSION", result.output)))


def keep(release: str, *events: Event) -> None:
    """Have the service's own hands write a release into the database."""

    async def write() -> None:
        database = Database("sqlite:///kept.db")
        change = Change(release=ReleaseId(release), expected=0, events=events)
        await SqlReleases(database).commit(Commit(changes=[change]), NOW)
        await database.close()

    asyncio.run(write())


@pytest.fixture(autouse=True)
def a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty folder to stand in; no setting but where the database is: neither the App's key nor GitHub."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.upper().startswith("GONOGO_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GONOGO_DATABASE_URL", "sqlite:///kept.db")


@pytest.fixture
def kept() -> None:
    """A database with a release in it to which everything has happened."""
    upgrade("sqlite:///kept.db")
    keep("r1", *EVERYTHING)


@pytest.fixture
def archive(kept: None) -> Path:
    del kept
    assert gonogo("export", "1.0.0", "--output", "kept.zip").exit_code == 0
    return Path("kept.zip")


# -- stories -----------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("kept")
def test_a_release_is_exported_and_anybody_can_prove_the_archive() -> None:
    exported = gonogo("export", "1.0.0")
    assert (exported.exit_code, told(exported)) == snapshot(
        (
            0,
            """\
application-1.0.0.zip: 1.0.0 of octo-org/application, 56 events, exported MOMENT by gonogo VERSION, without the issue's text
head HEAD
Note the head elsewhere: `gonogo verify --head` compares with it.
""",
        )
    )
    proved = gonogo("verify", "application-1.0.0.zip")
    assert (proved.exit_code, told(proved)) == snapshot(
        (
            0,
            """\
application-1.0.0.zip: whole: 1.0.0 of octo-org/application, 56 events, exported MOMENT by gonogo VERSION, without the issue's text
head HEAD
""",
        )
    )


def test_a_changed_event_is_named_and_the_exit_tells_scripts(archive: Path) -> None:
    archive.write_bytes(archive.read_bytes().replace(b"cleared last year", b"cleared this year"))
    broken = gonogo("verify", str(archive))
    assert (broken.exit_code, told(broken)) == snapshot(
        (1, "kept.zip: broken: event 13 (item_waived): its hash is not that of its content: the log was altered\n")
    )


def test_a_head_that_was_noted_finds_a_log_that_was_made_up(archive: Path) -> None:
    head = json.loads(gonogo("verify", str(archive), "--json").output)["head"]
    assert gonogo("verify", str(archive), "--head", head).exit_code == 0
    made_up = gonogo("verify", str(archive), "--head", "0" * 64)
    assert (made_up.exit_code, told(made_up)) == snapshot(
        (
            1,
            "kept.zip: broken: no event has the hash that was noted: this is another log, or one that was written anew\n",
        )
    )


def test_scripts_get_one_json_object(archive: Path) -> None:
    proved = json.loads(told(gonogo("verify", str(archive), "--json")))
    assert proved == snapshot(
        {
            "path": "kept.zip",
            "ok": True,
            "release": "r1",
            "repo": "octo-org/application",
            "version": "1.0.0",
            "tag": "v1.0.0",
            "events": 56,
            "head": "HEAD",
            "exported_at": "MOMENT",
            "by": "gonogo VERSION",
            "has_body": False,
            "warnings": [],
        }
    )
    archive.write_bytes(packed({**unpacked(archive.read_bytes()).files, "plan.md": b"another"}))
    broken = gonogo("verify", str(archive), "--json")
    assert (broken.exit_code, json.loads(broken.output)) == snapshot(
        (
            1,
            {
                "path": "kept.zip",
                "ok": False,
                "event": None,
                "kind": None,
                "what": "plan.md is not the plan that was pinned",
            },
        )
    )
    exported = json.loads(gonogo("export", "r1", "--json").output)
    assert (exported["path"], len(exported["head"])) == ("application-1.0.0.zip", 64)


def test_what_a_version_derives_otherwise_is_noted_and_whole(archive: Path) -> None:
    files = dict(unpacked(archive.read_bytes()).files)
    files["manifest.json"] = files["manifest.json"].replace(_seal(files["report.md"]), _seal(b"otherwise\n"))
    size = f'"size": {len(files["report.md"])}'.encode()
    files["manifest.json"] = files["manifest.json"].replace(size, b'"size": 10')
    archive.write_bytes(packed({**files, "report.md": b"otherwise\n"}))
    proved = gonogo("verify", str(archive))
    assert (proved.exit_code, told(proved).splitlines()[-1]) == (
        0,
        "note: report.md is derived otherwise by this version",
    )


def _seal(content: bytes) -> bytes:
    return sha256(content).hexdigest().encode()


def test_the_way_by_hand_that_the_docs_show_comes_to_the_same_head(archive: Path) -> None:
    page = (Path(__file__).parents[1] / "docs" / "audit.md").read_text(encoding="utf-8")
    (program,) = re.findall(r"^```python\n(.+?)^```", page, re.MULTILINE | re.DOTALL)
    asked = [sys.executable, "-c", program, str(archive)]
    done = subprocess.run(asked, check=True, capture_output=True, text=True)  # noqa: S603 - the page's own
    head = json.loads(gonogo("verify", str(archive), "--json").output)["head"]
    assert done.stdout == f"{head}\n"


# -- which release ------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("kept")
def test_of_several_releases_of_a_version_one_is_to_be_named() -> None:
    keep("r2", replace(STARTED, release=SECOND, repo=LAB))
    several = gonogo("export", "v1.0.0")
    assert (several.exit_code, several.output) == snapshot(
        (
            2,
            """\
Several releases are v1.0.0. Name one by its id, or its repository by --repo:
  1.0.0 of octo-org/application, started 2026-03-10 12:00 UTC: r1
  1.0.0 of octo-org/lab, started 2026-03-10 12:00 UTC: r2
""",
        )
    )
    assert gonogo("export", "1.0.0", "--repo", "octo-org/LAB").output.startswith("lab-1.0.0.zip: 1.0.0 of octo-org/lab")
    keep("r3", replace(STARTED, release=ReleaseId("r3"), repo=LAB))
    assert "by its id:\n" in gonogo("export", "1.0.0", "--repo", "octo-org/lab").output
    assert gonogo("export", "r3", "--output", "third.zip").exit_code == 0


@pytest.mark.usefixtures("kept")
def test_a_release_that_is_not_there_is_told() -> None:
    missing = gonogo("export", "2.0.0")
    assert (missing.exit_code, missing.stderr) == (2, "There is no release 2.0.0.\n")
    assert gonogo("export", "1.0.0", "--repo", "a/b").stderr == "There is no release 1.0.0 in a/b.\n"


@pytest.mark.usefixtures("kept")
def test_a_version_that_is_no_file_name_becomes_one() -> None:
    repo = replace(REPO, name="../up")
    keep("r2", replace(STARTED, release=SECOND, version="1/../2", repo=repo))
    assert gonogo("export", "r2").output.startswith("..-up-1-..-2.zip: ")


# -- what is amiss --------------------------------------------------------------------------------------------------


def test_no_file_is_overwritten(archive: Path) -> None:
    before = archive.read_bytes()
    again = gonogo("export", "r1", "--output", str(archive))
    assert (again.exit_code, again.stderr) == (2, "kept.zip is there already. Name another file with --output.\n")
    assert archive.read_bytes() == before


@pytest.mark.usefixtures("kept")
def test_where_nothing_can_be_written_is_told() -> None:
    result = gonogo("export", "r1", "--output", "no/such/folder.zip")
    assert (result.exit_code, result.stderr) == (2, "no/such/folder.zip cannot be written: No such file or directory\n")


def test_half_an_archive_is_not_left_where_the_disk_is_full() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))
    try:
        with pytest.raises(Unusable, match=r"half\.zip cannot be written: File too large"):
            _write(Path("half.zip"), bytes(1_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert not Path("half.zip").exists()


@pytest.mark.usefixtures("kept")
def test_a_log_that_was_altered_in_the_database_is_not_exported() -> None:
    with sqlite3.connect("kept.db") as database:
        database.execute("UPDATE events SET body = replace(body, 'it crashes', 'it works') WHERE version = 17")
    database.close()
    result = gonogo("export", "1.0.0")
    assert (result.exit_code, result.stderr) == snapshot(
        (
            2,
            "The log of 1.0.0 of octo-org/application is broken, and nothing was written: event 17 (vetoed): its hash is not that of its content: the log was altered\n",
        )
    )
    assert list(Path().glob("*.zip")) == []


@pytest.mark.usefixtures("kept")
def test_a_log_whose_first_event_was_removed_is_not_exported() -> None:
    with sqlite3.connect("kept.db") as database:
        database.execute("DELETE FROM events WHERE version = 1")
    database.close()
    assert "is broken, and nothing was written: event 1 (run_requested)" in gonogo("export", "1.0.0").stderr


@pytest.mark.usefixtures("kept")
def test_a_release_without_any_event_cannot_be_exported() -> None:
    with sqlite3.connect("kept.db") as database:
        database.execute("DELETE FROM events")
    database.close()
    assert gonogo("export", "1.0.0").stderr == "1.0.0 of ? cannot be exported: there is no event\n"


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("sqlite:///nowhere/no.db", "There is no database"),
        ("sqlite:///notes.txt", "Nothing can be exported: the database has no tables yet"),
        ("sqlite:///empty.db", "Nothing can be exported: the database has no tables yet: run `gonogo db upgrade`"),
        ("postgres://hunter2@host/db", "GONOGO_DATABASE_URL is no address of a SQLite file"),
    ],
)
def test_a_database_that_cannot_be_read_is_told(url: str, says: str, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("notes.txt").write_text("not a database at all\n" * 100, encoding="utf-8")
    Path("empty.db").touch()
    monkeypatch.setenv("GONOGO_DATABASE_URL", url)
    result = gonogo("export", "1.0.0")
    assert (result.exit_code, says in result.stderr, "hunter2" in result.output) == (2, True, False)
    assert not Path("nowhere").exists()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["verify", "no.zip"], "no.zip cannot be read: No such file or directory"),
        (["verify", "."], ". cannot be read: Is a directory"),
        (["verify", "no.zip", "--head", "abc"], "a hash is 64 hexadecimal digits"),
        (["verify"], "Missing argument"),
        (["export"], "Missing argument"),
    ],
)
def test_a_command_that_cannot_be_carried_out_exits_with_two(arguments: list[str], says: str) -> None:
    result = gonogo(*arguments)
    assert (result.exit_code, says in result.stderr, "Traceback" in result.output) == (2, True, False)


def test_a_file_that_is_no_archive_is_broken_and_drives_no_terminal() -> None:
    Path("odd.zip").write_bytes(b"PK\x03\x04" + bytes(22) + b"\x0a\x00\x00\x00" + b"\x1b[2Jplan.md")
    result = gonogo("verify", "odd.zip")
    assert (result.exit_code, "\x1b" in result.output) == (1, False)
    assert result.output.startswith("odd.zip: broken: this is no archive of a release: ")


def test_both_commands_are_in_the_help() -> None:
    assert {"export", "verify", "serve"} <= set(re.findall(r"\w+", gonogo("--help").output))


# -- the one setting ------------------------------------------------------------------------------------------------


def test_the_database_is_found_by_its_setting_alone() -> None:
    assert load_database_url(None, {}) == "sqlite:///./var/gonogo.db"
    assert load_database_url(None, {"GONOGO_DATABASE_URL": "sqlite:///a.db", "PATH": "/"}) == "sqlite:///a.db"
    assert load_database_url(None, {"gonogo_database_url": "sqlite:///a.db", "GONOGO_APP_ID": "x"}) == "sqlite:///a.db"


def test_the_environment_goes_before_the_file() -> None:
    Path("settings").write_text("GONOGO_DATABASE_URL=sqlite:///file.db\n", encoding="utf-8")
    assert load_database_url(Path("settings"), {}) == "sqlite:///file.db"
    assert load_database_url(Path("settings"), {"GONOGO_DATABASE_URL": "sqlite:///a.db"}) == "sqlite:///a.db"


@pytest.mark.parametrize(
    ("environ", "says"),
    [
        ({"GONOGO_DATABASE_URL": "sqlite://"}, "GONOGO_DATABASE_URL is no address of a SQLite file"),
        ({"GONOGO_DATABSE_URL": "sqlite:///a.db"}, "no setting: did you mean GONOGO_DATABASE_URL?"),
    ],
    ids=["no-file", "misspelt"],
)
def test_a_wrong_or_misspelt_database_is_told(environ: dict[str, str], says: str) -> None:
    with pytest.raises(SettingsError, match=re.escape(says)):
        load_database_url(None, environ)
