"""What every test stands on: asyncio for the async ones, and how hard hypothesis tries."""

import logging
import os
from collections.abc import Iterator

import pytest
import structlog
from hypothesis import HealthCheck, settings

# A busy machine is slow: no deadlines. In CI the same examples every time, so that red means the change is at fault.
_calm = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("dev", _calm, max_examples=50)
settings.register_profile("ci", _calm, max_examples=50, derandomize=True, print_blob=True)
settings.register_profile("long", _calm, max_examples=5000)  # HYPOTHESIS_PROFILE=long make test
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") == "true" else "dev"))


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    """Leave no logger writing to a stream that a test before has closed."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()
