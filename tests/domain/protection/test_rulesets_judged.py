"""Rulesets are matched by what they mean; each weakness is named; what is hidden from us is never called good."""

from dataclasses import replace

import pytest
from inline_snapshot import snapshot

from app.domain.protection.changes import CreateRuleset, UpdateRuleset, in_words, ruleset_changes
from app.domain.protection.judging import Absent, Met, Unsure, Verdict, Weak, judge_rulesets
from app.domain.protection.rulesets import Bypass, RequiredCheck, Ruleset
from app.domain.protection.wanted import GATE, Wanted, gate_is_green, only_app

WANTED = Wanted(app=1007, patterns=("refs/tags/v*",))
US = Bypass(kind="Integration", id=1007)
ONLY_APP = replace(only_app(WANTED), id=1)
GATE_RULE = replace(gate_is_green(WANTED), id=2)


def faults(verdict: Verdict) -> tuple[str, ...]:
    assert isinstance(verdict, Weak)
    return verdict.faults


def test_nothing_there_is_nothing_near() -> None:
    judged = judge_rulesets(WANTED, [])
    assert (judged.only_app, judged.gate, judged.obstacles) == (Absent(), Absent(), ())


def test_what_we_make_is_what_we_want() -> None:
    judged = judge_rulesets(WANTED, [ONLY_APP, GATE_RULE])
    assert (judged.only_app, judged.gate) == (Met(ruleset=ONLY_APP), Met(ruleset=GATE_RULE))
    assert judged.obstacles == ()
    assert ruleset_changes(WANTED, [ONLY_APP, GATE_RULE]) == ()


def test_somebody_elses_equal_ruleset_counts_under_any_name() -> None:
    theirs = replace(
        ONLY_APP, name="No hand-made tags", include=("~ALL",), kinds=frozenset({"creation", "update", "deletion"})
    )
    gate = replace(GATE_RULE, name="Green only", include=("refs/tags/*",), is_of_repository=False, source="octo-org")
    assert ruleset_changes(WANTED, [theirs, gate]) == ()


@pytest.mark.parametrize(
    ("weaker", "said"),
    [
        (replace(ONLY_APP, enforcement="disabled"), ("it is disabled",)),
        (replace(ONLY_APP, enforcement="evaluate"), ("it is only evaluated, not enforced",)),
        (replace(ONLY_APP, include=()), ("it does not hold for `refs/tags/v*`",)),
        (replace(ONLY_APP, include=("refs/tags/v1*",)), ("it does not hold for `refs/tags/v*`",)),
        (replace(ONLY_APP, exclude=("refs/tags/v0.*",)), ("it leaves out `refs/tags/v0.*`",)),
        (replace(ONLY_APP, exclude=("~ALL",)), ("it leaves out `~ALL`",)),
        (replace(ONLY_APP, kinds=frozenset({"creation"})), ("it does not forbid moving tags", "it does not forbid deleting tags")),
        (replace(ONLY_APP, bypass=(US, Bypass(kind="OrganizationAdmin", id=1))), ("owners of the organisation may pass it by",)),
        (replace(ONLY_APP, bypass=(US, Bypass(kind="RepositoryRole", id=5))), ("repository admins may pass it by",)),
        (replace(ONLY_APP, bypass=(US, Bypass(kind="RepositoryRole", id=9))), ("a repository role (id 9) may pass it by",)),
        (replace(ONLY_APP, bypass=(US, Bypass(kind="Team", id=3))), ("a team (id 3) may pass it by",)),
        (replace(ONLY_APP, bypass=(US, Bypass(kind="User", id=3))), ("somebody (id 3) may pass it by",)),
        (replace(ONLY_APP, bypass=(US, Bypass(kind="DeployKey", id=None))), ("every deploy key may pass it by",)),
        (replace(ONLY_APP, bypass=(US, Bypass(kind="Integration", id=5))), ("another App (id 5) may pass it by",)),
        (replace(ONLY_APP, bypass=()), ("the App itself may not pass it by, and could make no tag",)),
        (
            replace(ONLY_APP, bypass=None, own_bypass="never"),
            ("the App itself may not pass it by, and could make no tag",),
        ),
    ],
)  # fmt: skip
def test_each_weakness_of_who_makes_tags_is_named(weaker: Ruleset, said: tuple[str, ...]) -> None:
    assert faults(judge_rulesets(WANTED, [weaker]).only_app) == said


@pytest.mark.parametrize(
    ("weaker", "said"),
    [
        (
            replace(GATE_RULE, checks=(RequiredCheck(context=GATE, app=None),)),
            ("no App is named for `release/gate`: anybody with push access can set it green",),
        ),
        (
            replace(GATE_RULE, checks=(RequiredCheck(context=GATE, app=15368),)),
            ("`release/gate` is asked of another App (id 15368)",),
        ),
        (
            replace(GATE_RULE, checks=(RequiredCheck(context="build", app=1007),)),
            ("it does not require `release/gate`",),
        ),
        (
            replace(GATE_RULE, is_enforced_on_create=False),
            ("it looks away when a tag is made (`do_not_enforce_on_create`)",),
        ),
        (replace(GATE_RULE, bypass=(US,)), ("another App (id 1007) may pass it by",)),
        (replace(GATE_RULE, bypass=None, own_bypass="always"), ("the App itself may pass it by",)),
        (replace(GATE_RULE, enforcement="disabled", target="tag"), ("it is disabled",)),
    ],
)
def test_d24_each_weakness_of_the_required_gate_is_named(weaker: Ruleset, said: tuple[str, ...]) -> None:
    assert faults(judge_rulesets(WANTED, [weaker]).gate) == said


