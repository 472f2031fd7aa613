"""`push`: a branch that a release comes from has moved on, and the plan may read otherwise there; a tag was moved."""

from collections.abc import Iterator

from app.domain.inputs import Input, Pushed, TagHeard
from app.domain.values import Sha
from handlers.payloads import Push
from handlers.translating import github_event

_HEADS, _TAGS = "refs/heads/", "refs/tags/"
_MOST = 2_048  # commits that GitHub lists in a push; of more, not all files are known


@github_event("push", Push)
def push(payload: Push) -> Iterator[Input]:
    """Translate: a branch that stands somewhere else now, or a tag; deleted branches say nothing here."""
    if payload.ref.startswith(_TAGS):
        yield TagHeard(repo=payload.repo(), name=payload.ref.removeprefix(_TAGS))
    if payload.deleted or not payload.ref.startswith(_HEADS):
        return
    is_told = not payload.forced and not payload.created and 0 < len(payload.commits) < _MOST
    touched = (path for c in payload.commits for path in (*c.added, *c.removed, *c.modified))
    yield Pushed(
        repo=payload.repo(),
        branch=payload.ref.removeprefix(_HEADS),
        sha=Sha(payload.after),
        paths=frozenset(touched) if is_told else None,
    )
