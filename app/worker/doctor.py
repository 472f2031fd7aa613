"""The doctor: asks for everything that the service needs, and says how each thing stands. It changes nothing."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, TypeVar

from app.domain.doctor.check import Check, CheckName, unread
from app.domain.doctor.facts import AppFacts, InstallationFacts
from app.domain.doctor.grants import events_check, installation_check, permissions_check
from app.domain.doctor.repository import Holders, foreign, foreign_gate_check, plan_check, roles_check, workflow_check
from app.domain.doctor.rules import environment_check, limited, ruleset_checks
from app.domain.doctor.service import (
    KeyFacts,
    app_check,
    app_refused,
    clock_check,
    database_check,
    deliveries_check,
    lag_check,
    parked_check,
    signing_check,
    webhook_check,
)
from app.domain.facts import WorkflowInputs
from app.domain.plan.model import Dispatch, Plan
from app.domain.protection.wanted import GATE
from app.domain.release.model import Sighting
from app.domain.values import Repo, Sha
from app.domain.workflow import declared_inputs
from app.ports import Backlog, Clock, FoundRepo, GitHubError, Missing, Rejected
from app.worker.people import team_of
from app.worker.protecting import Hub, Look, Protector
from app.worker.standing_plans import StandingPlan

T = TypeVar("T")
A_DAY: Final = timedelta(days=1)
_MOST_ASKED: Final = 100  # logins and teams of the plans
_MOST_COMMITS: Final = 10
_NO_DATABASE: Final = "the database cannot be reached"


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the doctor is told of the service itself, each asked for when it is wanted."""

    site: str  # GitHub as people see it
    public_url: str | None  # this service as GitHub reaches it
    clock: Clock
    database: Callable[[], Awaitable[str | None]]  # what is wrong with it, or None; may raise anything
    backlog: Callable[[], Awaitable[Backlog]]  # what waits in it; may raise anything
    key: Callable[[], KeyFacts]
    targets: Callable[[int], Awaitable[Sequence[Sha]]]  # of a repository's open releases
    foreign: Callable[[Repo, Sequence[Sighting]], Awaitable[None]]  # is told who else speaks as the gate


