"""A comment's commands: gather what each needs to know, let it decide, and draft what is to be written."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Final

import structlog

from app.domain.answering import Understood, choose_release, decide, understand
from app.domain.decision import Refused
from app.domain.facts import Actor, Facts, NoPlan, PlanSource, WorkflowInputs
from app.domain.inputs import Commented
from app.domain.messages import CommandHelp, Message
from app.domain.plan.model import Plan
from app.domain.release.effects import React
from app.domain.release.events import ReleaseStarted
from app.domain.release.model import Release
from app.domain.slash import Commands, Invocation, Need, find_invocations
from app.domain.values import ReleaseId, Role, version_of
from app.ports import GitHubError, Throttled
from app.worker.draft import Draft
from app.worker.workbench import Workbench

_log: Final = structlog.stdlib.get_logger()


class CommandDesk:
    """Takes a person's comment and answers the commands in it."""

    def __init__(self, commands: Commands, bench: Workbench) -> None:
        self._commands = commands
        self._bench = bench
        self._help = tuple(
            CommandHelp(usage=c.usage, summary=c.summary, who=c.who, details=c.details, examples=c.examples)
            for c in commands
        )

    async def answer(self, comment: Commented, delivery: str, draft: Draft, *, is_first: bool) -> None:
        """Decide every command of the comment in turn. Raises GitHubError where the facts cannot be had.

        One that is decided on once more, since the release has moved on meanwhile, is not greeted again.
        """
        invocations = find_invocations(comment.text)
        if not invocations:
            return
        if is_first:
            await self._greet(comment)
        actor = Actor(person=comment.by, role=await self._role(comment))
        for place, invocation in enumerate(invocations):
            await self._one(comment, actor, invocation, f"{delivery}:{place}", draft)

    async def _one(self, comment: Commented, actor: Actor, invocation: Invocation, source: str, draft: Draft) -> None:
        understood = understand(self._commands, invocation)
        here = next((r.id for r in draft.releases if r.issue == comment.issue), None)
        if isinstance(understood, Message):
            self._refuse(comment, actor, here, source, understood, draft)
            return
        chosen = choose_release(draft.releases, comment.issue, understood, self._commands)
        if isinstance(chosen, Message):
            self._refuse(comment, actor, here, source, chosen, draft)
            return
        facts = await self._facts(comment, actor, understood, chosen, source, draft)
        decision = decide(understood, facts, self._commands)
        release = chosen.id if chosen else None
        _log.info("command.decided", command=understood.command.name, is_refused=isinstance(decision, Refused))
        if isinstance(decision, Refused):
            self._refuse(comment, actor, release or here, source, decision.reason, draft)
            return
        for event in decision.events:
            if isinstance(event, ReleaseStarted):
                self._bench.plans.pin(event)
        draft.add(release, comment.repo, decision)
        if decision.is_settled:
            draft.plan(release, comment.repo, React(repo=comment.repo, comment=comment.comment, content="rocket"))
        if decision.answer is not None:
            draft.reply(release, comment.repo, comment.issue, source, decision.answer)

    @staticmethod
    def _refuse(
        comment: Commented, actor: Actor, release: ReleaseId | None, source: str, reason: Message, draft: Draft
    ) -> None:
        """Say no. Outsiders get a reaction and no words: their comments must not use up what we may write."""
        draft.plan(release, comment.repo, React(repo=comment.repo, comment=comment.comment, content="-1"))
        if actor.role is not Role.NONE:
            draft.reply(release, comment.repo, comment.issue, source, reason)

    async def _greet(self, comment: Commented) -> None:
        """Show at once that the command was seen. Not worth a retry: the outcome's reaction comes anyway."""
        try:
            await self._bench.github.react(comment.repo, comment.comment, "eyes")
        except Throttled:
            raise
        except GitHubError as error:
            _log.warning("command.greeting_failed", error=str(error))

    async def _role(self, comment: Commented) -> Role | None:
        try:
            return await self._bench.github.role_of(comment.repo, comment.by.login, comment.by.id)
        except Throttled:
            raise
        except GitHubError as error:
            _log.warning("command.role_unreadable", error=str(error))
            return None

    async def _facts(
        self,
        comment: Commented,
        actor: Actor,
        understood: Understood,
        release: Release | None,
        source: str,
        draft: Draft,
    ) -> Facts:
        needs = understood.command.needs
        plan = await self._bench.plans.of(release) if release else None
        shown = await self._bench.releases.shown(release.id) if release and Need.SHOWN in needs else None
        return Facts(
            now=self._bench.clock.now(),
            actor=actor,
            repo=comment.repo,
            issue=comment.issue,
            comment=comment.comment,
            comment_url=comment.url,
            invocation=source,
            new_release=ReleaseId(sha256(source.encode()).hexdigest()[:16]),
            is_pull=comment.is_pull,
            release=release,
            plan=plan,
            others=tuple(r for r in draft.releases if release is None or r.id != release.id),
            source=await self._source(comment, actor, understood) if Need.PLAN_SOURCE in needs else None,
            workflows=await self._workflows(actor, understood, release, plan) if Need.WORKFLOW in needs else None,
            status_url=shown.comment_url if shown else None,
            commands=self._help,
        )

    async def _source(self, comment: Commented, actor: Actor, understood: Understood) -> PlanSource | NoPlan | None:
        if actor.role is None or actor.role < understood.command.who:
            return None  # it is going to be refused: ask nothing of GitHub for it
        args = understood.args
        version = version_of(args["version"])
        return await self._bench.plans.find(comment.repo, version, name=args.get("plan"), ref=args.get("target"))

    async def _workflows(
        self, actor: Actor, understood: Understood, release: Release | None, plan: Plan | None
    ) -> Mapping[str, WorkflowInputs | None] | None:
        if release is None or plan is None or actor.role is None or actor.role < understood.command.who:
            return None
        return await self._bench.plans.workflows(release, plan)
