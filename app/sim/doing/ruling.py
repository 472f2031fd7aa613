"""Every change of a branch or tag held against the rulesets that cover it."""

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import cast

from app.sim.history import is_forward, peeled
from app.sim.rules import Ruleset, RuleSuite
from app.sim.state import ROLES, Actor, Repo
from app.sim.wire import WEB, Json, Refusal
from app.sim.world import World

ZERO = "0" * 40
GREEN = frozenset({"success", "neutral", "skipped"})
"""What GitHub takes for a required check that has passed."""

CHECKS = "required_status_checks"
ROLE_IDS = {5: "admin", 4: "write", 2: "maintain"}


class RuleViolation(Refusal):
    """The rules refuse a change of a ref: a 422 through the API; its text is what git prints to who pushes."""

    def __init__(self, repo: Repo, ref: str, lines: Sequence[str]) -> None:
        said = "".join(f"{line}\n\n" for line in lines)
        super().__init__(422, f"Repository rule violations found\n\n{said}")
        self.lines = tuple(lines)
        self._ref = ref
        self._page = f"{WEB}/{repo.full_name}/rules?ref={ref.replace('/', '%2F')}"

    def __str__(self) -> str:
        """Return what git prints to who pushed."""
        short = self._ref.split("/", 2)[2]
        remote = (
            f"error: GH013: Repository rule violations found for {self._ref}.",
            f"Review all repository rules at {self._page}",
            *(f"- {line}" for line in self.lines),
        )
        last = f" ! [remote rejected] {short} -> {short} (push declined due to repository rule violations)"
        return "\n".join((*(f"remote: {line}" for line in remote), last))


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A change of a ref that is to be judged; before or after is None where the ref is new or goes away."""

    ref: str
    before: str | None
    after: str | None


def allow(world: World, repo: Repo, move: Move, actor: Actor) -> None:
    """Raise RuleViolation where an active ruleset stands against a change of a ref and its actor cannot pass it by."""
    active = (
        [] if repo.lacks_rulesets else [one for one in repo.protection.rulesets.values() if _holds(repo, one, move)]
    )
    if not active:
        return
    against = [(one, lines) for one in active if (lines := _violations(repo, one, move))]
    lines = [line for one, said in against if not _may_bypass(world, repo, one, actor) for line in said]
    suite = RuleSuite(
        id=world.next_id("rule_suite"),
        actor_id=actor.user.id,
        actor_name=actor.user.login,
        ref=move.ref,
        before=move.before or ZERO,
        after=move.after or ZERO,
        at=world.now(),
        result="fail" if lines else "bypass" if against else "pass",
    )
    repo.protection.suites.append(suite)
    if lines:
        raise RuleViolation(repo, move.ref, lines)


def covers(repo: Repo, one: Ruleset, ref: str) -> bool:
    """Whether a ruleset's conditions fit a ref."""
    if not ref.startswith({"branch": "refs/heads/", "tag": "refs/tags/"}.get(one.target, "\0")):
        return False

    def fits(pattern: str) -> bool:
        if pattern == "~DEFAULT_BRANCH":
            return ref == f"refs/heads/{repo.default_branch}"
        return pattern == "~ALL" or _path_fits(pattern.split("/"), ref.split("/"))

    return any(map(fits, one.include)) and not any(map(fits, one.exclude))


def bypass_of(world: World, repo: Repo, one: Ruleset, actor: Actor) -> str:
    """Return how somebody may pass a ruleset by: always, exempt, or never."""
    modes = {str(each.get("bypass_mode", "always")) for each in one.bypass if _is_actor(world, repo, each, actor)}
    return "always" if "always" in modes else "exempt" if "exempt" in modes else "never"


def _holds(repo: Repo, one: Ruleset, move: Move) -> bool:
    return one.enforcement == "active" and covers(repo, one, move.ref)


def _path_fits(pattern: Sequence[str], path: Sequence[str]) -> bool:
    """Whether a path fits a pattern part by part: `*` stays within a part, `**` stands for any number of them."""
    if not pattern or not path:
        return not pattern and not path
    if pattern[0] == "**" and len(pattern) > 1:
        return any(_path_fits(pattern[1:], path[skipped:]) for skipped in range(len(path)))
    return fnmatchcase(path[0], pattern[0]) and _path_fits(pattern[1:], path[1:])


def _may_bypass(world: World, repo: Repo, one: Ruleset, actor: Actor) -> bool:
    return bypass_of(world, repo, one, actor) != "never"


def _is_actor(world: World, repo: Repo, each: Json, actor: Actor) -> bool:
    number, role = each["actor_id"], ROLES.index(world.role(repo, actor.user))
    match each["actor_type"]:
        case "Integration":
            return actor.app is not None and actor.app.id == number
        case "User":
            return actor.app is None and actor.user.id == number
        case "Team":
            return any(team.id == number for team in world.teams_of(repo.owner, actor.user.login.lower()))
        case "OrganizationAdmin":
            return role >= ROLES.index("admin")
        case "RepositoryRole" if isinstance(number, int):
            return actor.app is None and role >= ROLES.index(ROLE_IDS.get(number, "admin"))
        case _:
            return False


def _violations(repo: Repo, one: Ruleset, move: Move) -> list[str]:
    said: list[str] = []
    kind = "tag" if move.ref.startswith("refs/tags/") else "branch"
    moved = move.before is not None and move.after is not None
    for rule in one.rules:
        match rule["type"]:
            case "creation" if move.before is None:
                said.append("Cannot create ref due to creations being restricted.")
            case "update" if moved:
                said.append("Cannot update this protected ref.")
            case "deletion" if move.after is None:
                said.append(f"Cannot delete this {kind}")
            case "non_fast_forward" if moved and _is_back(repo, move):
                said.append(f"Cannot force-push to this {kind}")
            case "required_status_checks" if move.after is not None:
                said += _unmet(repo, cast("Json", rule["parameters"]), move)
            case _:
                pass
    return said


def _unmet(repo: Repo, given: Json, move: Move) -> list[str]:
    if move.before is None and given["do_not_enforce_on_create"]:
        return []
    wants = cast("list[Json]", given[CHECKS])
    sha = peeled(repo, move.after or ZERO)
    states = [(str(want["context"]), _state(repo, sha, want)) for want in wants]
    open_ = [(name, state) for name, state in states if state]
    if len(open_) > 1:
        return [f"{len(open_)} of {len(wants)} required status checks are expected."]
    return [f'Required status check "{name}" is {state}.' for name, state in open_]


def _state(repo: Repo, sha: str, want: Json) -> str:
    """Return what a required check still lacks, in GitHub's word, or nothing. A check and a status both count."""
    name, pinned = str(want["context"]), want.get("integration_id")
    checks = [one for one in repo.checks_at.get(sha, ()) if one.name == name and pinned in (None, one.suite.app.id)]
    statuses = [one for one in repo.statuses.get(sha, ()) if one.context.lower() == name.lower() and pinned is None]
    found: list[str] = []
    if checks:
        last = checks[-1]
        found.append(last.status.replace("_", " ") if last.status != "completed" else str(last.conclusion))
    if statuses:
        found.append(statuses[-1].state)
    if not found:
        return "expected"
    if all(word in GREEN for word in found):
        return ""
    waiting = [word for word in found if word in {"queued", "in progress", "pending"}]
    return waiting[0] if waiting else "failing"


def _is_back(repo: Repo, move: Move) -> bool:
    before, after = peeled(repo, move.before or ZERO), peeled(repo, move.after or ZERO)
    return not is_forward(repo, before, after)
