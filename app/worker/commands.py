"""What people ask for: gather what each command needs to know, let it decide, and draft what is to be written."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

import structlog

from app.domain.answering import Understood, about, choose_release, decide, stands_as_said, understand
from app.domain.decision import Accepted, Decision, Refused
from app.domain.facts import Actor, Facts, NoPlan, PlanSource, WorkflowInputs
from app.domain.messages import CommandHelp, Message
from app.domain.plan.model import Plan
from app.domain.policy import allowed, may
from app.domain.release.events import ReleaseStarted
from app.domain.release.events_course import PlanAdopted
from app.domain.release.events_said import CommandAnswered
from app.domain.release.model import Release
from app.domain.slash import Commands, Invocation, Need
from app.domain.values import ReleaseId, Role, version_of
from app.ports import GitHubError, Throttled
from app.worker.asking import Asking
from app.worker.draft import Draft
from app.worker.notes import NotesDesk
from app.worker.people import People
from app.worker.units import about as lines_about
from app.worker.workbench import Workbench

_log: Final = structlog.stdlib.get_logger()
_TEXT_KEPT: Final = 300  # characters of a command in the log of its release


@dataclass(frozen=True, slots=True, kw_only=True)
class _Turn:
    """One command of what was asked for."""

    invocation: Invocation
    key: str  # the same under every delivery
    source: str  # the delivery's id, which only GitHub and we know, and the place in it
    delivery: str
    is_last: bool  # what GitHub fails to tell of people is not asked for once more


class CommandDesk:
    """Takes what a person asks for and answers it."""

    def __init__(self, commands: Commands, bench: Workbench) -> None:
        self._commands = commands
        self._notes = NotesDesk(bench)
        self._bench = bench
        self._people = People(bench.github)
        self._help = tuple(
            CommandHelp(usage=c.usage, summary=c.summary, who=c.who, details=c.details, examples=c.examples)
            for c in commands
        )

    async def answer(
        self, asking: Asking, delivery: str, draft: Draft, *, is_first: bool, is_last: bool = True
    ) -> None:
        """Decide everything that is asked for in turn. Raises GitHubError where the facts cannot be had.

        One that is decided on once more, since the release has moved on meanwhile, is not greeted again; one that was
        decided on before, under another delivery, is left alone.
        """
        if is_first and asking.comment is not None:
            await self._greet(asking, asking.comment)
        actor = await self._people.stranger(asking.repo, asking.by, is_last=is_last)
        ended = await self._bench.releases.ended_in(asking.repo.id, asking.issue)
        for place, invocation in enumerate(asking.invocations):
            key = f"{asking.key}:{place}"
            if any(key in release.answered for release in (*draft.all, *ended)):
                continue
            source = f"{delivery}:{place}"
            turn = _Turn(invocation=invocation, key=key, source=source, delivery=delivery, is_last=is_last)
            over = [r for r in (*ended, *draft.all) if r.issue == asking.issue and r.closed is not None]
            await self._one(asking, actor, turn, draft, over=over[-1] if over else None)

    async def _one(self, asking: Asking, actor: Actor, turn: _Turn, draft: Draft, *, over: Release | None) -> None:
        understood = understand(self._commands, turn.invocation)
        word = turn.invocation.text.partition(" ")[0] if isinstance(understood, Message) else understood.command.name
        with lines_about(issue=asking.issue, command=word):
            await self._understood(understood, asking, actor, turn, draft, over=over)

    async def _understood(
        self,
        understood: Understood | Message,
        asking: Asking,
        actor: Actor,
        turn: _Turn,
        draft: Draft,
        *,
        over: Release | None,
    ) -> None:
        here = next((r for r in draft.releases if r.issue == asking.issue), None)
        if isinstance(understood, Message):
            self._say(asking, actor, turn, here, Refused(understood), draft)
            return
        chosen = choose_release(draft.releases, asking.issue, understood, self._commands, over)
        if isinstance(chosen, Message):
            self._say(asking, actor, turn, here, Refused(chosen), draft)
            return
        facts = await self._facts(asking, actor, turn, understood, chosen, draft)
        decision = decide(understood, facts, self._commands)
        _log.info("command.decided", is_refused=isinstance(decision, Refused))
        if isinstance(decision, Accepted):
            self._take(chosen, asking, decision, draft)
        self._write_down(understood, facts, turn, decision, draft)
        self._say(asking, actor, turn, chosen or here, decision, draft)

    def _take(self, release: Release | None, asking: Asking, decision: Accepted, draft: Draft) -> None:
        for event in decision.events:
            if isinstance(event, ReleaseStarted):
                self._bench.plans.pin(event.release, event.version, event)
            elif isinstance(event, PlanAdopted) and release is not None:
                self._bench.plans.pin(release.id, release.version, event)
        draft.add(release.id if release else None, asking.repo, decision)

    def _write_down(self, understood: Understood, facts: Facts, turn: _Turn, decision: Decision, draft: Draft) -> None:
        """Put the decision into the release's log: who asked for what, and why not. Questions and outsiders are not."""
        release = facts.release.id if facts.release else facts.new_release
        is_known = any(r.id == release for r in draft.all)
        if not is_known or understood.command.is_question or facts.actor.role is Role.NONE:
            return
        answered = CommandAnswered(
            key=turn.key,
            delivery=turn.delivery,
            command=understood.command.name,
            text=turn.invocation.text[:_TEXT_KEPT],
            by=facts.actor.person,
            sha=draft.release(release).target.sha,
            refusal=type(decision.reason).__name__ if isinstance(decision, Refused) else None,
            at=facts.now,
            said_at=facts.said_at,
            about=about(understood, facts) if stands_as_said(decision) else None,
        )
        draft.add(release, facts.repo, Accepted(events=(answered,)))

    @staticmethod
    def _say(
        asking: Asking, actor: Actor, turn: _Turn, release: Release | None, decision: Decision, draft: Draft
    ) -> None:
        """Show and say what came of it. Outsiders get no words: their comments must not use up what we may write."""
        of = release.id if release else None
        is_accepted = isinstance(decision, Accepted)
        is_settled = decision.is_settled if isinstance(decision, Accepted) else True
        if is_settled or asking.comment is None:
            for effect in asking.heard(is_accepted=is_accepted, key=turn.key):
                draft.plan(of, asking.repo, effect)
        words = decision.answer if isinstance(decision, Accepted) else decision.reason
        if words is not None and actor.role is not Role.NONE:
            draft.reply(of, asking.repo, asking.issue, turn.key, words)

    async def _greet(self, asking: Asking, comment: int) -> None:
        """Show at once that the command was seen. Not worth a retry: the outcome's reaction comes anyway."""
        try:
            await self._bench.github.react(asking.repo, comment, "eyes")
        except Throttled:
            raise
        except GitHubError as error:
            _log.warning("command.greeting_failed", error=str(error))

    # -- what one command is decided on -------------------------------------------------------------------

    async def _facts(
        self,
        asking: Asking,
        actor: Actor,
        turn: _Turn,
        understood: Understood,
        release: Release | None,
        draft: Draft,
    ) -> Facts:
        """Gather what the command needs. Nothing is asked of GitHub for who is going to be refused."""
        needs = understood.command.needs
        plan = await self._bench.plans.of(release) if release else None
        if release is not None and plan is not None and not understood.command.is_question:
            actor = await self._people.in_plan(actor, release, plan, is_last=turn.is_last)
        is_let = may(actor, allowed(understood.command.who, plan))
        shown = await self._bench.releases.shown(release.id) if release and Need.SHOWN in needs else None
        log = await self._bench.releases.events(release.id) if release and Need.LOG in needs else ()
        return Facts(
            now=self._bench.clock.now(),
            actor=actor,
            repo=asking.repo,
            issue=asking.issue,
            comment=asking.comment,
            invocation=turn.source,
            said_at=asking.at,
            delivery=turn.delivery,
            new_release=ReleaseId(sha256(turn.source.encode()).hexdigest()[:16]),
            is_pull=asking.is_pull,
            release=release,
            plan=plan,
            finished_in=await self._finished_in(asking, understood, draft) if is_let else None,
            others=tuple(r for r in draft.releases if release is None or r.id != release.id),
            source=await self._source(asking, understood, release) if is_let else None,
            workflows=await self._workflows(needs, release, plan) if is_let else None,
            status_url=shown.comment_url if shown else None,
            commands=self._help,
            notes=await self._notes.preview(release) if release and is_let and Need.NOTES in needs else None,
            log=tuple(log),
        )

    async def _finished_in(self, asking: Asking, understood: Understood, draft: Draft) -> int | None:
        """Return the issue in which the version that is to be started was finished before, in this very draft too."""
        if Need.PLAN_SOURCE not in understood.command.needs:
            return None
        version = version_of(understood.args["version"])
        for release in draft.all:
            if release.version == version and release.closed is not None and release.closed.how == "finished":
                return release.issue
        return await self._bench.releases.finished_in(asking.repo.id, version)

    async def _source(
        self, asking: Asking, understood: Understood, release: Release | None
    ) -> PlanSource | NoPlan | None:
        needs, args, plans = understood.command.needs, understood.args, self._bench.plans
        if Need.PLAN_SOURCE in needs:
            version = version_of(args["version"])
            found = await plans.find(asking.repo, version, name=args.get("plan"), ref=args.get("target"))
            return await plans.with_people(asking.repo, found)
        if Need.NEW_TARGET in needs and release is not None:
            return await plans.with_people(asking.repo, await plans.again(release, ref=args.get("ref")))
        return None

    async def _workflows(
        self, needs: frozenset[Need], release: Release | None, plan: Plan | None
    ) -> Mapping[str, WorkflowInputs | None] | None:
        if release is None or plan is None or Need.WORKFLOW not in needs:
            return None
        return await self._bench.plans.workflows(release, plan)
