"""Trouble in a plan is told with its line, and nothing is lost by it."""

import pytest

from app.domain.plan.model import Severity
from app.domain.plan.reader import read_plan
from tests.domain.plan.reading import read, told

LOADED = "## Phase 1\n### 1.1 Build\n- [ ] compile\n### 1.2 Sign\n- [ ] sign\n"


@pytest.mark.parametrize(
    "line",
    [
        "- [   ] text",
        "- [] text",
        "- [ ]text",
        "- [x]text",
        "* [X ] text",
        "- [ x] text",
        "- [\u00a0] text",
        "- [✓] text",
        "- [-] text",
        "-[ ] text",
        "1.[ ] text",
        "[ ] text",
        "- [ text",
        "    - [ ] text",
    ],
)
def test_a_malformed_box_is_an_error_and_the_item_stays(line: str) -> None:
    plan = read_plan(f"# Plan\n- [ ] fine\n\nWords\n\n{line}\n")

    assert told(plan) == [(6, "malformed-checkbox")]
    assert [item.text for item in plan.items()] == ["fine", "text"]
    assert plan.errors[0].severity is Severity.ERROR


@pytest.mark.parametrize("line", ["- [ ]", "- [x] "])
def test_a_box_without_text_is_an_error(line: str) -> None:
    assert told(read_plan(f"- [ ] fine\n{line}\n")) == [(2, "malformed-checkbox")]


@pytest.mark.parametrize("line", ["words\n2. [ ] text", "<div>\n- [ ] text", "words\n    - [ ] text"])
def test_a_box_that_github_does_not_show_is_an_error_and_the_item_stays(line: str) -> None:
    plan = read_plan(f"# Plan\n\n{line}\n")

    assert told(plan) == [(4, "malformed-checkbox")]
    assert [item.text for item in plan.items()] == ["text"]


@pytest.mark.parametrize(
    "line", ["- [link](https://example.com)", "- [x](https://example.com)", "- [](x)", "- [1] text", "- [x][ref]"]
)
def test_a_link_is_no_box(line: str) -> None:
    assert told(read_plan(f"- [ ] fine\n{line}\n")) == []


def test_a_fence_that_is_never_closed_is_an_error() -> None:
    assert told(read_plan("- [ ] a\n\n```bash\n- [ ] b\n")) == [(3, "unclosed-fence")]


def test_a_plan_without_any_box_is_an_error() -> None:
    assert told(read_plan("# Release\n\nJust do it.\n")) == [(1, "no-checkbox")]
    assert told(read_plan("")) == [(1, "no-checkbox")]


@pytest.mark.parametrize(
    ("front", "problem"),
    [
        ("colour: red", (2, "unknown-key")),
        ("gate: {bevor: '1'}", (2, "unknown-key")),
        ("gate:\n  thresholds: {P0: 200}", (3, "bad-value")),
        ("gate:\n  thresholds: {now: 1}", (3, "bad-value")),
        ("name: A\nname: B", (3, "repeated-key")),
        ("name: [", (2, "bad-yaml")),
        ("- a", (2, "bad-yaml")),
        ("? [a]\n: b", (2, "bad-yaml")),
        ("name: &a x\ntag: *a", (2, "yaml-alias")),
        ("name: " + "[" * 20 + "]" * 20, (2, "front-matter-too-large")),
        ("labels: bug", (2, "unknown-key")),
        ("gate: {before: '9'}", (2, "unknown-phase")),
        ("gate:\n  signoffs: [Boss]", (3, "unknown-role")),
        ("tasks:\n  fly: {}", (3, "unknown-task")),
        ("tasks:\n  sign: {needs: [fly]}", (3, "unknown-task")),
        ("tasks:\n  '1.1': {}\n  build: {}", (4, "repeated-task")),
        ("evidence:\n  compile: luck", (3, "bad-evidence")),
        ("evidence:\n  fly: manual", (3, "unknown-item")),
    ],
)
def test_trouble_in_front_matter_is_told_by_its_line(front: str, problem: tuple[int, str]) -> None:
    plan = read_plan(f"---\n{front}\n---\n{LOADED}")

    assert problem in told(plan)
    assert len(list(plan.items())) == 2
    assert plan.errors


def test_one_name_where_a_list_belongs_is_told_with_the_list() -> None:
    plan = read_plan("---\nroles:\n  Tech Lead: octocat\n---\n- [ ] a\n")

    assert [problem.message for problem in plan.errors] == ["`roles.Tech Lead` wants a list: `[octocat]`"]


def test_needs_in_a_circle_are_told_for_each_task_in_it() -> None:
    plan = read_plan(f"---\ntasks:\n  build: {{needs: [sign]}}\n  sign: {{needs: ['1.1']}}\n---\n{LOADED}")

    assert told(plan) == [(3, "needs-cycle"), (4, "needs-cycle")]


