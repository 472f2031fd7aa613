"""The audit of dependencies: red for a known vulnerability, and plain about what it could not ask."""

import json

import pytest

from tools.audit import judge

VULNERABLE: dict[str, object] = {
    "name": "jinja2",
    "version": "2.0",
    "vulns": [{"id": "GHSA-1", "fix_versions": ["3.1"]}],
}
FINE: dict[str, object] = {"name": "rich", "version": "14", "vulns": []}
UNKNOWN = {"name": "alembic", "skip_reason": "Dependency not found on PyPI"}


def said(*dependencies: object) -> str:
    return json.dumps({"dependencies": dependencies, "fixes": []})


@pytest.mark.parametrize(
    ("answer", "beside", "is_fine", "line"),
    [
        (said(FINE), "", True, "a.lock: no known vulnerability in 1 packages"),
        (said(FINE, VULNERABLE), "", False, "a.lock: known vulnerabilities\n  jinja2 2.0: GHSA-1, mended in 3.1"),
        (said(UNKNOWN, VULNERABLE), "", False, "a.lock: known vulnerabilities\n  jinja2 2.0: GHSA-1, mended in 3.1"),
        (said(UNKNOWN, FINE), "", True, "a.lock: audited only 1 of 2: of the others nobody knows here"),
        (said(UNKNOWN), "", True, "a.lock: not audited, whoever answers here tells of no vulnerabilities"),
        ("", "Traceback\nno route\n", True, "a.lock: not audited, nobody could be asked (no route)"),
        ("[]", "", True, "a.lock: not audited, nobody could be asked (pip-audit gave no answer)"),
    ],
)
def test_only_a_known_vulnerability_is_red_and_nothing_unasked_looks_green(
    answer: str, beside: str, is_fine: bool, line: str
) -> None:
    assert judge("a.lock", answer, beside) == (is_fine, line)
