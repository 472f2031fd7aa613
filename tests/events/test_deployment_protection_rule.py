"""`deployment_protection_rule`: who asks about which commit."""

from datetime import UTC, datetime

from app.domain.inputs import DeploymentRequested
from tests.events.reading import DROPPED, payload, read
from tests.given import OTHER_SHA, REPO, SHA

EVENT = "deployment_protection_rule"
NAME = f"{EVENT}.requested"
ASKED = DeploymentRequested(
    repo=REPO,
    environment="production",
    event="workflow_dispatch",
    sha=SHA,
    callback="https://api.github.com/repos/octo-org/app/actions/runs/500/deployment_protection_rule",
    deployment=145988746,
    at=datetime(2026, 3, 10, 12, 0, tzinfo=UTC),
)


def test_a_question_names_the_commit_and_the_environment() -> None:
    assert read(EVENT, payload(NAME)) == [ASKED]


def test_the_commit_may_stand_beside_the_deployment_alone() -> None:
    assert read(EVENT, payload(NAME, sha=DROPPED)) == [ASKED]


def test_what_stands_at_the_top_goes_before_the_deployment_s() -> None:
    (asked,) = read(EVENT, payload(NAME, sha=OTHER_SHA))
    assert isinstance(asked, DeploymentRequested)
    assert asked.sha == OTHER_SHA


def test_there_may_be_no_deployment() -> None:
    (asked,) = read(EVENT, payload(NAME, deployment=None))
    assert isinstance(asked, DeploymentRequested)
    assert (asked.deployment, asked.at) == (None, None)


def test_without_a_commit_or_for_another_action_nothing_is_asked() -> None:
    assert read(EVENT, payload(NAME, sha=DROPPED, deployment=None)) == []
    assert read(EVENT, payload(NAME, action="withdrawn")) == []
