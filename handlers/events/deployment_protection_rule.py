"""`deployment_protection_rule`: GitHub asks whether a run may go into an environment that we guard."""

from collections.abc import Iterator

from app.domain.inputs import DeploymentRequested, Input
from app.domain.values import Sha
from handlers.payloads import DeploymentProtectionRule
from handlers.translating import github_event


@github_event("deployment_protection_rule", DeploymentProtectionRule)
def deployment_protection_rule(payload: DeploymentProtectionRule) -> Iterator[Input]:
    """Translate: who asks about which commit. The run stands in the address alone, which is checked where it is used.

    Some deliveries have the commit at the top, others only in the deployment.
    """
    deployment = payload.deployment
    sha = payload.sha or (deployment.sha if deployment else None)
    if payload.action != "requested" or sha is None:
        return
    yield DeploymentRequested(
        repo=payload.repo(),
        environment=payload.environment,
        event=payload.event,
        sha=Sha(sha),
        callback=payload.deployment_callback_url,
        deployment=deployment.id if deployment else None,
        at=deployment.created_at if deployment else None,
    )
