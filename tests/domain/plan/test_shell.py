"""Shell in a task's fenced block means what it says."""

import pytest

from app.domain.plan.model import ByRelease, ByRun, ByTag, CreateTag, Dispatch, Publish
from app.domain.plan.shell import PublishStep, ScriptStep, Step, TagStep, WorkflowStep, main_step, read_shell
from tests.domain.plan.reading import items, only_task, read, told

RELEASE_YML = WorkflowStep(workflow="release.yml", inputs=(("version", "1.0.0"),))


@pytest.mark.parametrize(
    ("line", "step"),
    [
        ("git tag v1", TagStep()),
        ("git tag -a v1 -m 'a message; with parts'", TagStep()),
        ("$ git tag -s v1", TagStep()),
        ("git fetch && git tag v1", TagStep()),
        ("git tag -v v1", None),
        ("git tag --list 'v*'", None),
        ("git tag", None),
        ("git push origin v1", None),
        ("# git tag v1", None),
        ("echo git tag v1", None),
        ("gh release create v1 a.dmg 'b c.exe#Windows'", PublishStep(assets=("a.dmg", "b c.exe"))),
        ("gh release create v1 -t Title --notes=x --draft build/*.dmg", PublishStep(assets=("build/*.dmg",))),
        ("gh release create v1 \\\n  --title T \\\n  a.zip", PublishStep(assets=("a.zip",))),
        ("gh release view v1", None),
        ("gh workflow run release.yml -f version=1.0.0", RELEASE_YML),
        ("gh workflow run .github/workflows/release.yml --raw-field version=1.0.0 --ref main", RELEASE_YML),
        ("gh workflow run release.yml --field=version=1.0.0", RELEASE_YML),
        ("gh workflow run release.yml -fversion=1.0.0", RELEASE_YML),
        ("gh workflow run release.yml -R other/repo", None),
        ("gh workflow run", None),
        ("gh run view --watch", None),
        ("./scripts/notarize-macos.sh --version=1", ScriptStep(name="notarize-macos")),
        ("bash scripts/Sign_All.sh", ScriptStep(name="sign-all")),
        ("FOO=bar sudo ./tool", ScriptStep(name="tool")),
        ("python3 tools/build.py", ScriptStep(name="build")),
        ("make package VERSION=1", ScriptStep(name="package")),
        ("make VERSION=1 package", ScriptStep(name="package")),
        ("npm run release:all", ScriptStep(name="release-all")),
        ("bin/release", ScriptStep(name="release")),
        ("build/white_room-1.0.0-macos.dmg", None),
        ("npm ci", None),
        ("bash -c 'x'", None),
        ("cat <<EOF\n./not-run.sh\nEOF", None),
        ("echo 'never closed", None),
        ("./a.sh " + "x" * 5_000, None),
    ],
)
def test_a_line_of_shell_is_the_step_it_takes(line: str, step: Step | None) -> None:
    assert read_shell(line) == (() if step is None else (step,))


def test_the_bots_own_step_goes_before_a_workflow_and_that_before_a_script() -> None:
    steps = read_shell("./a.sh\ngh workflow run release.yml -f version=1.0.0\ngit tag v1\n")

    assert main_step(steps) == TagStep()
    assert main_step(steps[:2]) == RELEASE_YML
    assert main_step(steps[:1]) == ScriptStep(name="a")
    assert main_step(()) is None


def test_a_tasks_shell_becomes_its_action_and_its_items_evidence() -> None:
    plan = read("""
        ## Build
        ```bash
        ./build.sh
        ```
        - [ ] a
        ## Tag
        ```
        git tag v1
        ```
        - [ ] b
        ## Publish
        ```sh
        gh release create v1 x.zip
        ```
        - [ ] c
        """)

    assert [task.action for task in plan.tasks()] == [
        Dispatch(workflow="release.yml", inputs={"task": "build"}),
        CreateTag(),
        Publish(assets=("x.zip",)),
    ]
    assert [item.wanted for item in items(plan)] == [ByRun(), ByTag(), ByRelease()]


def test_a_block_of_another_language_or_inside_an_item_is_no_action() -> None:
    assert only_task(read("## A\n```yaml\nrun: ./x.sh\n```\n- [ ] a\n  ```bash\n  ./y.sh\n  ```\n")).action is None


def test_a_script_below_a_bold_title_is_the_tasks() -> None:
    task = only_task(read("## A\n**Usage**:\n```bash\n./x.sh\n```\n**Checklist**:\n- [ ] a\n"))

    assert task.slug == "x"


def test_a_task_that_does_several_things_is_warned_of() -> None:
    plan = read("## A\n```bash\n./x.sh\ngit tag v1\n```\n- [ ] a\n")

    assert told(plan) == [(1, "several-steps")]
    assert only_task(plan).action == CreateTag()


def test_front_matter_names_a_task_and_adds_inputs() -> None:
    plan = read("""
        ---
        workflow: ship.yml
        tasks:
          notarize: {inputs: {arch: intel, level: 2.10}, priority: P2}
        ---
        ## 2.3 Notarize macOS
        ```bash
        ./notarize-macos.sh
        ```
        - [ ] a
        """)
    task = only_task(plan)

    assert task.names == ("notarize", "notarize-macos")
    assert task.action == Dispatch(workflow="ship.yml", inputs={"task": "notarize", "arch": "intel", "level": "2.10"})
    assert task.priority == "P2"


def test_inputs_make_a_task_without_script_runnable_but_mean_nothing_to_the_tag_step() -> None:
    plan = read("""
        ---
        tasks:
          docs: {inputs: {full: true}}
          tag: {inputs: {full: true}}
        ---
        ## Docs
        - [ ] a
        ## Tag
        ```
        git tag v1
        ```
        - [ ] b
        """)

    assert [task.action for task in plan.tasks()] == [
        Dispatch(workflow="release.yml", inputs={"task": "docs", "full": "true"}),
        CreateTag(),
    ]
    assert told(plan) == [(4, "unused-inputs")]


def test_two_tasks_with_one_script_are_told_apart_by_title() -> None:
    plan = read("## One\n```bash\n./x.sh\n```\n- [ ] a\n## Two\n```bash\n./x.sh\n```\n- [ ] b\n")

    assert [task.slug for task in plan.tasks()] == ["x", "two"]


def test_more_shell_than_any_plan_needs_is_an_error() -> None:
    block = "```bash\n" + f"echo {'x' * 90}\n" * 1_000 + "```\n"
    plan = read("".join(f"## Task {n}\n{block}- [ ] a\n" for n in range(3)))

    assert told(plan) == [(2_009, "too-much-shell")]
