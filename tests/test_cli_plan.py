"""`gonogo plan check` and `gonogo plan show` as people and scripts see them."""

import json
from pathlib import Path

import pytest
from inline_snapshot import snapshot
from typer.testing import CliRunner, Result

from app.cli_plan import plan_app

GOOD = """---
name: App
gate: {before: "2"}
---
# App
## Phase 1: Build
### 1.1 Compile
**Responsible**: octocat
```bash
./compile.sh
```
- [ ] compiles
  - [ ] (P2) without warnings
## Phase 2: Ship
### 2.1 Tag
```bash
git tag v{version}
```
- [ ] tagged
## Summary
- [ ] 1.1 Compile
- [ ] 2.1 Tag
"""

BROKEN = "# App\n- [ ] works\n\n```\n"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(plan_app, list(arguments))


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = Path("plan.md")
    path.write_text(GOOD, encoding="utf-8")
    return path


def test_a_sound_plan_is_summed_up_in_a_line(plan: Path) -> None:
    result = run("check", str(plan))

    assert result.exit_code == 0
    assert result.output == snapshot("App: 2 phases, 2 tasks, 5 items; 0 errors, 0 warnings\n")


def test_an_error_is_told_with_file_and_line_and_fails(plan: Path) -> None:
    plan.write_text(BROKEN, encoding="utf-8")
    result = run("check", str(plan))

    assert result.exit_code == 1
    assert result.output == snapshot("""\
plan.md:1: warning: no task tags, and `gate.before` names no phase: every item counts for the gate [no-tag-task]
plan.md:4: error: this fence is never closed: all below it reads as code [unclosed-fence]
App: 1 phase, 1 task, 1 item; 1 error, 1 warning
""")


def test_a_warning_alone_does_not_fail(plan: Path) -> None:
    plan.write_text("- [ ] a\n", encoding="utf-8")
    result = run("check", str(plan))

    assert (result.exit_code, "plan.md:1: warning:" in result.output) == (0, True)


def test_scripts_get_one_json_object(plan: Path) -> None:
    plan.write_text(BROKEN, encoding="utf-8")
    result = run("check", str(plan), "--json")

    assert result.exit_code == 1
    assert json.loads(result.stdout) == snapshot(
        {
            "path": "plan.md",
            "ok": False,
            "name": "App",
            "phases": 1,
            "tasks": 1,
            "items": 1,
            "problems": [
                {
                    "line": 1,
                    "severity": "warning",
                    "code": "no-tag-task",
                    "message": "no task tags, and `gate.before` names no phase: every item counts for the gate",
                },
                {
                    "line": 4,
                    "severity": "error",
                    "code": "unclosed-fence",
                    "message": "this fence is never closed: all below it reads as code",
                },
            ],
        }
    )


def test_a_plan_is_shown_as_a_tree_with_what_tasks_do_and_items_wait_for(plan: Path) -> None:
    result = run("show", str(plan), "--version", "1.4.0")

    assert result.exit_code == 0
    assert "\n".join(line.rstrip() for line in result.stdout.splitlines()) == snapshot("""\
App  tag v1.4.0, workflow release.yml
├── Phase 1: Build  phase 1
│   └── 1.1 Compile  /release compile: dispatches release.yml with task=compile · octocat
│       └── ☐ compiles  P1 · its task's run
│           └── ☐ (P2) without warnings  P2 · its task's run
├── Phase 2: Ship  phase 2
│   └── 2.1 Tag  /release tag: creates the tag
│       └── ☐ tagged  P1 · the tag
└── Summary  repeats the tasks above
    └── Summary  2 tasks\
""")


def test_showing_a_plan_with_an_error_shows_it_and_fails(plan: Path) -> None:
    plan.write_text("# App\n- [  ] broken\n", encoding="utf-8")
    result = run("show", str(plan))

    assert result.exit_code == 1
    assert "☐ broken" in result.stdout
    assert "plan.md:2: error:" in result.stderr


@pytest.mark.parametrize("content", [b"\xff\xfe- [ ] a", b"- [ ] a\x00b", None])
@pytest.mark.parametrize("command", ["check", "show"])
def test_what_is_no_text_file_is_told_plainly(plan: Path, command: str, content: bytes | None) -> None:
    if content is None:
        plan.unlink()
    else:
        plan.write_bytes(content)
    result = run(command, str(plan))

    assert result.exit_code == 2
    assert result.stderr.startswith("plan.md: cannot be read: ")


def test_scripts_are_told_of_an_unreadable_file_as_json_too(plan: Path) -> None:
    plan.unlink()
    result = run("check", str(plan), "--json")

    assert (result.exit_code, json.loads(result.stdout)["ok"]) == (2, False)


def test_a_file_too_large_is_a_problem_and_not_read_whole(plan: Path) -> None:
    plan.write_text("é" * 1_000_000, encoding="utf-8")

    assert "plan-too-large" in run("check", str(plan)).output


def test_a_plan_cannot_drive_the_terminal(plan: Path) -> None:
    plan.write_text("# A\x1b[2J\n- [ ] a\x1b]0;owned\x07 [red]b[/red]\n", encoding="utf-8")
    result = run("show", str(plan))

    assert "\x1b]" not in result.output
    assert "\x1b[2J" not in result.output
    assert "[red]b[/red]" in result.output
