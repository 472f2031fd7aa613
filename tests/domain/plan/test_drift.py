"""A plan's new text beside the old one: what was said and run is kept for just what stayed."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.plan.drift import MAX_LINE, MAX_LINES, changes, stayed
from app.domain.plan.matching import all_tasks, match
from app.domain.plan.model import Plan
from app.domain.plan.reader import read_plan
from tests.domain.plan.reading import read
from tests.domain.plan.test_reader_properties import MARKDOWN
from tests.steps import steps

PLANS = sorted((Path(__file__).parents[4] / "shared" / "plans").glob("[a-z]*.md"))

PLAN = """
# Release plan

## Phase 1: Build

### 1.1 Build installers

```bash
./scripts/build.sh
```

- [ ] Installer built
- [ ] Installer archived <!-- gonogo: evidence=manual -->

### 1.2 Plugin formats

- [ ] VST3 loads
- [ ] AU loads
- [ ] Presets load

### Exit Criteria

- [ ] Everybody agrees

## Phase 2: Ship

### 2.1 Tag

```bash
git tag v{version}
```

- [ ] Tag of {version} pushed

### Exit Criteria

- [ ] Everybody agrees

## Summary

- [ ] 1.1 Build installers
- [ ] 1.2 Plugin formats
"""


def after(*edits: tuple[str, str], plan: str = PLAN) -> tuple[Plan, Plan]:
    """The plan, and the plan with these words in place of those."""
    text = plan
    for old, new in edits:
        assert old in text
        text = text.replace(old, new, 1)
    return read(plan, version="1.0.0"), read(text, version="1.0.0")


def kept(*edits: tuple[str, str], plan: str = PLAN) -> list[tuple[str, str]]:
    """The items that stayed, as ids before and now."""
    return list(stayed(*after(*edits, plan=plan)).items.items())


def words(plan: Plan) -> dict[str, str]:
    return {item.id: item.text for item in plan.items()}


def test_a_new_line_moves_ids_and_nothing_else() -> None:
    assert ("1.2.2", "1.2.3") in kept(("- [ ] AU loads", "- [ ] AAX loads\n- [ ] AU loads"))
    assert len(kept(("- [ ] AU loads", "- [ ] AAX loads\n- [ ] AU loads"))) == 10


def test_a_new_task_moves_numbers_and_nothing_else() -> None:
    edits = (("### 1.2 Plugin", "### 1.2 Legal\n- [ ] Licences read\n\n### 1.3 Plugin"), ("] 1.2 Pl", "] 1.3 Pl"))
    old, new = after(*edits)
    assert ("1.2", "1.3") in stayed(old, new).tasks.items()
    assert [pair for pair in kept(*edits) if pair[0].startswith("1.2")] == [
        ("1.2.1", "1.3.1"),
        ("1.2.2", "1.3.2"),
        ("1.2.3", "1.3.3"),
    ]
    assert len(kept(*edits)) == 10


def test_a_new_phase_does_not_take_over_what_the_next_one_of_the_same_title_was_told() -> None:
    edit = ("## Phase 2: Ship", "## Phase 2: Test\n\n### Exit Criteria\n\n- [ ] Everybody agrees\n\n## Phase 3: Ship")
    assert ("exit-criteria-2.1", "exit-criteria-2.1") not in kept(edit)
    assert ("exit-criteria-2.1", "exit-criteria-3.1") not in kept(edit)  # the phase is called otherwise: who knows
    assert ("exit-criteria.1", "exit-criteria.1") in kept(edit)
    moved = (edit[0], edit[1].replace("Phase 3: Ship", "Phase 2: Ship"))
    assert ("exit-criteria-2.1", "exit-criteria-3.1") in kept(moved)


@pytest.mark.parametrize("other", ["VST3 does not load", "VST3 loads in Reaper", "VST3 loads.", "VST2 loads"])
def test_an_item_with_other_words_did_not_stay(other: str) -> None:
    assert [old for old, _ in kept(("VST3 loads", other)) if old == "1.2.1"] == []


@pytest.mark.parametrize(
    "same", ["vst3  LOADS", "VST3 loads <!-- gonogo: P0 -->", "VST3 loads <!-- anything -->", "(P0) VST3 loads"]
)
def test_case_blanks_comments_and_a_mark_are_no_words(same: str) -> None:
    assert ("1.2.1", "1.2.1") in kept(("- [ ] VST3 loads", f"* [ ] {same}"))


def test_a_filled_in_version_is_a_word_like_any_other() -> None:
    old, new = after(("Tag of {version} pushed", "Tag of 1.0.0 pushed"))
    assert ("2.1.1", "2.1.1") in stayed(old, new).items.items()
    assert changes(old, new) == ()


GIVEN = "- [ ] Load is <85 % in **all** hosts, v1.5 too <!-- gonogo: id=load -->\n- [ ] Other\n"


@pytest.mark.parametrize(
    "same",
    [
        "Load is <85 % in all hosts v1.5 too",
        "load is <85 % in all hosts; v1.5 too!",
        "Load is  <85 % in `all` hosts, v1.5 too.",
    ],
)
def test_an_item_that_the_plan_gives_an_id_stays_when_its_punctuation_changes(same: str) -> None:
    assert ("load", "load") in kept(("Load is <85 % in **all** hosts, v1.5 too", same), plan=GIVEN)


@pytest.mark.parametrize("other", ["Load is >85 %", "Load is 85 %", "Load is < 85 %", "v15 too", "not in all hosts"])
def test_an_id_does_not_carry_evidence_over_to_other_words(other: str) -> None:
    begin = "Load is <85 %" if "Load" in other else "v1.5 too" if "v15" in other else "in **all** hosts"
    assert [old for old, _ in kept((begin, other), plan=GIVEN) if old == "load"] == []


def test_an_id_finds_its_item_in_whatever_task_it_stands() -> None:
    plan = "## A\n- [ ] Signed <!-- gonogo: id=win -->\n- [ ] a\n## B\n- [ ] Signed <!-- gonogo: id=mac -->\n- [ ] b\n"
    turned = (("id=win", "id=x"), ("id=mac", "id=win"), ("id=x", "id=mac"))
    assert kept(*turned, plan=plan) == [("win", "win"), ("mac", "mac"), ("a.2", "a.2"), ("b.2", "b.2")]


def test_items_of_the_same_words_stay_in_their_order() -> None:
    plan = "## A\n- [ ] same\n- [ ] other\n- [ ] same\n- [ ] same\n"
    assert kept(("- [ ] other\n", ""), ("- [ ] same\n", ""), plan=plan) == [("a.1", "a.1"), ("a.3", "a.2")]


def test_the_same_words_below_another_item_are_another_matter() -> None:
    plan = "## A\n- [ ] macOS\n  - [ ] signed\n- [ ] Windows\n  - [ ] signed\n"
    edit = ("- [ ] Windows", "- [ ] Linux\n  - [ ] signed\n- [ ] Windows")
    assert kept(edit, plan=plan) == [("a.1", "a.1"), ("a.1.1", "a.1.1"), ("a.2", "a.3"), ("a.2.1", "a.3.1")]
    assert kept(("Windows", "Linux"), plan=plan) == [("a.1", "a.1"), ("a.1.1", "a.1.1")]


def test_an_item_that_moved_to_another_task_stays_where_its_words_are_the_only_ones() -> None:
    plan = "## A\n- [ ] one\n- [ ] two\n- [ ] three\n## B\n- [ ] four\n- [ ] two\n"
    assert ("a.1", "b.1") in kept(("- [ ] one\n", ""), ("- [ ] four", "- [ ] one\n- [ ] four"), plan=plan)
    assert [new for old, new in kept(("- [ ] two\n", ""), plan=plan) if old == "a.2"] == []


@pytest.mark.parametrize(
    ("edit", "item"),
    [
        (("VST3 loads", "VST3 loads <!-- gonogo: evidence=check=vst3 -->"), "1.2.1"),
        ((" <!-- gonogo: evidence=manual -->", ""), "1.1.2"),
    ],
)
def test_an_item_that_waits_for_a_person_now_or_no_longer_did_not_stay(edit: tuple[str, str], item: str) -> None:
    assert [old for old, _ in kept(edit) if old == item] == []


def test_an_item_that_waits_for_another_machine_stayed() -> None:
    assert ("1.1.1", "1.1.1") in kept(("Installer built", "Installer built <!-- gonogo: evidence=job=build -->"))


def test_an_item_that_became_p0_did_not_stay_for_two_people_have_to_waive_it_now() -> None:
    marked = PLAN.replace("VST3 loads", "VST3 loads <!-- gonogo: P1 -->")
    assert [old for old, _ in kept(("gonogo: P1", "gonogo: P0"), plan=marked) if old == "1.2.1"] == []
    assert ("1.2.1", "1.2.1") in kept(("gonogo: P1", "gonogo: P2"), plan=marked)


def runs_kept(*edits: tuple[str, str]) -> bool:
    """Whether the run of 1.1 still counts."""
    return "1.1" in stayed(*after(*edits)).tasks


def test_the_run_of_a_task_stays_as_long_as_the_task_does_the_same() -> None:
    assert runs_kept(("1.1 Build installers", "1.1 Build all installers"))  # by its script
    assert runs_kept(("- [ ] Installer built\n", ""))
    assert not runs_kept(("./scripts/build.sh", "./scripts/build-all.sh"))
    assert not runs_kept(("# Release plan", "---\nworkflow: ship.yml\n---\n# Release plan"))
    assert not runs_kept(("# Release plan", "---\ntasks: {1.1: {inputs: {fast: yes}}}\n---\n# Release plan"))


@pytest.mark.parametrize(
    ("title", "items", "is_same"),
    [
        ("### 1.2 Formats", "- [ ] VST3 loads\n- [ ] AU loads\n- [ ] Something else", True),
        ("### 1.2 Plugin format", "- [ ] VST3 loads\n- [ ] this\n- [ ] that", False),
        ("### 1.4 Formats", "- [ ] VST3 loads\n- [ ] AU loads\n- [ ] Something else", True),
        ("### 1.4 Formats", "- [ ] VST3 loads\n- [ ] AU loads\n- [ ] b\n- [ ] c\n- [ ] d", False),
        ("### 1.4 plugin  FORMATS", "- [ ] not\n- [ ] one\n- [ ] of them", True),
    ],
)
def test_a_task_of_another_title_is_the_same_when_most_of_its_items_are(title: str, items: str, is_same: bool) -> None:
    edits = (("### 1.2 Plugin formats", title), ("- [ ] VST3 loads\n- [ ] AU loads\n- [ ] Presets load", items))
    assert ("1.2" in match(*after(*edits)).tasks) is is_same


# -- whatever the plan ------------------------------------------------------------------------------------------

WORDS = st.sampled_from(["sign", "seal", "ship", "test it", "tell all", "Read <2 %"])
TASK = st.lists(WORDS, min_size=1, max_size=6)
TASKS = st.lists(TASK, min_size=1, max_size=4)


def written(tasks: Sequence[Sequence[str]]) -> Plan:
    lines = (f"## Task {at}\n" + "".join(f"- [ ] {words}\n" for words in task) for at, task in enumerate(tasks))
    return read_plan("\n".join(lines))


def is_identity(plan: Plan) -> bool:
    same = stayed(plan, plan)
    is_each = all(old == new for old, new in (*same.items.items(), *same.tasks.items()))
    return (
        is_each
        and set(same.items) == {item.id for item in plan.items()}
        and set(same.tasks) == {task.id for task in all_tasks(plan)}
    )


@given(st.one_of(MARKDOWN, TASKS.map(lambda tasks: "".join(f"## T\n{'- [ ] a' * len(task)}\n" for task in tasks))))
def test_a_plan_that_reads_the_same_keeps_everything_and_tells_nothing(text: str) -> None:
    plan = read_plan(text)
    assert is_identity(plan)
    assert changes(plan, plan) == ()


@pytest.mark.parametrize("path", PLANS, ids=lambda path: path.stem)
def test_a_real_plan_that_reads_the_same_keeps_everything_and_tells_nothing(path: Path) -> None:
    plan = read_plan(path.read_text(encoding="utf-8"), path=path.name, version="2.0.0")
    assert is_identity(plan)
    assert changes(plan, plan) == ()


@pytest.mark.parametrize("path", PLANS, ids=lambda path: path.stem)
def test_of_a_real_plan_that_loses_a_line_every_other_item_stays(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    old = read_plan("".join(lines))
    flat = [task for task in old.tasks() if all(item.depth == 0 for item in task.items) and len(task.items) > 2]
    for gone in [task.items[1] for task in flat][:12]:
        new = read_plan("".join(lines[: gone.line - 1] + lines[gone.line :]))
        lost = {item.id for item in old.items()} - set(stayed(old, new).items)
        assert [words(old)[name] for name in lost] == [gone.text]


@given(st.one_of(MARKDOWN, TASKS.map(str)), st.one_of(MARKDOWN, TASKS.map(str)))
def test_nothing_takes_over_from_two_and_nothing_that_is_not_there(one: str, other: str) -> None:
    old, new = read_plan(one), read_plan(other)
    same = stayed(old, new)
    assert len(set(same.items.values())) == len(same.items)
    assert len(set(same.tasks.values())) == len(same.tasks)
    assert set(same.items) <= {item.id for item in old.items()}
    assert set(same.items.values()) <= {item.id for item in new.items()}
    assert set(same.tasks.values()) <= {task.id for task in all_tasks(new)}
    assert len(changes(old, new)) <= MAX_LINES + 1
    assert all(line and len(line) <= MAX_LINE and "\n" not in line for line in changes(old, new))


@given(TASKS, TASKS)
def test_what_stayed_says_the_same_as_before(one: list[list[str]], other: list[list[str]]) -> None:
    old, new = written(one), written(other)
    was, now = words(old), words(new)
    same = stayed(old, new).items
    assert all(was[before] == now[name] for before, name in same.items())
    assert (changes(old, new) == ()) == (one == other)


@given(TASKS, st.data())
def test_just_the_lines_that_are_still_there_are_kept(tasks: list[list[str]], data: st.DataObject) -> None:
    left = [data.draw(st.lists(st.sampled_from(range(len(task))), unique=True)) for task in tasks]
    lines = [[task[at] for at in order] for task, order in zip(tasks, left, strict=True)]
    edited = [data.draw(st.permutations([*task, f"new {at}", "new too"])) for at, task in enumerate(lines)]
    old, new = written(tasks), written(edited)

    was = words(old)
    found = Counter((name.rsplit(".", 1)[0], was[name]) for name in stayed(old, new).items)

    assert found == Counter((f"task-{at}", each) for at, task in enumerate(lines) for each in task)


@pytest.mark.parametrize("shape", ["one task", "many tasks", "the same words", "all others"])
def test_twice_the_items_are_twice_the_work(shape: str) -> None:
    def plans(size: int) -> tuple[Plan, Plan]:
        made = {
            "one task": ["item {n}"] * size,
            "many tasks": ["item {n}\n## Task {n}"] * size,
            "the same words": ["item"] * size,
            "all others": ["thing {n} of {n}"] * size,
        }[shape]
        lines = [f"- [ ] {line.format(n=n)}\n" for n, line in enumerate(made)]
        turned = [line.replace("thing", "item") for line in reversed(lines)]
        return read_plan("## Task\n" + "".join(lines)), read_plan("## Task\n" + "".join(turned))

    def work(size: int) -> int:
        old, new = plans(size)
        return steps(lambda: (stayed(old, new), changes(old, new)))

    assert work(200) <= 2.3 * work(100)
