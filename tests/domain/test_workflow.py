"""What a workflow file declares: the ways GitHub lets it be written, and whatever else a file may hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.facts import WorkflowInputs
from app.domain.workflow import declared_inputs

NOT_DISPATCHABLE = WorkflowInputs(declared=None)
NO_INPUTS = WorkflowInputs(declared=frozenset())

WITH_INPUTS = """\
name: Release
run-name: ${{ inputs.task }} [${{ inputs.gonogo_id }}]
on:
  push:
  workflow_dispatch:
    inputs:
      task: {description: What to run, required: true, type: string}
      channel: {required: true, default: stable}
      dry_run: {type: boolean, required: false, default: false}
      gonogo_id:
jobs: {}
"""
MERGE_BOMB = "a0: &a0 {k: v}\n" + "".join(
    f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}]}}\n" for n in range(1, 40)
)
ALIAS_BOMB = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 40))


def test_inputs_are_read_with_those_that_must_be_given() -> None:
    assert declared_inputs(WITH_INPUTS) == WorkflowInputs(
        declared=frozenset({"task", "channel", "dry_run", "gonogo_id"}), required=frozenset({"task"})
    )


@pytest.mark.parametrize(
    "text",
    [
        "on: workflow_dispatch",
        "on: [push, workflow_dispatch]",
        "on: {workflow_dispatch: }",
        "on: {workflow_dispatch: {}}",
        "on: {workflow_dispatch: {inputs: }}",
        '"on": {workflow_dispatch: {inputs: [task]}}',
        "on: {workflow_dispatch: task}",
        "on:\r\n  push:\r\n  workflow_dispatch:\r\n",
        "on: &triggers [workflow_dispatch]\njobs: {a: *triggers}",
    ],
)
def test_a_workflow_can_be_dispatched_without_inputs(text: str) -> None:
    assert declared_inputs(text) == NO_INPUTS


@pytest.mark.parametrize(
    "text",
    [
        "",
        "just a text",
        "- on: workflow_dispatch",
        "on: push",
        "on: [push, pull_request]",
        "on: {push: {branches: [main]}}",
        "on: workflow_dispatch_not",
        "on: 7",
        "on:",
        "jobs: {workflow_dispatch: }",
    ],
)
def test_a_workflow_without_the_trigger_cannot_be_dispatched(text: str) -> None:
    assert declared_inputs(text) == NOT_DISPATCHABLE


@pytest.mark.parametrize(
    ("spec", "is_required"),
    [
        ("{required: true}", True),
        ("{required: True}", True),
        ("{required: false}", False),
        ("{required: yes}", False),  # to GitHub a word like any other
        ("{required: true, default: x}", False),
        ("{default: x}", False),
        ("text", False),
        ("[required]", False),
    ],
)
def test_an_input_must_be_given_when_it_is_required_and_has_no_default(spec: str, is_required: bool) -> None:
    inputs = declared_inputs(f"on: {{workflow_dispatch: {{inputs: {{task: {spec}}}}}}}")
    assert inputs.declared == {"task"}
    assert inputs.required == ({"task"} if is_required else frozenset())


def test_names_that_yaml_takes_for_something_else_are_names() -> None:
    text = "on: {workflow_dispatch: {inputs: {on: , 2024-13-45: , 1: , null: , 0x1F: }}}"
    assert declared_inputs(text).declared == {"on", "2024-13-45", "1", "null", "0x1F"}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("no YAML", "on: [workflow_dispatch"),
        ("a tab", "on:\n\tworkflow_dispatch:"),
        ("a lost alias", "on: *triggers"),
        ("an alias of itself", "on: &a [*a, workflow_dispatch]"),
        ("a list for a key", "on: {? [a] : b, workflow_dispatch: }"),
        ("half a surrogate pair", "on: workflow_dispatch # \ud800"),
        ("a null character", "on: workflow_dispatch\0"),
        ("two documents", "on: push\n---\non: workflow_dispatch"),
        ("too deep", "on: workflow_dispatch\na: " + "[" * 200 + "]" * 200),
        ("deep without end", "[" * 100_000),
        ("more than GitHub takes", "on: workflow_dispatch\n#" + "x" * 1_000_000),
    ],
)
def test_what_cannot_be_read_cannot_be_dispatched(name: str, text: str) -> None:
    assert declared_inputs(text) == NOT_DISPATCHABLE, name


@pytest.mark.parametrize("bomb", [MERGE_BOMB, ALIAS_BOMB], ids=["merge keys", "aliases"])
def test_a_few_lines_that_stand_for_billions_cost_nothing(bomb: str) -> None:
    assert declared_inputs(f"{bomb}on: workflow_dispatch\n") == NO_INPUTS


@pytest.mark.parametrize(
    "tag", ["!!bool maybe", "!!int ''", "!!float ''", "!!timestamp soon", "!!python/name:os.abort ''"]
)
def test_tags_that_do_not_fit_do_not_matter(tag: str) -> None:
    assert declared_inputs(f"on: workflow_dispatch\nenv: {{a: {tag}}}\n") == NO_INPUTS


@given(st.text(alphabet=st.sampled_from("on:workflow_dispatch \n\t-?&*![]{},'\"|>#%@`\\0~<"), max_size=200))
def test_no_text_of_yaml_s_own_signs_makes_it_raise(text: str) -> None:
    assert declared_inputs(text).required == frozenset()


@given(st.text(max_size=100), st.integers(0, len(WITH_INPUTS)))
def test_no_text_inside_a_real_file_makes_it_raise(text: str, at: int) -> None:
    found = declared_inputs(WITH_INPUTS[:at] + text + WITH_INPUTS[at:])
    assert found.required <= (found.declared or frozenset())
