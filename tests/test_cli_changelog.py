"""`gonogo changelog`: a clone's history told, and each reason why it cannot be."""

import json
import subprocess
from pathlib import Path

import pytest
from inline_snapshot import snapshot
from typer.testing import CliRunner, Result

from app.main import whole_cli

CLI = CliRunner()


class Clone:
    """A small repository with real commits."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir()
        self.git("init", "--quiet", "--initial-branch=main")
        self.git("remote", "add", "origin", "git@github.com:octo-org/app.git")

    def git(self, *words: str) -> str:
        names = ("-c", "user.name=Ann", "-c", "user.email=7+ann@users.noreply.github.com", "-c", "commit.gpgsign=false")
        command = ["git", *names, *words]
        told = subprocess.run(command, cwd=self.path, capture_output=True, check=True)  # noqa: S603 - our own words
        return told.stdout.decode().strip()

    def commit(self, message: str, *more: str) -> str:
        self.git("commit", "--quiet", "--allow-empty", "-m", message, *more)
        return self.git("rev-parse", "HEAD")

    def file(self, name: str, text: str) -> None:
        path = self.path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
        self.git("add", name)


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    clone = Clone(tmp_path / "app")
    clone.commit("chore: begin", "--author=Bob <bob@example.com>")
    clone.git("tag", "v1.0.0")
    clone.commit("feat(audio): sing (#7)")
    taken_back = clone.commit("fix: hum")
    clone.commit(f'Revert "fix: hum"\n\nThis reverts commit {taken_back}.')
    clone.git("switch", "--quiet", "--create", "side")
    clone.commit("wip: one", "--author=Bob <bob@example.com>")
    clone.git("switch", "--quiet", "main")
    clone.commit("docs: tell how")
    clone.git("merge", "--quiet", "--no-ff", "side", "-m", "Merge pull request #8 from bob/side\n\nfix: whisper")
    return clone


def told(clone: Clone, *words: str) -> Result:
    return CLI.invoke(whole_cli(), ["changelog", *words, "--repo", str(clone.path)])


def test_a_commit_may_be_named_by_how_far_back_it_is(clone: Clone) -> None:
    result = told(clone, "main~2..main", "--format", "json")

    assert result.exit_code == 0
    assert [change["words"] for change in json.loads(result.stdout)["changes"]] == ["whisper", "tell how"]


def test_a_history_is_told_as_markdown(clone: Clone) -> None:
    result = told(clone, "v1.0.0..main")

    assert result.exit_code == 0
    sha = clone.git("rev-parse", "main^1")
    assert result.stdout.replace(sha, "SHA").replace(sha[:7], "SHORT") == snapshot("""\
## Features