def test_who_may_bypass_by_pull_request_only_opens_no_tag() -> None:
    by_pull = Bypass(kind="OrganizationAdmin", id=1, mode="pull_request")
    judged = judge_rulesets(WANTED, [replace(GATE_RULE, bypass=(by_pull,)), replace(ONLY_APP, bypass=(US, by_pull))])
    assert isinstance(judged.gate, Met)
    assert isinstance(judged.only_app, Met)


def test_what_is_not_shown_is_not_called_good() -> None:
    hidden = [replace(ONLY_APP, bypass=None, own_bypass="always"), replace(GATE_RULE, bypass=None, own_bypass="never")]
    judged = judge_rulesets(WANTED, hidden)
    assert isinstance(judged.only_app, Unsure)
    assert isinstance(judged.gate, Unsure)
    assert judged.gate.why == snapshot("who may pass it by is shown only with the permission `administration: write`")


def test_one_ruleset_that_is_seen_to_be_good_settles_it() -> None:
    hidden = replace(GATE_RULE, name="Of the organisation", bypass=None, own_bypass="never", is_of_repository=False)
    assert judge_rulesets(WANTED, [hidden, GATE_RULE]).gate == Met(ruleset=GATE_RULE)


def test_a_ruleset_on_branches_protects_no_tag() -> None:
    assert judge_rulesets(WANTED, [replace(ONLY_APP, target="branch"), replace(GATE_RULE, target="push")]) == judge_rulesets(WANTED, [])  # fmt: skip


def test_a_ruleset_that_would_stop_the_app_itself_is_told() -> None:
    theirs = replace(ONLY_APP, name="Nobody tags", kinds=frozenset({"creation"}), bypass=())
    assert judge_rulesets(WANTED, [ONLY_APP, theirs]).obstacles == ("Nobody tags",)
    elsewhere = replace(theirs, include=("refs/tags/nightly-*",))
    assert judge_rulesets(WANTED, [ONLY_APP, elsewhere, replace(theirs, enforcement="disabled")]).obstacles == ()


def test_a_ruleset_that_leaves_out_release_tags_stops_nobody() -> None:
    theirs = Ruleset(
        name="Nobody tags",
        target="tag",
        enforcement="active",
        include=("refs/tags/*",),
        exclude=("refs/tags/v*",),
        kinds=frozenset({"creation"}),
    )
    assert judge_rulesets(WANTED, [ONLY_APP, GATE_RULE, theirs]).obstacles == ()
    assert judge_rulesets(WANTED, [ONLY_APP, replace(theirs, exclude=("refs/tags/v0*",))]).obstacles != ()


def test_a_ruleset_from_above_whose_bypasses_are_never_shown_gets_ours_beside_it() -> None:
    above = replace(ONLY_APP, bypass=None, own_bypass="always", is_of_repository=False, source="octo-org")
    assert ruleset_changes(WANTED, [above, GATE_RULE]) == (CreateRuleset(ruleset=only_app(WANTED)),)
    assert ruleset_changes(WANTED, [above, ONLY_APP, GATE_RULE]) == ()
    hidden = replace(ONLY_APP, bypass=None, own_bypass="always")
    assert ruleset_changes(WANTED, [above, hidden, GATE_RULE]) == ()


def test_ours_is_changed_and_somebody_elses_is_left_alone() -> None:
    ours = replace(ONLY_APP, bypass=(US, Bypass(kind="OrganizationAdmin", id=1)))
    theirs = replace(GATE_RULE, name="Checks", checks=(RequiredCheck(context=GATE, app=None),))
    first, second = ruleset_changes(WANTED, [ours, theirs])
    assert first == UpdateRuleset(ruleset=ONLY_APP, faults=("owners of the organisation may pass it by",))
    assert second == CreateRuleset(ruleset=gate_is_green(WANTED))
    from_above = replace(ours, is_of_repository=False, source="octo-org")
    assert ruleset_changes(WANTED, [from_above, GATE_RULE]) == (CreateRuleset(ruleset=only_app(WANTED)),)


def test_what_the_guard_leaves_alone_is_left_out_of_the_rules() -> None:
    wanted = replace(WANTED, exempt=("refs/tags/v*-nightly",))
    change, _ = ruleset_changes(wanted, [])
    assert "\n".join(in_words(change)) == snapshot("""\
create the tag ruleset "Go/No-Go: only the App makes release tags"
tags: refs/tags/v*, but not refs/tags/v*-nightly
forbids: making, moving, deleting, forcing tags
may pass it by: App 1007, always\
""")
    made = [only_app(wanted), gate_is_green(wanted)]
    assert ruleset_changes(wanted, made) == ()
    assert ruleset_changes(WANTED, made) != ()


def test_changes_are_told_exactly() -> None:
    create, gate = ruleset_changes(WANTED, [])
    assert "\n".join(in_words(create)) == snapshot("""\
create the tag ruleset "Go/No-Go: only the App makes release tags"
tags: refs/tags/v*
forbids: making, moving, deleting, forcing tags
may pass it by: App 1007, always\
""")
    assert "\n".join(in_words(gate)) == snapshot("""\
create the tag ruleset "Go/No-Go: release/gate must be green"
tags: refs/tags/v*
requires: release/gate from App 1007, also when a tag is made
may pass it by: nobody\
""")
    hidden = replace(GATE_RULE, bypass=None, own_bypass="never")
    assert ruleset_changes(WANTED, [ONLY_APP, hidden]) == ()
