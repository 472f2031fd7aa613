"""Writing down what was said of jobs that wait for an environment, so that a process that dies tells the same."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import structlog

from app.domain.decision import Accepted
from app.domain.messages_deploy import DeploymentUnanswered
from app.domain.release.effects import AnswerDeployment
from app.domain.release.events_deploy import Answer, DeploymentAnswered
from app.domain.release.model import Release
from app.ports import Entry, Ledger
from app.worker.draft import Draft
from app.worker.workbench import Workbench

_log: Final = structlog.stdlib.get_logger()


class DeploymentBook:
    """Writes into the logs of the releases that show a job as waiting, and notes in the ledger what is about to be."""

    def __init__(self, ledger: Ledger, bench: Workbench) -> None:
        self._ledger = ledger
        self._bench = bench
        self._site = bench.site.rstrip("/")

    async def intend(self, entry: Entry, said: DeploymentAnswered | None) -> None:
        """Note what is about to be said, before it is: GitHub tells nobody later. None: it was not taken."""
        await self._ledger.intend(entry, said)

    async def said(self, entry: Entry, effect: AnswerDeployment) -> DeploymentAnswered | None:
        """Return what was said to the run about the environment, by this question or another, and not written down."""
        asked = (effect.run_id, effect.environment.casefold())
        answers = [event for event in await self._ledger.intents(entry.key) if isinstance(event, DeploymentAnswered)]
        return next((one for one in answers if (one.run_id, one.environment.casefold()) == asked), None)

    async def record(self, entry: Entry, effect: AnswerDeployment, said: DeploymentAnswered) -> None:
        """Write down what came of it. One answer is good for all of a run's jobs that wait for the environment."""
        _log.info(
            "deployment.answered",
            run=said.run_id,
            environment=said.environment,
            answer=said.answer,
            why=said.reason,
        )

        async def draft() -> Draft:
            releases = await self._concerned(effect)
            drafted = Draft(releases, self._bench.renderer)
            now = self._bench.clock.now()
            for release in releases:
                keys = _keys(release, effect, is_for_all=said.answer is not Answer.GONE)
                answered = tuple(replace(said, key=key, at=now) for key in keys)
                drafted.add(release.id, release.repo, Accepted(events=answered))
            return drafted

        await self._bench.decide(draft, entries=[entry])

    async def alarm(self, effect: AnswerDeployment, minutes: int, error: str) -> None:
        """Tell that GitHub does not take an answer: in the log, and once on the tracking issue."""
        _log.error("deployment.unanswered", run=effect.run_id, minutes=minutes, error=error)
        run_url = f"{self._site}/{effect.repo.full_name}/actions/runs/{effect.run_id}"
        words = DeploymentUnanswered(environment=effect.environment, run_url=run_url, minutes=minutes, error=error)
        draft = Draft((), self._bench.renderer)
        for release in await self._concerned(effect):
            source = f"deployment-unanswered:{effect.key}:{release.id}"
            draft.reply(release.id, release.repo, release.issue, source, words)
        await self._bench.write(draft)

    async def _concerned(self, effect: AnswerDeployment) -> Sequence[Release]:
        """Return the releases that show the job as waiting: they may have moved on, or be over."""
        releases = {r.id: r for r in await self._bench.releases.open_in(effect.repo.id)}
        releases |= {r.id: r for r in await self._bench.releases.at_commit(effect.repo.id, effect.sha)}
        return [release for release in releases.values() if _keys(release, effect, is_for_all=True)]


def _keys(release: Release, effect: AnswerDeployment, *, is_for_all: bool) -> list[str]:
    place = effect.environment.casefold()
    return [
        key
        for key, job in release.waiting.items()
        if key == effect.key or (is_for_all and (job.run_id, job.environment.casefold()) == (effect.run_id, place))
    ]