- **audio:** sing ([#7](https://github.com/octo-org/app/pull/7)) by @ann

## Bug fixes

- whisper ([#8](https://github.com/octo-org/app/pull/8))

## Documentation

- tell how ([`SHORT`](https://github.com/octo-org/app/commit/SHA)) by @ann

## New contributors

- @ann made their first contribution

Thanks to @ann, Bob.

**Full changelog**: [v1.0.0...main](https://github.com/octo-org/app/compare/v1.0.0...main)
""")


def test_a_history_is_told_as_json(clone: Clone) -> None:
    result = json.loads(told(clone, "v1.0.0..", "--format", "json").stdout)

    assert [(c["group"], c["component"], c["words"], c["pull"]) for c in result["changes"]] == [
        ("Features", "audio", "sing", 7),
        ("Bug fixes", None, "whisper", 8),
        ("Documentation", None, "tell how", None),
    ]
    assert result["dropped"] == 2
    assert [(c["name"], c["login"], c["is_new"]) for c in result["contributors"]] == [
        ("Ann", "ann", True),
        ("Bob", None, False),
    ]


def test_everything_is_told_where_it_begins_nowhere(clone: Clone) -> None:
    changes = json.loads(told(clone, "..v1.0.0", "--format", "json").stdout)["changes"]

    assert [change["words"] for change in changes] == ["begin"]


def test_the_repositorys_rules_and_template_are_read_at_the_end_of_the_span(clone: Clone) -> None:
    clone.file(".github/release.yml", "changelog: {categories: [{title: All, labels: ['*']}]}")
    clone.file(".github/release-notes.md.j2", "{% for group in groups %}{{ group.title }} {% endfor %}")
    clone.commit("chore: notes")

    assert told(clone, "v1.0.0..main").stdout.strip() == "All Documentation Maintenance"
    (clone.path / "own.j2").write_text("{{ previous }}", "utf-8")
    assert told(clone, "v1.0.0..main", "--template", str(clone.path / "own.j2")).stdout.strip() == "v1.0.0"


def test_a_broken_template_of_the_repositorys_is_told_and_ours_is_used(clone: Clone) -> None:
    clone.file(".github/release-notes.md.j2", "\n{{ nothing }}")
    clone.commit("chore: notes")

    result = told(clone, "v1.0.0..main")

    assert "line 2" in result.stderr
    assert "## Features" in result.stdout


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("main",), "'main' is no span of commits: it is written FROM..TO"),
        (("v9..main",), "there is no commit v9 in "),
        (("v1.0.0..v9",), "there is no commit v9 in "),
        (("--", "--output=x..main"), "'--output=x' cannot be the name of a commit"),
        (("a b..main",), "'a b' cannot be the name of a commit"),
        (("v1.0.0...main",), "'.main' cannot be the name of a commit"),
        (("v1.0.0..main@{1}",), "cannot be the name of a commit"),
        (("v1.0.0..main", "--template", "/nowhere"), "/nowhere cannot be read"),
    ],
)
def test_what_cannot_be_told_is_said_why(clone: Clone, words: tuple[str, ...], reason: str) -> None:
    result = CLI.invoke(whole_cli(), ["changelog", "--repo", str(clone.path), *words])

    assert result.exit_code == 2
    assert reason in result.stderr


def test_a_template_of_ones_own_that_is_broken_is_an_error(clone: Clone) -> None:
    template = clone.path / "own.j2"
    template.write_text("{{ nothing }}", "utf-8")

    result = told(clone, "v1.0.0..main", "--template", str(template))

    assert (result.exit_code, "line 1" in result.stderr) == (2, True)


def test_a_folder_without_a_repository_is_told(tmp_path: Path) -> None:
    for folder, reason in ((tmp_path, "not a git repository"), (tmp_path / "none", "is no folder")):
        result = CLI.invoke(whole_cli(), ["changelog", "a..b", "--repo", str(folder)])
        assert (result.exit_code, reason in result.stderr) == (2, True)


def test_a_shallow_clone_is_told_with_what_to_do(clone: Clone, tmp_path: Path) -> None:
    shallow = tmp_path / "shallow"
    clone.git("clone", "--quiet", "--depth=3", f"file://{clone.path}", str(shallow))

    for span in ("v1.0.0..HEAD", "..HEAD"):
        result = CLI.invoke(whole_cli(), ["changelog", span, "--repo", str(shallow)])
        assert (result.exit_code, "git fetch --unshallow" in result.stderr) == (2, True)
    fitting = CLI.invoke(whole_cli(), ["changelog", "HEAD^1..HEAD", "--repo", str(shallow)])
    assert fitting.exit_code == 0


def test_a_machine_without_git_is_told(clone: Clone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")

    result = told(clone, "v1.0.0..main")

    assert (result.exit_code, result.stderr) == (2, "git is not installed, or not in the PATH\n")


def test_a_hook_of_another_repository_does_not_lead_elsewhere(clone: Clone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    path = clone.path

    assert CLI.invoke(whole_cli(), ["changelog", "v1.0.0..main", "--repo", str(path)]).exit_code == 0