class Doctor:
    """Examines the service, each installation, and a repository."""

    def __init__(self, hub: Hub, around: Surroundings) -> None:
        self._hub = hub
        self._around = around
        self._protector = Protector(hub, around.site)

    async def service(self) -> tuple[Check, ...]:
        """Examine the service and the App."""
        backlog = await self._backlog()
        parked = parked_check(backlog.parked, backlog.failing) if backlog else unread(CheckName.PARKED, _NO_DATABASE)
        checks = [await self._database(), parked, signing_check(self._around.key())]
        try:
            app = await self._hub.app()
        except Rejected as error:
            return (*checks, app_refused(error.status, error.message), clock_check(self._hub.skew()))
        except GitHubError as error:
            return (*checks, unread(CheckName.APP, str(error)), clock_check(self._hub.skew()))
        checks += [app_check(app), clock_check(self._hub.skew())]
        checks.append(await _tried(CheckName.WEBHOOK, self._webhook(app)))
        return (*checks, *await self._deliveries(app, backlog))

    async def accounts(self) -> tuple[Check, ...]:
        """Examine what each account has granted."""
        try:
            app, installed = await self._hub.app(), await self._hub.installations()
        except GitHubError as error:
            return (unread(CheckName.INSTALLATION, str(error)),)
        return tuple(check for one in installed for check in self._installation(app, one))

    async def repository(self, owner: str, name: str) -> tuple[Check, ...]:
        """Examine a repository, beginning with what its account has granted."""
        full_name = f"{owner}/{name}"
        try:
            app, installed = await self._hub.app(), await self._hub.installation_on(owner, name)
            if installed is None:
                return (_not_ours(full_name),)
            granted = self._installation(app, installed)
            if installed.suspended_at is not None:
                return granted
            found = await self._hub.find(installed, owner, name)
            if found is None:
                return (*granted, _not_ours(full_name))
            return (*granted, *await self._inside(app, found))
        except GitHubError as error:
            return (unread(CheckName.REPOSITORY, str(error), full_name),)

    async def known(self, repo: Repo) -> tuple[Check, ...]:
        """Examine a repository by its name alone, for who examines the accounts apart."""
        about_accounts = {CheckName.INSTALLATION, CheckName.PERMISSIONS, CheckName.EVENTS}
        return tuple(one for one in await self.repository(repo.owner, repo.name) if one.name not in about_accounts)

    async def _database(self) -> Check:
        try:
            return database_check(await self._around.database())
        except Exception:  # noqa: BLE001 - whatever it is: its own text may hold addresses and passwords
            return database_check("the database cannot be reached")

    async def _webhook(self, app: AppFacts) -> Check:
        return webhook_check(await self._hub.hook(), app, self._around.public_url, self._around.site)

    async def _deliveries(self, app: AppFacts, backlog: Backlog | None) -> tuple[Check, ...]:
        now = self._around.clock.now()
        try:
            log = await self._hub.hook_deliveries(now - A_DAY)
        except GitHubError as error:
            return (unread(CheckName.DELIVERIES, str(error)), unread(CheckName.LAG, str(error)))
        deliveries = deliveries_check(log, app, self._around.site)
        if backlog is None:
            return (deliveries, unread(CheckName.LAG, _NO_DATABASE))
        return (deliveries, lag_check(log.tries, backlog.oldest_at, now))

    async def _backlog(self) -> Backlog | None:
        try:
            return await self._around.backlog()
        except Exception:  # noqa: BLE001 - the same
            return None

    def _installation(self, app: AppFacts, one: InstallationFacts) -> tuple[Check, ...]:
        site = self._around.site
        is_there = installation_check(one, site)
        return (is_there, permissions_check(app, one, site), events_check(app, one, site))

    async def _inside(self, app: AppFacts, found: FoundRepo) -> tuple[Check, ...]:
        repo = found.repo
        name = repo.full_name
        try:
            look = await self._protector.look(found)
        except GitHubError as error:
            names = (CheckName.PLAN, CheckName.TAG_RULES, CheckName.GATE_RULES, CheckName.ENVIRONMENT)
            return tuple(unread(each, str(error), name) for each in names)
        plans = [standing.plan for standing in look.plans]
        return (
            plan_check(name, repo.default_branch, {standing.path: standing.plan for standing in look.plans}),
            await _tried(CheckName.WORKFLOW, self._workflow(repo, plans), name),
            *self._rules(look),
            await _tried(CheckName.ROLES, self._roles(repo, look.plans), name),
            await _tried(CheckName.FOREIGN_GATE, self._foreign(app, repo), name),
        )

    def _rules(self, look: Look) -> tuple[Check, ...]:
        name, site = look.found.repo.full_name, self._around.site
        if look.judgement is None:
            limit = look.rules_limit
            rules = tuple(limited(each, limit, name) for each in (CheckName.TAG_RULES, CheckName.GATE_RULES) if limit)
        else:
            rules = ruleset_checks(name, look.judgement, site)
        environment = environment_check(name, look.wanted, look.changes, look.environment_limits, site)
        return (*rules, environment)

    async def _workflow(self, repo: Repo, plans: Sequence[Plan]) -> Check:
        actions = (task.action for plan in plans for task in plan.tasks())
        files = dict.fromkeys(action.workflow for action in actions if isinstance(action, Dispatch))
        read: dict[str, WorkflowInputs | None] = {}
        for file in files:
            text = await self._hub.file(repo, f".github/workflows/{file}", repo.default_branch)
            read[file] = declared_inputs(text.text) if text is not None else None
        return workflow_check(repo.full_name, plans, read)

    async def _roles(self, repo: Repo, plans: Sequence[StandingPlan]) -> Check:
        holders: list[Holders] = []
        asked: dict[str, int | None] = {}
        for plan in (standing.plan for standing in plans):
            for role, members in plan.roles.items():
                for member in members:
                    if member not in asked and len(asked) < _MOST_ASKED:
                        asked[member] = await self._count(repo, member)
                counts = {member: asked[member] for member in members if member in asked}
                holders.append(
                    Holders(
                        role=role,
                        is_signoff=role in plan.gate.signoffs,
                        people=sum(count or 0 for count in counts.values()),
                        gone=tuple(member for member, count in counts.items() if count is None),
                        empty=tuple(member for member, count in counts.items() if count == 0),
                        unasked=tuple(member for member in members if member not in asked),
                    )
                )
        return roles_check(repo.full_name, holders)

    async def _count(self, repo: Repo, member: str) -> int | None:
        """Return how many people a word of a plan names; None where it names nobody and no team."""
        team = team_of(member)
        if team is None:
            return None if await self._hub.account_id(repo, member.removeprefix("@")) is None else 1
        members = await self._hub.team_members(repo, *team)
        return None if members is None else len(members)

    async def _foreign(self, app: AppFacts, repo: Repo) -> Check:
        try:
            head: Sha | None = await self._hub.commit_of(repo, repo.default_branch)
        except Missing:
            head = None
        targets = await self._around.targets(repo.id)
        seen: list[Sighting] = []
        for sha in list(dict.fromkeys((*((head,) if head else ()), *targets)))[:_MOST_COMMITS]:
            seen += await self._hub.checks(repo, sha)
            seen += await self._hub.statuses(repo, sha)
        others = foreign(seen, app.slug, GATE)
        if others:
            await self._around.foreign(repo, others)
        return foreign_gate_check(repo.full_name, others)


def _not_ours(full_name: str) -> Check:
    return unread(CheckName.REPOSITORY, "the App is not installed there, or there is no such repository", full_name)


async def _tried(name: CheckName, asked: Awaitable[Check], about: str = "") -> Check:
    """Return the check, or that it could not be made."""
    try:
        return await asked
    except GitHubError as error:
        return unread(name, str(error), about)
