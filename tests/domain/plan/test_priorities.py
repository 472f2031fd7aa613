"""Priorities: marked, inherited, and what a plan without marks means."""

import pytest

from app.domain.plan.notes import priority_field, priority_mark
from tests.domain.plan.reading import items, read, told


@pytest.mark.parametrize(
    ("text", "mark", "rest"),
    [
        ("(P0) ship", "P0", "ship"),
        ("[P1] ship", "P1", "ship"),
        ("**[P1]** ship", "P1", "ship"),
        ("P2: ship", "P2", "ship"),
        ("**P0** - ship", "P0", "ship"),
        ("ship (P0)", "P0", "ship"),
        ("ship [P2]", "P2", "ship"),
        ("P1 completion ≥90%", None, "P1 completion ≥90%"),
        ("Zero P0/P1 bugs in tracker", None, "Zero P0/P1 bugs in tracker"),
        ("All P0 items verified complete", None, "All P0 items verified complete"),
        ("[P1](https://example.com) ship", None, "[P1](https://example.com) ship"),
        ("Audio latency <10ms (P95)", None, "Audio latency <10ms (P95)"),
    ],
)
def test_a_mark_is_told_from_words_that_only_speak_of_priorities(text: str, mark: str | None, rest: str) -> None:
    assert priority_mark(text) == (mark, rest)


@pytest.mark.parametrize(("value", "mark"), [("P0", "P0"), ("**P1** (Critical)", "P1"), ("high", None), ("P10", None)])
def test_a_priority_line_names_one(value: str, mark: str | None) -> None:
    assert priority_field(value) == mark


def test_a_plan_that_marks_nothing_is_all_p0() -> None:
    assert [item.priority for item in read("- [ ] a\n- [ ] b\n").items()] == ["P0", "P0"]


def test_items_inherit_from_the_item_above_the_task_and_the_phase_and_the_rest_is_p1() -> None:
    plan = read("""
        ---
        tasks: {two: {priority: P3}}
        ---
        ## Phase 1 (P2)
        ### One
        Priority: P0
        - [ ] a
        - [ ] (P4) b
          - [ ] c
        - [ ] d <!-- gonogo: P5 -->
        ### Two
        - [ ] e
        ### Three
        - [ ] f
        ## Phase 2
        ### Four
        - [ ] g
        """)

    assert [item.priority for item in items(plan)] == ["P0", "P4", "P4", "P5", "P3", "P2", "P1"]
    assert [task.priority for task in plan.tasks()] == ["P0", "P3", "P2", "P1"]


def test_a_priority_line_that_names_none_is_warned_of_once() -> None:
    plan = read("## Phase 1\nPriority: high\n### A\n- [ ] a\n### B\n- [ ] b\n")

    assert told(plan) == [(2, "unknown-priority")]


def test_release_criteria_in_the_text_are_the_thresholds_unless_front_matter_says_others() -> None:
    text = (
        "**Release Criteria**:\n- P0 (Blocker): 100% complete\n- P1 (Critical): 90%\n- Overall Score: 95%\n\n- [ ] a\n"
    )

    assert read(text).gate.thresholds == {"P0": 100, "P1": 90, "overall": 95}
    assert read(f"---\ngate: {{thresholds: {{P0: 80}}}}\n---\n{text}").gate.thresholds == {"P0": 80}
