"""Which tags a pattern covers: in doubt a ruleset does not hold, and an exclusion does."""

import pytest

from app.domain.plan.reader import read_plan
from app.domain.protection.changes import AddDeploymentRule, CreateEnvironment, environment_changes, in_words
from app.domain.protection.patterns import missed, touched
from app.domain.protection.wanted import Wanted, wanted_of


@pytest.mark.parametrize(
    ("pattern", "wanted", "is_covered"),
    [
        ("refs/tags/v*", "refs/tags/v*", True),
        ("~ALL", "refs/tags/v*", True),
        ("refs/tags/*", "refs/tags/v*", True),
        ("refs/tags/**/*", "refs/tags/app/v*", True),
        ("refs/**/*", "refs/tags/app/v*", True),
        ("refs/tags/**", "refs/tags/v*", True),
        ("refs/tags/**", "refs/tags/app/v*", False),  # where no slash follows it is one star
        ("refs/tags/app/**", "refs/tags/app/v*", True),
        ("refs/tags/*", "refs/tags/app/v*", False),
        ("refs/tags/app/*", "refs/tags/app/v*", True),
        ("refs/tags/v1*", "refs/tags/v*", False),
        ("refs/tags/v[0-9]*", "refs/tags/v*", False),
        ("refs/heads/*", "refs/tags/v*", False),
        ("refs/*", "refs/tags/v*", False),
        ("~DEFAULT_BRANCH", "refs/tags/v*", False),
        ("refs/tags/v", "refs/tags/v*", False),
    ],
)
def test_a_pattern_covers_what_it_surely_covers(pattern: str, wanted: str, *, is_covered: bool) -> None:
    assert missed([wanted], [pattern]) == (() if is_covered else (wanted,))


@pytest.mark.parametrize(
    ("pattern", "is_near"),
    [
        ("refs/tags/v0.*", True),
        ("refs/tags/*-rc*", True),
        ("~ALL", True),
        ("refs/**/x", True),
        ("refs/tags/nightly-*", False),
        ("refs/heads/v*", False),
        ("~DEFAULT_BRANCH", False),
    ],
)
def test_an_exclusion_counts_where_it_may_meet(pattern: str, *, is_near: bool) -> None:
    assert touched(["refs/tags/v*"], [pattern]) == ((pattern,) if is_near else ())


def test_the_plans_say_which_tags_and_environments() -> None:
    first = read_plan("---\nenvironment: production\n---\n# A\n\n- [ ] Done\n", path="a.md")
    second = read_plan("---\ntag: app-{version}\nguard: {exempt: [app-*-dev]}\n---\n# B\n\n- [ ] Done\n", path="b.md")
    assert wanted_of(7, [first, second, first]) == Wanted(
        app=7,
        patterns=("refs/tags/v*", "refs/tags/app-*"),
        exempt=("refs/tags/app-*-dev",),
        environments=("production",),
    )
    assert wanted_of(7, []) == Wanted(app=7, patterns=("refs/tags/v*",))


def test_an_environment_gets_our_rule_once() -> None:
    wanted = Wanted(app=7, patterns=(), environments=("production", "staging", "docs"))
    found = {"production": frozenset({7, 9}), "staging": frozenset({9})}
    changes = environment_changes(wanted, found)
    assert changes == (
        AddDeploymentRule(environment="staging", app=7),
        CreateEnvironment(name="docs"),
        AddDeploymentRule(environment="docs", app=7),
    )
    assert [in_words(change)[0] for change in changes] == [
        'let App 7 decide deployments to the environment "staging"',
        'create the environment "docs"',
        'let App 7 decide deployments to the environment "docs"',
    ]
