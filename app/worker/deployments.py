"""Answering GitHub about jobs that wait for an environment: each is let in, turned away, or kept in the ledger."""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final, Literal, assert_never

import structlog

from app.domain.deploying import DEADLINE, Judged, KeptWaiting, LetIn, TurnedAway, judge_deployment
from app.domain.messages import Message
from app.domain.messages_deploy import DeploymentLetIn, DeploymentTurnedAway, DeploymentWaits
from app.domain.release.effects import AnswerDeployment, ReportDeployment
from app.domain.release.events_deploy import Answer, DeploymentAnswered
from app.domain.release.model import Release, Sighting
from app.ports import DeploymentHost, Entry, GitHubError, Ledger, Missing, Moments, Rejected, Throttled
from app.worker.deployments_asked import deploy_key
from app.worker.deployments_told import DeploymentBook
from app.worker.draft import Draft
from app.worker.gates import Gates, planned_at
from app.worker.workbench import Workbench

_log: Final = structlog.stdlib.get_logger()
GRACE: Final = timedelta(minutes=1)
"""GitHub may ask a moment before it takes an answer: what is not to be found is looked for again for so long."""

ALARM_AFTER: Final = timedelta(minutes=10)
"""An answer that GitHub has not taken for so long is told of."""

_REPORT_AFTER: Final = timedelta(seconds=20)  # GitHub may not take it earlier, and it may not be needed by then
_GIVEN_UP_AFTER: Final = timedelta(days=30)  # GitHub has failed the job by then
_SOON: Final = timedelta(seconds=10)
_LOOKED_JUST_NOW: Final = timedelta(seconds=30)
_SHORTEST: Final = timedelta(minutes=1)  # between two looks at a job that waits
_LONGEST: Final = timedelta(minutes=15)
_FIRST_WAIT: Final = timedelta(seconds=2)
_LONGEST_WAIT: Final = timedelta(minutes=5)
_LONGEST_COMMENT: Final = 1_024  # characters, that GitHub takes with a review
_UNPROCESSABLE: Final = 422


class _NotThere(GitHubError):
    """GitHub knows of no such job: at first it may not know yet, later nobody asks."""


@contextmanager
def _about_the_job() -> Generator[None]:
    """Take it for a word about the job that GitHub does not find what it is asked for. Raises _NotThere."""
    try:
        yield
    except Rejected as error:
        if isinstance(error, Missing) or error.status == _UNPROCESSABLE:
            raise _NotThere(f"GitHub answered: {error}") from error
        raise


