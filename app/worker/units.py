"""One unit of work: what it is about is bound once, each of its log lines carries that, and the next starts afresh."""

from collections.abc import Generator, Iterable
from contextlib import AbstractContextManager, contextmanager
from typing import Final

import structlog

from app.domain.release.model import Release
from app.domain.values import Repo
from app.ports import UNMETERED, UNTRACED, Meter, Tracer, Work

_LONGEST: Final = 100  # characters of a word that a person wrote
BOUND: Final = (
    "delivery",
    "github_event",
    "repository",
    "issue",
    "command",
    "release",
    "entry",
    "effect",
    "work",
    "key",
)
"""All that is ever bound."""


@contextmanager
def about(
    *, repo: Repo | None = None, issue: int | None = None, of: Release | None = None, **more: str | int | None
) -> Generator[None]:
    """Bind what the lines in the block are about. What is not known is not bound, and hides nothing that is."""
    if of is not None:
        repo, issue = of.repo, of.issue
        more["release"] = of.id
    if repo is not None:
        more["repository"] = repo.full_name
    if issue is not None:
        more["issue"] = issue
    known = {name: value for name, value in more.items() if value is not None}
    short = {name: value[:_LONGEST] if isinstance(value, str) else value for name, value in known.items()}
    with structlog.contextvars.bound_contextvars(**short):
        yield


def about_inputs(inputs: Iterable[object]) -> AbstractContextManager[None]:
    """Bind the repository and the issue that a delivery is about, as far as it says."""
    repo, issue = None, None
    for one in inputs:
        found, number = getattr(one, "repo", None), getattr(one, "issue", None)
        repo = repo or (found if isinstance(found, Repo) else None)
        issue = issue or (number if isinstance(number, int) else getattr(number, "number", None))
    return about(repo=repo, issue=issue if isinstance(issue, int) else None)


def unit(kind: str, work: Work, meter: Meter = UNMETERED, tracer: Tracer = UNTRACED) -> Work:
    """Return the work as one that is told apart in log lines and traces, and counted where it falls over."""

    async def run(key: str) -> None:
        structlog.contextvars.unbind_contextvars(*BOUND)  # of whoever woke it, where they share a context
        with about(work=kind, key=key), tracer.span(f"work {kind}", key=key):
            try:
                await work(key)
            except Exception:
                meter.work_failed(kind)
                raise

    return run
