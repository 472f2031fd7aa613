"""What a command costs in calls to GitHub where it has to be decided on once more: they are the scarce good."""

from dataclasses import replace

import pytest

from app.ports import Delivery
from app.worker.commands import CommandDesk
from app.worker.freezing import Freezer
from app.worker.inbox import InboxWorker
from handlers.commands import load_commands
from handlers.events import load_events
from tests.clock import NOON
from tests.events.reading import payload
from tests.given import requested
from tests.worker.workshop import Rival, Workshop

pytestmark = pytest.mark.anyio


async def test_a_command_that_is_decided_on_once_more_is_greeted_once(shop: Workshop) -> None:
    await shop.open_release()
    shop.github.files[".github/workflows/release.yml"] = "on: {workflow_dispatch: {inputs: {task: }}}"
    body = payload("issue_comment.created", comment__body="/release 1.1")
    await shop.inbox.store(Delivery(id="d1", event="issue_comment", key="repo:7", payload=body, received_at=NOON))
    bench = replace(shop.bench, releases=Rival(shop, lambda: shop.happened(requested())))

    await InboxWorker(shop.inbox, bench, CommandDesk(load_commands(), bench), Freezer(bench), load_events()).drain(
        "repo:7"
    )

    assert shop.github.calls.count("role_of") == 2  # it was: the release had moved on
    assert shop.github.reactions == ["eyes"]