class DeploymentDesk:
    """Answers what waits. Whatever goes wrong, a question stays in the ledger until it is answered or over."""

    def __init__(self, ledger: Ledger, bench: Workbench, host: DeploymentHost, gates: Gates, moments: Moments) -> None:
        self._ledger = ledger
        self._bench = bench
        self._book = DeploymentBook(ledger, bench)
        self._host = host
        self._gates = gates
        self._site = bench.site.rstrip("/")
        self._seen: dict[int, tuple[Sighting, datetime]] = {}  # the run of a question, and when it was looked at
        self._moments = moments  # since when a question cannot be answered

    async def hurry(self, rest: str) -> None:
        """Look at the jobs that wait in the repository of that id: a release of it has changed."""
        key = deploy_key(int(rest))
        if await self._ledger.hurry(key, self._bench.clock.now()):
            self._bench.scheduler.wake(f"ledger:{key}")

    async def perform(self, entry: Entry, effect: AnswerDeployment) -> None:
        """Answer one question, or put it off."""
        try:
            found = await self._answered(entry, effect)
            if isinstance(found, KeptWaiting):
                await self._wait(entry, effect, found)
                return
        except Throttled as error:
            await self._ledger.put_back(entry, error.retry_at, str(error))
            return
        except _NotThere as error:
            if self._bench.clock.now() - effect.asked_at < GRACE:
                await self._put_off(entry, effect, str(error))
                return
            _log.warning("deployment.nobody_asks", run=effect.run_id, error=str(error))
            found = await self._book.said(entry, effect) or self._answer(effect, Answer.GONE, str(error))
        except GitHubError as error:
            await self._put_off(entry, effect, str(error))
            return
        except Exception as error:  # noqa: BLE001 - a bug of ours must not leave the job without an answer either
            _log.error("deployment.broken", exc_info=error)
            await self._put_off(entry, effect, f"{type(error).__name__} in our own code")
            return
        if found is None:
            await self._ledger.put_back(entry, self._bench.clock.now() + _SOON, "not to be answered yet")
            return
        self._seen.pop(entry.id, None)
        await self._forget_failing(entry)
        await self._book.record(entry, effect, found)

    async def report(self, effect: ReportDeployment) -> None:
        """Say what a job waits for. Raises GitHubError."""
        await self._host.report_deployment(effect.repo, effect.run_id, effect.environment, effect.comment)

    # -- the answer --------------------------------------------------------------------------------------------

    async def _answered(self, entry: Entry, effect: AnswerDeployment) -> DeploymentAnswered | KeptWaiting | None:
        """Judge, and give the answer where there is one; None where GitHub does not know of the job yet."""
        now = self._bench.clock.now()
        run, looked_at = self._seen.get(entry.id, (None, now))
        if run is not None and now - looked_at < _LOOKED_JUST_NOW:
            known = await self._judged(effect, run)
            if isinstance(known, KeptWaiting):
                return known  # as it stands no call would change that
        with _about_the_job():
            waited_for = await self._host.environments_waited_for(effect.repo, effect.run_id)
            if effect.environment.casefold() not in {name.casefold() for name in waited_for}:
                if said := await self._book.said(entry, effect):
                    return said  # it was taken, and whoever gave it died before it was written down
                is_over = now - effect.asked_at >= GRACE
                return self._answer(effect, Answer.GONE, "it waits for nothing any more") if is_over else None
            run = await self._bench.github.run(effect.repo, effect.run_id)
        # Another process may have answered what this one looked at.
        self._seen = {of: seen for of, seen in self._seen.items() if now - seen[1] < _LOOKED_JUST_NOW}
        self._seen[entry.id] = (run, now)
        judged = await self._judged(effect, run)
        if isinstance(judged, LetIn) and judged.task is None:
            judged = await self._judged_anew(effect, run)
        if isinstance(judged, KeptWaiting):
            await self._forget_failing(entry)
            if entry.attempts > 1:
                await self._book.intend(entry, None)  # what was said before was not taken: it waits
            return judged
        return await self._say(entry, effect, judged)

    async def _say(self, entry: Entry, effect: AnswerDeployment, judged: LetIn | TurnedAway) -> DeploymentAnswered:
        """Give the answer, which is noted first."""
        match judged:
            case LetIn(task=task):
                state: Literal["approved", "rejected"] = "approved"
                said = self._answer(effect, Answer.LET_IN, f"run of {task}" if task else "the gate is green")
            case TurnedAway(why=word):
                state, said = "rejected", self._answer(effect, Answer.TURNED_AWAY, word.replace("-", " "))
            case _:
                assert_never(judged)
        await self._book.intend(entry, said)
        try:
            with _about_the_job():
                await self._host.review_deployment(
                    effect.repo, effect.run_id, effect.environment, state, self._words(effect, judged)
                )
        except (Rejected, Throttled, _NotThere):
            if entry.attempts == 1:
                await self._book.intend(entry, None)  # GitHub says itself that it was not taken
            raise
        return said

    def _answer(self, effect: AnswerDeployment, answer: Answer, why: str) -> DeploymentAnswered:
        return DeploymentAnswered(
            key=effect.key,
            environment=effect.environment,
            run_id=effect.run_id,
            answer=answer,
            reason=why,
            at=self._bench.clock.now(),
        )

    async def _judged(self, effect: AnswerDeployment, run: Sighting) -> Judged:
        at = await planned_at(self._bench, effect.repo.id, effect.sha)
        return judge_deployment(effect, run, at, self._bench.clock.now())

    async def _judged_anew(self, effect: AnswerDeployment, run: Sighting) -> Judged:
        """Judge once more, after everything that a green gate rests on was asked for anew."""
        gate = await self._gates.reread(effect.repo, effect.sha)
        judged = await self._judged(effect, run)
        if isinstance(judged, LetIn) and judged.task is None and not (gate.is_green and gate.is_shown):
            return KeptWaiting(release=judged.release, state=gate.state)
        return judged

    def _words(self, effect: AnswerDeployment, judged: Judged) -> str:
        message: Message
        match judged:
            case LetIn(release=release, task=task):
                message = DeploymentLetIn(
                    sha=effect.sha, version=release.version, issue_url=self._issue(release), task=task
                )
            case TurnedAway(why=why, found=found):
                message = DeploymentTurnedAway(sha=effect.sha, why=why, found=found, days=DEADLINE.days)
            case KeptWaiting(release=release, state=state, is_stopped=is_stopped):
                message = DeploymentWaits(
                    sha=effect.sha,
                    version=release.version,
                    issue_url=self._issue(release),
                    gate=state,
                    is_stopped=is_stopped,
                )
            case _:
                assert_never(judged)
        return self._bench.renderer.message(message)[:_LONGEST_COMMENT]

    def _issue(self, release: Release) -> str:
        return f"{self._site}/{release.repo.full_name}/issues/{release.issue}"

    # -- what becomes of the question --------------------------------------------------------------------------

    async def _wait(self, entry: Entry, effect: AnswerDeployment, waits: KeptWaiting) -> None:
        """Keep the question, and say on the run's page what it waits for, once for each way in which it waits."""
        now = self._bench.clock.now()
        age = now - effect.asked_at
        if age < _REPORT_AFTER:
            await self._ledger.put_back(entry, effect.asked_at + _REPORT_AFTER, "it waits")
            return
        attempt = self._seen[entry.id][0].order[1]
        how = f"{waits.release.version}:{waits.state}:{'stopped' if waits.is_stopped else ''}"
        report = ReportDeployment(
            repo=effect.repo,
            run_id=effect.run_id,
            environment=effect.environment,
            comment=self._words(effect, waits),
            about=f"{effect.repo.id}:{effect.run_id}:{attempt}:{effect.environment.casefold()}:{how}",
        )
        draft = Draft((), self._bench.renderer)
        draft.plan(None, effect.repo, report)
        await self._bench.write(draft)
        until = now + min(max(age / 10, _SHORTEST), _LONGEST)
        await self._ledger.put_back(entry, min(until, max(effect.asked_at + DEADLINE, now + _SOON)), "it waits")

    async def _forget_failing(self, entry: Entry) -> None:
        if await self._moments.of(_failing(entry)) is not None:
            await self._moments.keep(_failing(entry), None)

    async def _put_off(self, entry: Entry, effect: AnswerDeployment, error: str) -> None:
        now = self._bench.clock.now()
        if (since := await self._moments.of(_failing(entry))) is None:
            await self._moments.keep(_failing(entry), since := now)
        if now - effect.asked_at >= _GIVEN_UP_AFTER:
            _log.error("deployment.given_up", run=effect.run_id, error=error)
            await self._forget_failing(entry)
            await self._ledger.fail(entry, error)
            return
        _log.warning("deployment.postponed", run=effect.run_id, error=error, attempts=entry.attempts)
        if now - since >= ALARM_AFTER:
            await self._book.alarm(effect, int((now - since).total_seconds() // 60), error)
        wait = min(_FIRST_WAIT * 2 ** min(entry.attempts - 1, 10), _LONGEST_WAIT)
        await self._ledger.put_off(entry, now + wait, error)


def _failing(entry: Entry) -> str:
    return f"unanswered:{entry.id}"
