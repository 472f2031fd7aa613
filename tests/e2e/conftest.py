"""A bot for each story."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.bot import Bot, running_bot


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Bot]:
    async with running_bot(tmp_path) as running:
        yield running
