"""A scripted GitHub for each test, every request of ours held against GitHub's own description where it is at hand."""

import importlib.util
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import stamina

from tests.adapters.github.scripted import Scripted

CONTRACT = Path(__file__).resolve().parents[4] / "shared" / "github" / "gh_contract.py"


@cache
def described() -> Callable[..., list[str]] | None:
    if not CONTRACT.exists():
        return None
    spec = importlib.util.spec_from_file_location("gh_contract", CONTRACT)
    assert spec is not None
    assert spec.loader is not None
    module: Any = importlib.util.module_from_spec(spec)
    sys.modules["gh_contract"] = module
    spec.loader.exec_module(module)
    return module.Contract("2026-03-10").request


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    """Retries happen, three times in all, without the wait between them."""
    with stamina.set_testing(testing=True, attempts=2):
        yield


@pytest.fixture
def hub() -> Iterator[Scripted]:
    scripted = Scripted()
    yield scripted
    if (problems_of := described()) is not None:
        problems = [
            problem
            for asked in scripted.asked
            for problem in problems_of(asked.method, asked.url, asked.data)
            if asked.url.startswith("https://api.github.com/repos/octo-org/")
        ]
        assert problems == []
