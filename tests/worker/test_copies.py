"""A copy of the database that is put back: what was done since is found, and nothing is done twice."""

import re
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from app.ports import StartedRun
from tests.given import requested
from tests.worker.delivering import KEY as REPO_KEY
from tests.worker.delivering import comment, worker
from tests.worker.test_ledger import DISPATCH, KEY, REPLY
from tests.worker.workshop import Workshop

pytestmark = pytest.mark.anyio

GUIDE = Path(__file__).parents[2] / "docs" / "deploying.md"


async def put_back(shop: Workshop) -> None:
    """Do what the guide says."""
    (told,) = re.findall(r"```sql\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)

    def write(connection: Connection) -> None:
        for statement in told.split(";\n"):
            connection.execute(text(statement or "SELECT 1"))

    await shop.database.run(write)


async def test_what_was_to_be_done_is_looked_for_and_not_done_again(shop: Workshop) -> None:
    await shop.open_release(requested())
    await shop.plan(DISPATCH, REPLY)
    shop.github.runs[DISPATCH.mark] = StartedRun(id=500, url="")  # done after the copy was made
    shop.github.comments[1] = REPLY.body
    await put_back(shop)
    await shop.ledger_worker.drain(KEY)
    assert {"dispatch", "comment"} & set(shop.github.calls) == set()
    assert {state for _, state, _ in (await shop.entries())[:2]} == {"done"}


async def test_a_delivery_that_waited_is_left_to_people(shop: Workshop) -> None:
    await shop.open_release()
    await comment(shop, "/release docs", "d1")
    await put_back(shop)
    await worker(shop).drain(REPO_KEY)
    assert await shop.entries() == []
    (left,) = await shop.inbox.troubled()
    assert (left.id, left.error) == ("d1", "it waited when the copy was made")
