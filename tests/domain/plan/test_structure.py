"""Which lines of a plan open sections, and which phase, task and item a line belongs to."""

import pytest

from app.domain.plan.model import ByTask, Manual, TaskKind
from tests.domain.plan.reading import items, only_task, outline, read, told


def test_a_list_without_sections_is_one_phase_with_one_task_named_like_the_file() -> None:
    plan = read("- [ ] build\n- [ ] ship\n", path="docs/RELEASE_CHECKLIST.md")

    assert outline(plan) == [("RELEASE_CHECKLIST", [("RELEASE_CHECKLIST", 2)])]


def test_the_nearest_section_above_tasks_is_their_phase() -> None:
    plan = read("""
        # Our release
        ## Prepare
        ### Build
        - [ ] compile
        ### Test
        - [ ] run
        ## Ship
        ### Tag
        - [ ] tag
        """)

    assert outline(plan) == [("Prepare", [("Build", 1), ("Test", 1)]), ("Ship", [("Tag", 1)])]


def test_bold_texts_and_lines_with_a_colon_above_a_checklist_open_sections() -> None:
    plan = read("""
        Some words about this:

        **Before**:

        - [ ] a

        __After:__
        - [ ] b

        Packages for Fedora:
         - [ ] c
        """)

    assert [(task.title, len(task.items)) for task in plan.tasks()] == [
        ("Before", 1),
        ("After", 1),
        ("Packages for Fedora", 1),
    ]


def test_prose_is_dropped_and_labels_hand_their_list_to_the_task_they_stand_in() -> None:
    plan = read("""
        ## Phase 1: Build
        Words.
        ### Objective
        More words.
        ### Tasks
        #### 1.1 Compile
        **Duration**: 2 days
        **Responsible**: Build team

        **Channels**:
        - one
        - two

        **Checklist**:
        - [ ] compiles

        **Success Criteria**:
        - it starts
        - it stops
        ## Risks
        **Owner**: Nobody
        """)
    task = only_task(plan)

    assert outline(plan) == [("Phase 1: Build", [("Compile", 1)])]
    assert plan.phases[0].id == "1"
    assert (task.id, task.owner, task.duration) == ("1.1", "Build team", "2 days")
    assert task.success_criteria == ("it starts", "it stops")


def test_a_label_right_below_a_bold_title_belongs_to_that_title() -> None:
    plan = read("""
        # Release
        **Build**:

        **Checklist**:
        - [ ] a

        **Ship**:

        **Checklist**:
        - [ ] b
        """)

    assert [(task.title, len(task.items)) for task in plan.tasks()] == [("Build", 1), ("Ship", 1)]


def test_a_box_under_success_criteria_is_an_item_of_its_task() -> None:
    plan = read("## Build\n- [ ] a\n\n**Success Criteria**:\n- [ ] b\n- c\n")

    assert [item.text for item in only_task(plan).items] == ["a", "b"]
    assert only_task(plan).success_criteria == ("c",)


def test_deliverables_and_exit_criteria_are_tasks_of_their_phase_of_that_kind() -> None:
    plan = read("""
        ## Phase 1
        ### Tasks
        #### Build
        - [ ] a
        ### Phase 1 Deliverables
        - [ ] b
        ### Exit Criteria
        - [ ] c
        """)

    assert [(task.title, task.kind) for task in plan.phases[0].tasks] == [
        ("Build", TaskKind.WORK),
        ("Phase 1 Deliverables", TaskKind.DELIVERABLES),
        ("Exit Criteria", TaskKind.EXIT_CRITERIA),
    ]


def test_a_task_with_tasks_below_is_their_phase_and_its_own() -> None:
    plan = read("### Before\n- [ ] a\n### Thursday\n- [ ] b\n#### Evening\n- [ ] c\n", path="plan.md")

    assert outline(plan) == [("plan", [("Before", 1)]), ("Thursday", [("Thursday", 1), ("Evening", 1)])]


