"""What every test stands on: asyncio for the async ones, how hard hypothesis tries, and canaries in every one."""

import logging
import os
from collections.abc import Generator, Iterator

import pytest
import structlog
from hypothesis import HealthCheck, settings

from tests import canaries

# A busy machine is slow: no deadlines. In CI the same examples every time, so that red means the change is at fault.
_calm = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("dev", _calm, max_examples=50)
settings.register_profile("ci", _calm, max_examples=50, derandomize=True, print_blob=True)
settings.register_profile("long", _calm, max_examples=5000)  # HYPOTHESIS_PROFILE=long make test
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") == "true" else "dev"))


def pytest_configure() -> None:
    canaries.record_everything(pytest.MonkeyPatch())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fail a test that has written a secret anywhere, once all of it is closed. D15."""
    report = yield
    if report.when == "teardown":
        canaries.look_at_printed(report.sections)
        found, canaries.watch.found = list(dict.fromkeys(canaries.watch.found)), []
        if found and item.get_closest_marker("leaks") is None:
            report.outcome, report.longrepr = "failed", "Secrets were written:\n" + "\n".join(found[:20])
    return report


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    """Leave no logger writing to a stream that a test before has closed."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    structlog.configure(**canaries.plain_logging(structlog.get_config()))
    yield
    root.handlers, root.level = handlers, level
    logging.disable(logging.NOTSET)
    structlog.reset_defaults()
