"""What differs between two readings of a plan beside its tasks: settings, the gate's rules, roles, errors."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from app.domain.plan.freeze import DAYS, Once, Window
from app.domain.plan.matching import Matching
from app.domain.plan.model import Plan, Problem
from app.domain.plan.telling import became, contrast, listed, quoted

_LINE: Final = re.compile(r"\bline \d+")


def changed_errors(old: Plan, new: Plan) -> Iterator[str]:
    """Tell errors that are new, with their lines, and errors that are gone. One that only moved is the same."""
    before, after = Counter(map(_error, old.errors)), Counter(map(_error, new.errors))
    for problem in _beyond(new.errors, before):
        yield f"new error in line {problem.line}: {problem.message}"
    for problem in _beyond(old.errors, after):
        yield f"mended: {problem.message}"


def changed_rules(old: Plan, new: Plan, same: Matching) -> Iterator[str]:
    """Tell what differs in the front matter's settings, in roles and in what the gate asks for."""
    if old.name != new.name:
        yield f"name: {contrast(old.name, new.name)}"
    yield from _became("tag", old.tag, new.tag)
    yield from _became("branch", old.branch or "the default branch", new.branch or "the default branch")
    yield from _became("workflow", old.workflow, new.workflow)
    yield from _became("environment", old.environment or "none", new.environment or "none")
    yield from _changed_gate(old, new, same)
    for role in {**old.roles, **new.roles}:
        before, after = old.roles.get(role), new.roles.get(role)
        if before is None or after is None:
            yield f"role {quoted(role)} {'added' if before is None else 'removed'}: {listed(before or after or ())}"
        elif _names(before) != _names(after):
            yield became(f"role {quoted(role)}", listed(before), listed(after))
    yield from _became("guard", _guard_line(old), _guard_line(new))
    yield from _became("publish", _publish_line(old), _publish_line(new))
    yield from _became("announcements", _announced(old), _announced(new))
    yield from _became("freeze", _frozen(old), _frozen(new))


def _changed_gate(old: Plan, new: Plan, same: Matching) -> Iterator[str]:
    before, after = old.gate, new.gate
    yield from _became("gate thresholds", _figures(before.thresholds, " %"), _figures(after.thresholds, " %"))
    yield from _became("gate weights", _figures(before.weights), _figures(after.weights))
    if _gate_phase(old, same) != after.before:
        yield became("the gate counts all before", _gate_line(old), _gate_line(new))
    if _names(before.blockers) != _names(after.blockers):
        yield became("gate blockers", listed(before.blockers), listed(after.blockers))
    if set(before.signoffs) != set(after.signoffs):
        yield became("gate sign-offs", listed(before.signoffs), listed(after.signoffs))


def _became(what: str, old: str, new: str) -> Iterator[str]:
    if old != new:
        yield became(what, old, new)


def _names(names: Iterable[str]) -> set[str]:
    """Names as GitHub compares logins, teams and labels: without regard to order and case."""
    return {name.casefold() for name in names}


def _figures(figures: Mapping[str, float], unit: str = "") -> str:
    return listed(f"{scope} {figure:g}{unit}" for scope, figure in sorted(figures.items()))


def _gate_phase(old: Plan, same: Matching) -> str | None:
    """The old gate's phase by its new name; a phase that is gone has none, and is no other."""
    before = old.gate.before
    if before is None or all(phase.id != before for phase in old.phases):
        return before
    return same.phases.get(before, "")


def _gate_line(plan: Plan) -> str:
    before = plan.gate.before
    if before is None:
        return "the first task that tags"
    return next((quoted(phase.title) for phase in plan.phases if phase.id == before), f"phase {before}")


def _guard_line(plan: Plan) -> str:
    """What the guard does. Which tags it looks at follows from `tag`, which is told by itself."""
    exempt = f", not {listed(plan.guard.exempt)}" if plan.guard.exempt else ""
    return f"{'deletes' if plan.guard.delete else 'tells of'} tags without a green gate{exempt}"


def _publish_line(plan: Plan) -> str:
    rules = plan.publish
    more = f", more files: {listed(rules.assets)}" if rules.assets else ""
    return f"checksums {rules.checksums}, {'notes as a file' if rules.notes else 'no notes as a file'}{more}"


def _announced(plan: Plan) -> str:
    return listed(
        f"{each.at} in {each.channel}" + (f" from {each.template}" if each.template else "")
        for each in plan.announcements
    )


def _frozen(plan: Plan) -> str:
    rules = plan.freeze
    if rules is None:
        return "none"
    windows = [f"{_end(w, is_start=True)} to {_end(w, is_start=False)}" for w in rules.windows]
    passes = [*rules.exceptions, *rules.hotfix]
    return f"{listed(windows)} in {rules.zone_name}" + (f", but for {listed(passes)}" if passes else "")


def _end(window: Window, *, is_start: bool) -> str:
    if isinstance(window, Once):
        return f"{window.start if is_start else window.end:%Y-%m-%d %H:%M}"
    day, hour = (window.start_day, window.start) if is_start else (window.end_day, window.end)
    return f"{DAYS[day]} {hour:%H:%M}"


def _error(problem: Problem) -> tuple[str, str]:
    return problem.code, _LINE.sub("line", problem.message)


def _beyond(problems: Iterable[Problem], known: Mapping[tuple[str, str], int]) -> Iterator[Problem]:
    """The problems that there are more of than are known."""
    left = Counter(known)
    for problem in problems:
        key = _error(problem)
        if left[key]:
            left[key] -= 1
        else:
            yield problem
