"""Whether the rulesets that stand do what is wanted: matched by what they mean, with each weakness named."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from app.domain.protection.patterns import missed, touched
from app.domain.protection.rulesets import FORBIDDING, Bypass, Ruleset
from app.domain.protection.wanted import CHECKS_RULE, GATE, GATE_NAME, ONLY_APP_NAME, Wanted

NEEDED_KINDS: Final = ("creation", "update", "deletion")
"""What must be forbidden for only the App to touch a tag: whoever may not move one cannot force it either."""

_ROLES: Final = {5: "repository admins", 4: "everybody with write access", 2: "maintainers"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """A ruleset does what is wanted."""

    ruleset: Ruleset


@dataclass(frozen=True, slots=True, kw_only=True)
class Weak:
    """The ruleset that comes nearest, and what is weak in it, one line each."""

    ruleset: Ruleset
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsure:
    """A ruleset may do what is wanted; what would tell is not shown to us."""

    ruleset: Ruleset
    why: str


@dataclass(frozen=True, slots=True)
class Absent:
    """No ruleset comes near."""


Verdict: TypeAlias = Met | Weak | Unsure | Absent

_HIDDEN: Final = "who may pass it by is shown only with the permission `administration: write`"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What the rulesets of a repository come to."""

    only_app: Verdict
    gate: Verdict
    obstacles: tuple[str, ...] = ()  # rulesets that would keep the App itself from tagging


def judge_rulesets(wanted: Wanted, rulesets: Iterable[Ruleset]) -> Judgement:
    """Judge the rulesets that stand against what is wanted."""
    tags = [one for one in rulesets if one.target == "tag"]
    return Judgement(
        only_app=_verdict(tags, ONLY_APP_NAME, _is_about_making, lambda one: _faults_of_only_app(wanted, one)),
        gate=_verdict(tags, GATE_NAME, _is_about_the_gate, lambda one: _faults_of_gate(wanted, one)),
        obstacles=tuple(one.name for one in tags if _is_in_the_way(wanted, one)),
    )


def _verdict(
    tags: Sequence[Ruleset],
    name: str,
    is_about: Callable[[Ruleset], bool],
    faults_of: Callable[[Ruleset], tuple[str, ...]],
) -> Verdict:
    """Return the best of the rulesets: one without fault, then ours by name, then the one with the fewest faults."""
    judged = [(faults_of(one), one) for one in tags if one.name == name or is_about(one)]
    if not judged:
        return Absent()
    sound = [one for faults, one in judged if not faults]
    if sound:
        seen = next((one for one in sound if one.bypass is not None), None)
        ours = next((one for one in sound if one.is_of_repository), sound[0])
        return Met(ruleset=seen) if seen is not None else Unsure(ruleset=ours, why=_HIDDEN)
    faults, one = min(judged, key=lambda each: (each[1].name != name, len(each[0])))
    return Weak(ruleset=one, faults=faults)


def _is_about_making(one: Ruleset) -> bool:
    return not one.kinds.isdisjoint(NEEDED_KINDS)


def _is_about_the_gate(one: Ruleset) -> bool:
    return any(check.context == GATE for check in one.checks)


def _faults_of_only_app(wanted: Wanted, one: Ruleset) -> tuple[str, ...]:
    faults = _faults_of_reach(wanted, one)
    faults += [f"it does not forbid {FORBIDDING[kind]} tags" for kind in NEEDED_KINDS if kind not in one.kinds]
    others = [each for each in one.bypass or () if not _is_ours(wanted, each) and each.counts_for_tags]
    faults += [f"{_named(each)} may pass it by" for each in others]
    if not _is_passed_by_us(wanted, one):
        faults.append("the App itself may not pass it by, and could make no tag")
    return tuple(faults)


def _faults_of_gate(wanted: Wanted, one: Ruleset) -> tuple[str, ...]:
    faults = _faults_of_reach(wanted, one)
    apps = [check.app for check in one.checks if check.context == GATE]
    if CHECKS_RULE not in one.kinds or not apps:
        faults.append(f"it does not require `{GATE}`")
    elif wanted.app not in apps:
        faults += [_wrong_source(app) for app in apps[:1]]
    if not one.is_enforced_on_create:
        faults.append("it looks away when a tag is made (`do_not_enforce_on_create`)")
    faults += [f"{_named(each)} may pass it by" for each in one.bypass or () if each.counts_for_tags]
    if one.bypass is None and one.own_bypass in {"always", "exempt"}:
        faults.append("the App itself may pass it by")
    return tuple(faults)


def _wrong_source(app: int | None) -> str:
    if app is None:
        return f"no App is named for `{GATE}`: anybody with push access can set it green"
    return f"`{GATE}` is asked of another App (id {app})"


def _faults_of_reach(wanted: Wanted, one: Ruleset) -> list[str]:
    faults = [] if one.enforcement == "active" else [f"it is {_in_words(one.enforcement)}"]
    faults += [f"it does not hold for `{pattern}`" for pattern in missed(wanted.patterns, one.include)]
    left_out = (pattern for pattern in touched(wanted.patterns, one.exclude) if pattern not in wanted.exempt)
    return faults + [f"it leaves out `{pattern}`" for pattern in left_out]


def _in_words(enforcement: str) -> str:
    return "only evaluated, not enforced" if enforcement == "evaluate" else enforcement


def _is_in_the_way(wanted: Wanted, one: Ruleset) -> bool:
    """Whether an active ruleset forbids the App itself to make release tags."""
    meets = len(touched(wanted.patterns, one.include)) > 0 and len(missed(wanted.patterns, one.exclude)) > 0
    return one.enforcement == "active" and meets and "creation" in one.kinds and not _is_passed_by_us(wanted, one)


def _is_passed_by_us(wanted: Wanted, one: Ruleset) -> bool:
    if one.bypass is None:
        return one.own_bypass in {"always", "exempt"}
    return any(_is_ours(wanted, each) and each.counts_for_tags for each in one.bypass)


def _is_ours(wanted: Wanted, each: Bypass) -> bool:
    return each.kind == "Integration" and each.id == wanted.app


def _named(each: Bypass) -> str:
    match each.kind:
        case "Integration":
            return f"another App (id {each.id})"
        case "OrganizationAdmin":
            return "owners of the organisation"
        case "RepositoryRole":
            return _ROLES.get(each.id or 0, f"a repository role (id {each.id})")
        case "Team":
            return f"a team (id {each.id})"
        case "DeployKey":
            return "every deploy key"
        case _:
            return f"somebody (id {each.id})"
