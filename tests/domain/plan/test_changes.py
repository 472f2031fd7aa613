"""How a plan's new text differs is told in plain lines: each thing that matters, and nothing else."""

from collections.abc import Sequence

import pytest

from app.domain.plan.drift import MAX_LINE, MAX_LINES, changes
from tests.domain.plan.reading import read
from tests.domain.plan.test_drift import PLAN, after


def told(*edits: tuple[str, str], plan: str = PLAN) -> list[str]:
    return list(changes(*after(*edits, plan=plan)))


FRONT = """
---
name: Studio
tag: v{version}
gate:
  before: "2"
  thresholds: {P0: 100, P1: 90}
  blockers: [blocker]
  signoffs: [QA]
roles: {QA: [ann], Docs: [dan]}
tasks: {"2": {needs: ["1"]}}
announcements: [{at: "10:00", channel: chat}]
---
## Phase 1: Build
### 1. Build
**Owner**: QA
- [ ] Built
- [ ] Signed <!-- gonogo: id=signed -->
## Phase 2: Ship
### 2. Ship
- [ ] Shipped (P1)
"""


@pytest.mark.parametrize(
    ("edit", "line"),
    [
        (("name: Studio", "name: Desk"), 'name: "Studio" → "Desk"'),
        (("tag: v{version}", "tag: r{version}"), "tag: v1.0.0 → r1.0.0"),
        (("tag: v{version}", "branch: next"), "branch: the default branch → next"),
        (("tag: v{version}", "environment: live"), "environment: none → live"),
        (("P1: 90", "P1: 95"), "gate thresholds: P0 100 %, P1 90 % → P0 100 %, P1 95 %"),
        (("P1: 90}", "P1: 90}\n  weights: {P0: 2}"), "gate weights: P0 5, P1 3, P2 1 → P0 2"),
        (('  before: "2"\n', ""), 'the gate counts all before: "Phase 2: Ship" → the first task that tags'),
        (("[blocker]", "[blocker, security]"), "gate blockers: blocker → blocker, security"),
        (("signoffs: [QA]", "signoffs: [QA, Docs]"), "gate sign-offs: QA → QA, Docs"),
        (("QA: [ann]", "QA: [ann, bob]"), 'role "QA": ann → ann, bob'),
        ((", Docs: [dan]", ""), 'role "Docs" removed: dan'),
        (("Docs: [dan]", "Docs: [dan], Legal: [eve]"), 'role "Legal" added: eve'),
        (
            ("announcements", 'guard: {delete: true, exempt: ["nightly-*"]}\nannouncements'),
            "guard: tells of tags without a green gate → deletes tags without a green gate, not nightly-*",
        ),
        (
            ("announcements", 'publish: {checksums: none, notes: true, assets: ["*.deb"]}\nannouncements'),
            "publish: checksums wanted, no notes as a file → checksums none, notes as a file, more files: *.deb",
        ),
        (('at: "10:00"', 'at: "11:00"'), "announcements: 10:00 in chat → 11:00 in chat"),
        (('needs: ["1"]', "needs: []"), "needs of 2 Ship: 1 Build → none"),
        (("**Owner**: QA", "**Owner**: Docs"), "owner of 1 Build: QA → Docs"),
        (("### 1. Build\n", "### 1. Build it\n"), 'renamed task "1 Build" → "1 Build it"'),
        (("Phase 2: Ship", "Phase 2: Launch"), 'renamed phase "Phase 2: Ship" → "Phase 2: Launch"'),
        (("### 1. Build\n", "### 1. Exit Criteria\n"), "kind of 1 Exit Criteria: work → exit-criteria"),
        (("- [ ] Built\n", "- [ ] Built\n- [ ] Checked\n"), 'added to 1 Build: "Checked" (P1, by hand)'),
        (("- [ ] Built\n", ""), 'removed from 1 Build: "Built"'),
        (("Built\n", "Built for Mac\n"), 'changed in 1 Build: "Built" → "Built for Mac"'),
        (("Signed <", "Notarized <"), 'changed in 1 Build: "Signed" → "Notarized"'),
        (("id=signed", "id=sealed"), 'id of "Signed" in 1 Build: signed → sealed'),
        (("(P1)", "(P0)"), 'priority of "Shipped (P0)" in 2 Ship: P1 → P0'),
        (("id=signed", "id=signed evidence=job=sign"), 'evidence of "Signed" in 1 Build: by hand → job sign'),
        (("Shipped (P1)", "Shipped (P1)\n```\n./ship.sh\n```"), "what 2 Ship does: done by people → dispatches"),
        (("- [ ] Built", "- [] Built"), "new error in line 16: `- [] Built` is no checkbox on GitHub: between the"),
    ],
)
def test_each_difference_is_told_in_a_line(edit: tuple[str, str], line: str) -> None:
    lines = told(edit, plan=FRONT)
    assert [each for each in lines if each.startswith(line)], lines


@pytest.mark.parametrize(
    "edits",
    [
        [("# Release plan", "# Release plan\n\nRead it with care, Duration: or not.")],
        [("### 1.2 Plugin formats", "### 1.2 Plugin formats\n**Duration**: 2 days")],
        [("- [ ] AU loads", "- [ ] AU loads <!-- ask ann -->")],
        [("- [ ] AU loads", "*   [x] au  loads")],
        [("### 2.1 Tag", "### 2.1 Tag\n**Success Criteria**:\n- It is there")],
        [("./scripts/build.sh", "# with care\n./scripts/build.sh --verbose")],
    ],
)
def test_what_does_not_matter_is_not_told(edits: Sequence[tuple[str, str]]) -> None:
    assert told(*edits) == []


