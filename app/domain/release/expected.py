"""Which files a release is published with: what the plan names, and what the bot makes itself."""

import re
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from typing import Final

from app.domain.checksums import hosted_name, is_checksums_name
from app.domain.plan.model import ByAsset, Checksums, Plan, Publish
from app.domain.plan.text import slugify

_CHECKSUMS: Final = "a file of checksums"
_FOLDER: Final = re.compile(r".*/")
_VARIABLE: Final = re.compile(r"\$\{[^{}]*\}|\$\w+")  # of a shell: what it stands for is not known


def expected_patterns(plan: Plan) -> tuple[str, ...]:
    """Return the patterns of names that a file has to fit each, without folders, as the plan names them."""
    patterns = (_VARIABLE.sub("*", _FOLDER.sub("", pattern)) for pattern in _named(plan))
    return tuple(dict.fromkeys(pattern for pattern in patterns if pattern))


def own_names(plan: Plan, version: str) -> frozenset[str]:
    """Return the names of the files that the bot makes itself."""
    names = {notes_name(plan, version)} if plan.publish.notes else set[str]()
    if plan.publish.checksums is Checksums.GENERATE:
        names.add(checksums_name(plan, version))
    return frozenset(names)


def missing_files(plan: Plan, version: str, names: Iterable[str]) -> tuple[str, ...]:
    """Return what is not among those names: patterns of the plan, or a file of checksums where one has to be there.

    What the bot makes itself is not waited for, and is not what `*` asks for. A plan that names no file is waited for
    as well, until its checksums are there: nobody knows otherwise when its files are complete.
    """
    own = own_names(plan, version)
    present = [name for name in names if name not in own]
    lacking = [
        pattern
        for pattern in expected_patterns(plan)
        if not fits_any(present, pattern) and (pattern == "*" or not fits_any(own, pattern))
    ]
    has_list = any(map(is_checksums_name, present))
    if plan.publish.checksums is Checksums.WANTED and not has_list:
        lacking += [] if any(is_checksums_name(pattern) for pattern in lacking) else [_CHECKSUMS]
    return tuple(lacking)


def fits_any(names: Iterable[str], pattern: str) -> bool:
    """Whether one of the names fits a pattern."""
    return any(fnmatchcase(name, pattern) for name in names)


def notes_name(plan: Plan, version: str) -> str:
    """Return the name of the notes as a file."""
    return f"{_stem(plan)}-{hosted_name(version)}-notes.md"


def checksums_name(plan: Plan, version: str) -> str:
    """Return the name of the checksums that the bot makes."""
    return f"{_stem(plan)}-{hosted_name(version)}-checksums.txt"


def _stem(plan: Plan) -> str:
    return hosted_name(slugify(plan.name)).strip(".-") or "release"


def _named(plan: Plan) -> Iterator[str]:
    for task in plan.tasks():
        if isinstance(task.action, Publish):
            yield from task.action.assets
    yield from plan.publish.assets
    yield from (item.wanted.pattern for item in plan.items() if isinstance(item.wanted, ByAsset))
