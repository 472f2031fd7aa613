"""The expressions that the simulated GitHub Actions understands, and those that it refuses to guess."""

import pytest

from app.sim import Unsupported
from app.sim.expressions import evaluate, fill
from app.sim.workflow_file import read_workflow

NAMES = {"inputs.task": "Notarize", "inputs.dry": False, "inputs.n": 3.0, "github.ref_name": "main", "matrix.os": "mac"}


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("inputs.task == 'notarize'", True),
        ("${{ inputs.task != 'sign' }}", True),
        ("github.event.inputs.task == 'notarize' && !inputs.dry", True),
        ("inputs.none == null", True),
        ("inputs.task == 'sign' || (inputs.n == 3 && true)", True),
        ("inputs.none || 'it''s'", "it's"),
        ("contains(inputs.task, 'NOT')", True),
        ("startsWith(github.ref_name, 'rel')", False),
        ("endsWith(matrix.os, 'c')", True),
        ("format('{0} on {1}', inputs.task, matrix.os)", "Notarize on mac"),
        ("always()", True),
        ("failure() || success()", True),
        ("!cancelled()", True),
    ],
)
def test_an_expression_has_a_value(source: str, value: object) -> None:
    assert evaluate(source, NAMES, {"success": True}) == value


@pytest.mark.parametrize(
    "source",
    [
        "secrets.KEY",
        "inputs.task ==",
        "(true",
        "true true",
        "hashFiles('a', 'b')",
        "contains('a')",
        "a ~ b",
        "f('a' 'b')",
    ],
)
def test_what_is_not_understood_is_not_guessed(source: str) -> None:
    with pytest.raises(Unsupported):
        evaluate(source, NAMES)


def test_text_is_filled() -> None:
    assert fill("${{ inputs.task }} x${{ inputs.n }} ${{ inputs.dry }}${{ inputs.none }}", NAMES) == "Notarize x3 false"


def test_a_matrix_of_includes_names_its_cells() -> None:
    text = b"on: [push, workflow_dispatch]\njobs:\n  b:\n    strategy: {matrix: {include: [{os: mac}, {os: win}]}}\n"
    flow = read_workflow("b.yml", text)
    assert [job.name for job in flow.jobs] == ["b (mac)", "b (win)"]
    assert flow.triggers == {"push", "workflow_dispatch"}
    assert flow.starts_on_push("refs/tags/v1")
    only_tags = read_workflow("t.yml", b"on: {push: {tags: ['v*']}}\njobs: {}\n")
    assert [only_tags.starts_on_push(ref) for ref in ("refs/tags/v1", "refs/heads/v1")] == [True, False]
