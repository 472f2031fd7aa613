"""A workshop for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.worker.workshop import Workshop, open_workshop


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Workshop]:
    async with open_workshop(tmp_path) as shop:
        yield shop
