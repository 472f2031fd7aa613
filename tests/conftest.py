"""What every test stands on: asyncio for the async ones, how hard hypothesis tries, and canaries in every one."""

import gc
import logging
import os
import shutil
from collections.abc import Generator, Iterator
from functools import cache
from pathlib import Path
from typing import Final

import pytest
import structlog
from hypothesis import HealthCheck, settings

from app.adapters.github import tokens
from tests import canaries

RAM: Final = Path("/dev/shm")  # noqa: S108 - pytest makes a folder of its own in it, for this user alone
ROOM: Final = 2**30  # bytes; a container has 64 MB there, unless it was given more

# A busy machine is slow: no deadlines. In CI the same examples every time, so that red means the change is at fault.
_calm = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("dev", _calm, max_examples=50)
settings.register_profile("ci", _calm, max_examples=50, derandomize=True, print_blob=True)
settings.register_profile("long", _calm, max_examples=5000)  # HYPOTHESIS_PROFILE=long make test
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") == "true" else "dev"))


def pytest_configure() -> None:
    if "PYTEST_DEBUG_TEMPROOT" not in os.environ and _has_room(RAM):
        os.environ["PYTEST_DEBUG_TEMPROOT"] = str(RAM)  # each commit to a database waits for the disk otherwise
    patch = pytest.MonkeyPatch()
    canaries.record_everything(patch)
    patch.setattr(tokens, "load_pem_private_key", cache(tokens.load_pem_private_key))  # 40 ms each time


def pytest_xdist_auto_num_workers() -> int:
    """Take one more than there are cores: some tests wait for a browser, a server or a disk."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()  # what is loaded by now stays: looking through it again and again took a tenth of the tests' time


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


def _has_room(folder: Path) -> bool:
    return folder.is_dir() and os.access(folder, os.W_OK) and shutil.disk_usage(folder).free >= ROOM


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