def test_new_and_gone_tasks_and_phases_are_told_with_what_they_hold() -> None:
    legal = "### 1.3 Legal\n- [ ] Licences read\n- [ ] Names cleared\n\n"
    assert told(("### Exit Criteria", f"{legal}### Exit Criteria")) == [
        'added task "1.3 Legal" to "Phase 1: Build": 2 items'
    ]
    assert told(("## Summary", f"## Phase 3: Law\n\n{legal}## Summary")) == [
        'added phase "Phase 3: Law": 1 task, 2 items'
    ]
    assert list(changes(*reversed(after(("### Exit Criteria", f"{legal}### Exit Criteria"))))) == [
        'removed task "1.3 Legal" from "Phase 1: Build": 2 items'
    ]
    assert list(changes(*reversed(after(("## Summary", f"## Phase 3: Law\n\n{legal}## Summary"))))) == [
        'removed phase "Phase 3: Law": 1 task, 2 items'
    ]


def test_another_number_is_told_once_and_a_summary_follows() -> None:
    edits = (("### 1.2 Plugin", "### 1.2 Legal\n- [ ] Licences read\n\n### 1.3 Plugin"), ("] 1.2 Pl", "] 1.3 Pl"))
    assert told(*edits) == [
        "renumbered tasks: 1.2 → 1.3",
        'added task "1.2 Legal" to "Phase 1: Build": 1 item',
    ]


def test_another_order_is_told_for_ids_go_by_it() -> None:
    assert told(("VST3 loads\n- [ ] AU loads", "AU loads\n- [ ] VST3 loads")) == [
        "items of 1.2 Plugin formats are ordered or nested otherwise"
    ]
    plan = "## One\n### A\n- [ ] a\n### B\n- [ ] b\n## Two\n### C\n- [ ] c\n"
    swapped = "## One\n### B\n- [ ] b\n### A\n- [ ] a\n## Two\n### C\n- [ ] c\n"
    assert told((plan, swapped), plan=plan) == ['tasks of "One" stand in another order']
    turned = "## Two\n### C\n- [ ] c\n## One\n### A\n- [ ] a\n### B\n- [ ] b\n"
    assert told((plan, turned), plan=plan) == ["phases stand in another order"]


def test_what_moved_is_told_with_where_it_was() -> None:
    plan = "## One\n### A\n- [ ] a\n- [ ] aa\n### B\n- [ ] b\n## Two\n### C\n- [ ] c\n"
    assert told(("- [ ] aa\n", ""), ("- [ ] c", "- [ ] c\n- [ ] aa"), plan=plan) == ['moved from A to C: "aa"']
    assert told(("### B\n- [ ] b\n", ""), ("- [ ] c\n", "- [ ] c\n### B\n- [ ] b\n"), plan=plan) == [
        'moved task "B" from "One" to "Two"'
    ]


def test_a_workflow_of_another_name_is_told_once_and_not_for_each_task() -> None:
    lines = told(("# Release plan", "---\nworkflow: ship.yml\n---\n# Release plan"))
    assert lines == ["workflow: release.yml → ship.yml"]


def test_another_word_by_which_a_task_is_run_is_told() -> None:
    assert told(("# Release plan", "---\ntasks: {plugin: {needs: []}}\n---\n# Release plan")) == [
        "names of 1.2 Plugin formats: plugin-formats → plugin, plugin-formats"
    ]


def test_a_change_that_items_share_is_told_once() -> None:
    plan = "## A (P0)\n- [ ] a\n- [ ] b\n- [ ] c\n## B (P2)\n- [ ] d\n- [ ] e\n"
    edits = (("## A (P0)", '## A <!-- gonogo: P1 evidence="check=a" -->'), ("(P2)", "(P1)"), ("] d", "] d (P2)"))
    assert told(*edits, plan=plan) == [
        "priority of 3 items in A: P0 → P1",
        "evidence of 3 items in A: by hand → check a by github-actions",
        'priority of "e" in B: P2 → P1',
    ]


def test_an_error_that_only_moved_is_not_new_and_one_that_went_is_told() -> None:
    broken = PLAN.replace("- [ ] AU loads", "- [] AU loads")
    assert told(("# Release plan", "# Release plan\n\nMore prose."), plan=broken) == []
    assert told(("- [] AU", "- [ ] AU"), plan=broken) == [
        "mended: `- [] AU loads` is no checkbox on GitHub: between the brackets stands '', not one blank or x. Write `- [ ] text`"
    ]


def test_a_long_list_is_cut_and_counted() -> None:
    old = read("## A\n- [ ] first\n")
    new = read("## A\n- [ ] first\n" + "".join(f"- [ ] item {n} {'long ' * 60}\n" for n in range(70)))
    lines = changes(old, new)
    assert len(lines) == MAX_LINES + 1
    assert lines[-1] == "… and 20 more"
    assert max(map(len, lines)) <= MAX_LINE


def test_what_differs_at_the_end_of_long_words_is_shown() -> None:
    plan = f"## A\n- [ ] {'word ' * 30}one\n"
    assert told(("one", "two"), plan=plan) == ['changed in A: "…word word word word one" → "…word word word word two"']
    link = "## A\n- [ ] See [the page](https://a.example)\n"
    assert told(("a.example", "b.example"), plan=link) == [
        'changed in A: "See [the page](https://a.example)" → "See [the page](https://b.example)"'
    ]
