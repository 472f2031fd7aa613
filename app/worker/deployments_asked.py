"""Taking what GitHub asks about jobs that wait for an environment: each question becomes a row of the ledger."""

from datetime import datetime
from typing import Final

import structlog

from app.domain.decision import Accepted
from app.domain.deploying import run_asked_about
from app.domain.inputs import DeploymentRequested
from app.domain.release.effects import AnswerDeployment
from app.domain.release.events_deploy import DeploymentAsked
from app.worker.draft import Draft
from app.worker.workbench import Workbench

_log: Final = structlog.stdlib.get_logger()


def deploy_key(repo: int) -> str:
    """Return in whose turn a repository's jobs are answered: apart from all else, since asking anew takes calls."""
    return f"deploy:{repo}"


class DeploymentsAsked:
    """Takes what GitHub asks."""

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench

    def take(self, asked: DeploymentRequested, delivery: str, draft: Draft) -> None:
        """Queue the answer. An address that is not this repository's on our GitHub is never answered at."""
        run = run_asked_about(asked.callback, self._bench.api_url, asked.repo)
        if run is None:
            _log.error("callback.foreign", repo=asked.repo.full_name, callback=asked.callback[:200])
            return
        now = self._bench.clock.now()
        effect = AnswerDeployment(
            repo=asked.repo,
            run_id=run,
            environment=asked.environment,
            event=asked.event,
            sha=asked.sha,
            asked=str(asked.deployment) if asked.deployment is not None else delivery,
            asked_at=min(asked.at or now, now),
        )
        deployment_asked(effect, now, draft)


def deployment_asked(effect: AnswerDeployment, now: datetime, draft: Draft) -> None:
    """Queue the answer to a question, and write it down for the releases of its commit."""
    draft.queue(deploy_key(effect.repo.id), effect)
    for release in draft.releases:
        is_known = effect.key in release.waiting or effect.key in release.let_go
        if release.target.sha == effect.sha and not is_known:
            draft.add(release.id, release.repo, Accepted(events=(_asked(effect, now),)))


def _asked(effect: AnswerDeployment, now: datetime) -> DeploymentAsked:
    return DeploymentAsked(key=effect.key, environment=effect.environment, run_id=effect.run_id, sha=effect.sha, at=now)