def test_a_task_word_that_fits_several_is_told() -> None:
    plan = read_plan("---\ntasks:\n  build: {}\n---\n## build one\n- [ ] a\n## build two\n- [ ] b\n")

    assert told(plan) == [(3, "ambiguous-task")]


def test_a_plan_that_neither_tags_nor_names_a_gate_line_is_warned_of() -> None:
    (problem,) = read_plan(LOADED).problems

    assert (problem.code, problem.severity) == ("no-tag-task", Severity.WARNING)
    assert read_plan(f"---\ngate: {{before: 1}}\n---\n{LOADED}").problems == ()


def test_a_status_that_anyone_may_set_is_warned_of() -> None:
    plan = read(
        '- [ ] a <!-- gonogo: evidence="status=ci/x" -->\n- [ ] b <!-- gonogo: evidence="status=ci/x by=octocat" -->\n'
    )

    assert told(plan) == [(1, "status-by-anyone")]
    assert plan.errors == ()


def test_a_plan_too_large_to_read_is_an_error_and_nothing_else() -> None:
    for text in ("x" * 1_048_577, "- [ ] a\n" * 10_001, "é" * 600_000):
        plan = read_plan(text)

        assert [problem.code for problem in plan.problems] == ["plan-too-large"]
        assert plan.phases == ()


def test_too_many_items_are_an_error() -> None:
    plan = read_plan("- [ ] a\n" * 5_001)

    assert told(plan) == [(5_001, "too-many-items")]
    assert len(list(plan.items())) == 5_000


def test_an_item_too_long_is_cut_and_told() -> None:
    plan = read_plan(f"- [ ] {'a' * 3_000}\n")

    assert told(plan) == [(1, "item-too-long")]


def test_more_problems_than_anybody_reads_are_counted() -> None:
    plan = read_plan("- [] a\n" * 300)

    assert len(plan.problems) == 201
    assert plan.problems[-1].code == "more-problems"


def test_an_issue_templates_own_front_matter_is_left_alone() -> None:
    plan = read("""
        ---
        name: Release
        about: how we release
        title: New release
        labels: [a, b]
        assignees: ''
        warning: |
            generated
        ---
        - [ ] a
        """)

    assert told(plan) == []
    assert plan.name == "Release"


@pytest.mark.parametrize("line", ["brnch: main", "extra: {a: b}", "gate: red"])
def test_an_issue_template_does_not_hide_our_keys_misspelled(line: str) -> None:
    assert told(read_plan(f"---\nabout: x\n{line}\n---\n- [ ] a\n"))[0][0] == 3


def test_front_matter_that_is_never_closed_is_text() -> None:
    assert told(read_plan("---\n- [ ] a\n")) == []


def test_more_words_for_tasks_than_are_compared_are_still_told() -> None:
    words = ", ".join(f"w{number}" for number in range(49))
    plan = read_plan("---\ntasks:\n" + "".join(f"  t{n}: {{needs: [{words}]}}\n" for n in range(3)) + f"---\n{LOADED}")

    assert {code for _, code in told(plan)} == {"unknown-task"}


def test_long_front_matter_is_refused() -> None:
    assert (2, "front-matter-too-large") in told(read_plan(f"---\nname: {'x' * 70_000}\n---\n- [ ] a\n"))


def test_empty_front_matter_says_nothing() -> None:
    assert told(read_plan("---\n---\n- [ ] a\n")) == []


def test_scalars_stay_what_was_written() -> None:
    plan = read("""
        ---
        gate:
          before: 1
          thresholds: {P0: 99.5, overall: 90}
        announcements: [{at: 10:30, channel: site, template: null}]
        ---
        # Phase 1: a
        - [ ] a
        """)

    assert (plan.gate.before, plan.gate.thresholds) == ("1", {"P0": 99.5, "overall": 90.0})
    assert told(plan) == [(5, "bad-value")]


def test_announcements_are_kept_in_order() -> None:
    plan = read(
        "---\nannouncements: [{at: 10:30, channel: site}, {at: '09:00', channel: mail, template: m.md}]\n---\n- [ ] a\n"
    )

    assert [(entry.at, entry.channel, entry.template) for entry in plan.announcements] == [
        ("10:30", "site", None),
        ("09:00", "mail", "m.md"),
    ]


def test_a_heading_that_is_not_understood_is_told() -> None:
    assert told(read("## A <!-- gonogo: luck -->\n- [ ] a\n")) == [(1, "bad-comment")]


def test_lone_surrogates_and_odd_separators_do_no_harm() -> None:
    plan = read_plan("---\nname: \ud800\n---\n- [ ] a\u2028- [ ] b\x0b- [ ] c\n")

    assert [item.line for item in plan.items()] == [4]