def test_a_title_that_says_phase_is_one_even_with_items_of_its_own() -> None:
    plan = read("# Release\n## Phase 1: Build\n- [ ] a\n## Phase 2: Ship\n- [ ] b\n")

    assert [phase.id for phase in plan.phases] == ["1", "2"]


def test_tasks_parted_by_a_phase_keep_the_files_order() -> None:
    plan = read("# R\n## A\n- [ ] a\n## P\n### B\n- [ ] b\n## C\n- [ ] c\n")

    assert [phase.id for phase in plan.phases] == ["r", "p", "r-2"]


def test_fenced_text_is_never_structure() -> None:
    plan = read("""
        ## Notes
        - [ ] a

        ```markdown
        ## Template
        - [ ] not an item
        ```

        ~~~
        - [ ] nor this
        ~~~

        - [ ] b
        """)

    assert only_task(plan).title == "Notes"
    assert [item.text for item in plan.items()] == ["a", "b"]


def test_what_is_commented_out_is_not_in_the_plan() -> None:
    plan = read("- [ ] a\n\n<!--\n- [ ] later\n-->\n\n- [ ] b <!-- for now -->\n")

    assert [item.text for item in plan.items()] == ["a", "b"]


def test_a_list_that_repeats_tasks_is_a_summary_of_roll_ups() -> None:
    plan = read("""
        ## Phase 1
        ### 1.1 Build it
        - [ ] compile
        ### 1.2 Sign it
        - [ ] sign
        ## Summary
        - [ ] 1.1 Build it
        - [ ] 1.2 SIGN  it
        """)

    assert [task.title for task in plan.tasks()] == ["Build it", "Sign it"]
    assert [item.wanted for item in plan.summary[0].items] == [ByTask(task=task.id) for task in plan.tasks()]


def test_an_item_that_repeats_its_own_task_is_no_roll_up() -> None:
    plan = read("## 1.1 Build\n- [ ] 1.1 Build\n")

    assert [item.wanted for item in plan.items()] == [Manual()]


def test_roll_ups_in_a_circle_are_told_and_left_to_a_person() -> None:
    plan = read("## 1.1 A\n- [ ] 1.2 B\n- [ ] x\n## 1.2 B\n- [ ] 1.1 A\n- [ ] y\n## 1.3 C\n- [ ] 1.1 A\n")

    assert told(plan) == [(2, "roll-up-cycle"), (5, "roll-up-cycle")]
    *others, last = plan.items()
    assert {item.wanted for item in others} == {Manual()}
    assert isinstance(last.wanted, ByTask)  # it stands in no circle


def test_items_nest_below_the_box_above_them_and_not_below_plain_bullets() -> None:
    plan = read("""
        - [ ] a
          - [ ] a1
            1. [x] a11
          - [ ] a2
        - Optional
          - [ ] b
            - note
              - [ ] b1
        """)

    assert [(item.id.split(".", 1)[1], item.text, item.depth) for item in plan.items()] == [
        ("1", "a", 0),
        ("1.1", "a1", 1),
        ("1.1.1", "a11", 2),
        ("1.2", "a2", 1),
        ("2", "b", 0),
        ("2.1", "b1", 1),
    ]


def test_items_in_quotes_and_ordered_lists_count() -> None:
    assert [item.text for item in read("> - [ ] quoted\n\n1. [ ] first\n2. [ ] second\n").items()] == [
        "quoted",
        "first",
        "second",
    ]


def test_an_item_wrapped_over_lines_is_one_line_without_link_definitions() -> None:
    plan = read("- [ ] read [the\n  guide][g] first\n[g]: https://example.com/guide\n- [ ] see [g]\n")

    assert [item.text for item in plan.items()] == [
        "read [the guide](https://example.com/guide) first",
        "see [g](https://example.com/guide)",
    ]


def test_the_same_text_twice_is_two_items() -> None:
    plan = read("## A\n- [ ] notes\n- [ ] notes\n## B\n- [ ] notes\n")

    assert [item.id for item in plan.items()] == ["a.1", "a.2", "b.1"]


