"""Which tags the guard looks at."""

import pytest

from app.domain.guard.naming import fits, is_exempt, prefixes
from app.domain.plan.model import GuardRules


@pytest.mark.parametrize(
    ("pattern", "name", "is_one"),
    [
        ("v*", "v1.0.0", True),
        ("v*", "v1", True),
        ("v*", "v2.0.0-rc.1+build_5", True),
        ("v*", "1.0.0", False),
        ("v*", "vendor-drop", False),
        ("v*", "v", False),
        ("v*", "v1.0.0/x", False),
        ("v*", "nv1.0.0", False),
        ("v*", "v1.0.0\n", False),
        ("v*", "v\u0661", False),  # a digit, but none that a version is written with
        ("*", "1.0.0", True),
        ("app/v*", "app/v1.0.0", True),
        ("app/v*", "appxv1.0.0", False),
        ("r.*", "r.1", True),
        ("r.*", "rx1", False),
        ("*-app", "1.0-app", True),
        ("stable", "stable", True),
        ("stable", "stable1", False),
    ],
)
def test_a_release_tag_is_named_as_the_plan_names_them(pattern: str, name: str, is_one: bool) -> None:
    assert fits(name, pattern) is is_one


@pytest.mark.parametrize(
    ("patterns", "name", "is_it"),
    [
        (("nightly-*",), "nightly-2026", True),
        (("nightly-*",), "v1.0.0", False),
        (("v*-dev", "v0.?"), "v1.0.0-dev", True),
        (("v*-dev", "v0.?"), "v0.9", True),
        (("v*-dev", "v0.?"), "v0.99", False),
        (("V1",), "v1", False),
        (("v*-dev",), "v1/x-dev", False),  # nor does a ruleset of GitHub's leave it out
        (("vendor/*",), "vendor/1", True),
        ((), "v1", False),
    ],
)
def test_what_the_plan_exempts_is_nobody_s_business(patterns: tuple[str, ...], name: str, is_it: bool) -> None:
    assert is_exempt(name, GuardRules(exempt=patterns)) is is_it


@pytest.mark.parametrize(
    ("patterns", "found"),
    [
        (["v*"], ["v"]),
        (["v*", "v*", "v1.0.0"], ["v"]),
        (["app/v*", "v*", "valpha", "other"], ["app/v", "other", "v"]),
        (["*", "v*", "x"], [""]),
        ([], []),
    ],
)
def test_as_few_beginnings_as_can_be_are_looked_for(patterns: list[str], found: list[str]) -> None:
    assert prefixes(patterns) == found
