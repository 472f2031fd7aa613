"""Samples of what is said to jobs that wait to be let into an environment."""

from typing import Final

from app.domain.deploying import Why
from app.domain.messages import Message
from app.domain.messages_deploy import (
    DeploymentLetIn,
    DeploymentTurnedAway,
    DeploymentUnanswered,
    DeploymentWaits,
)
from app.domain.release.gate import GateState
from app.domain.values import Sha

HERE, THERE = Sha("c3" * 20), "d4" * 20
ISSUE = "https://github.com/white-room/daw/issues/12"
RUN = "https://github.com/white-room/daw/actions/runs/500"

DEPLOY_SAMPLES: Final[tuple[Message, ...]] = (
    DeploymentLetIn(sha=HERE, version="1.0.0", issue_url=ISSUE, task=None),
    DeploymentLetIn(sha=HERE, version="1.0.0", issue_url=ISSUE, task="2.4 Notarize"),
    *(DeploymentTurnedAway(sha=HERE, why=why, found=THERE, days=29) for why in Why),
    *(
        DeploymentWaits(sha=HERE, version="1.0.0", issue_url=ISSUE, gate=state, is_stopped=False)
        for state in (GateState.PENDING, GateState.FAILURE)
    ),
    DeploymentWaits(sha=HERE, version="1.0.0", issue_url=ISSUE, gate=GateState.FAILURE, is_stopped=True),
    DeploymentUnanswered(environment="production", run_url=RUN, minutes=10, error="502 Server Error"),
)