def test_the_same_title_twice_is_two_tasks() -> None:
    plan = read("## Ship\n- [ ] a\n## Ship\n- [ ] b\n")

    assert [(task.id, task.slug) for task in plan.tasks()] == [("ship", "ship"), ("ship-2", "ship-2")]


def test_a_number_twice_is_told_and_the_second_goes_by_its_title() -> None:
    plan = read("## 1. Build\n- [ ] a\n## 1. Ship\n- [ ] b\n")

    assert [task.id for task in plan.tasks()] == ["1", "ship"]
    assert told(plan) == [(3, "repeated-number")]


def test_item_ids_differ_even_where_a_tasks_number_looks_like_an_items() -> None:
    plan = read("## 1. A\n- [ ] x\n  - [ ] y\n## 1.1 B\n- [ ] z\n")

    assert len({item.id for item in plan.items()}) == 3


@pytest.mark.parametrize("ending", ["\r\n", "\r", "\n"])
def test_lines_are_counted_alike_whatever_ends_them(ending: str) -> None:
    plan = read("\ufeff---\nname: X\n---\n\n- [ ] a\n- [  ] b\n".replace("\n", ending))

    assert [item.line for item in plan.items()] == [5, 6]
    assert told(plan) == [(6, "malformed-checkbox")]
    assert plan.name == "X"


def test_a_title_that_starts_with_a_digit_but_has_no_number_keeps_its_words() -> None:
    task = only_task(read("## 3 days before\n- [ ] a\n"))

    assert (task.id, task.title, task.label) == ("step-3-days-before", "3 days before", "3 days before")


def test_ids_that_the_plan_gives_are_honoured() -> None:
    plan = read("## Ship <!-- gonogo: id=ship-it -->\n- [ ] a <!-- gonogo: id=first -->\n- [ ] b\n")

    assert only_task(plan).id == "ship-it"
    assert [item.id for item in items(plan)] == ["first", "ship-it.2"]


def test_an_id_given_twice_is_an_error() -> None:
    plan = read(
        "## A <!-- gonogo: id=t -->\n- [ ] a <!-- gonogo: id=x -->\n"
        "## B <!-- gonogo: id=t -->\n- [ ] b <!-- gonogo: id=x -->\n"
    )

    assert told(plan) == [(3, "repeated-id"), (4, "repeated-id")]
    assert len({item.id for item in plan.items()}) == 2


def test_a_comment_below_an_item_is_the_items() -> None:
    plan = read("- [ ] a\n  <!-- gonogo: id=x P0 -->\n- [ ] b\n")

    assert [(item.id, item.text, item.priority) for item in plan.items()] == [
        ("x", "a", "P0"),
        ("release.2", "b", "P1"),
    ]


@pytest.mark.parametrize(
    "comment", ["what", 'evidence="run" evidence="tag"', 'id="a b"', "priority=high", 'id="', "P0 P1"]
)
def test_a_comment_that_is_not_understood_is_an_error(comment: str) -> None:
    assert (1, "bad-comment") in told(read(f"- [ ] a <!-- gonogo: {comment} -->\n"))


def test_no_text_can_carry_a_marker_of_ours_into_the_issue() -> None:
    plan = read("- [ ] a <!-- gonogo:end --> b\n- [ ] c <!-- gonogo:begin\n")

    assert not any("<!--" in item.text for item in plan.items())


@pytest.mark.parametrize("quoted", ["- ## Launch\n", "> ## Launch\n\n"])
def test_a_heading_inside_a_list_or_a_quote_opens_no_section(quoted: str) -> None:
    plan = read(f"## Build\n{quoted}- [ ] compiles\n")
    assert [task.title for task in plan.tasks()] == ["Build"]


def test_a_field_may_stand_in_a_list() -> None:
    task = only_task(read("## Build\n- Duration: 2 days\n- Anything else\n- [ ] compiles\n"))
    assert task.duration == "2 days"
