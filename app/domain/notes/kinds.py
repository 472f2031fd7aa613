"""Kinds of changes: which types and labels mean the same, under which title they stand, and in which order."""

import re
from collections.abc import Iterable
from typing import Final

TITLES: Final = {
    "feat": "Features",
    "fix": "Bug fixes",
    "security": "Security",
    "perf": "Performance",
    "revert": "Reverts",
    "deps": "Dependencies",
    "docs": "Documentation",
    "refactor": "Refactoring",
    "style": "Styling",
    "test": "Testing",
    "build": "Build",
    "ci": "Continuous integration",
    "chore": "Maintenance",
}
"""The titles of the kinds, in the order in which they are told."""

OTHER: Final = "Other changes"

_SAME: Final = {
    "feat": ("feature", "features", "enhancement", "new-feature"),
    "fix": ("bug", "bugfix", "bugs", "bug-fix", "fixes", "hotfix", "regression"),
    "security": ("sec", "vulnerability"),
    "perf": ("performance",),
    "revert": ("reverts",),
    "deps": ("dep", "dependencies", "dependency"),
    "docs": ("doc", "documentation"),
    "refactor": ("refactoring", "refactorings", "cleanup"),
    "style": ("styling", "formatting"),
    "test": ("tests", "testing"),
    "build": ("packaging",),
    "ci": ("continuous-integration", "github-actions"),
    "chore": ("maintenance", "misc", "internal", "housekeeping"),
}
_KINDS: Final = {name: kind for kind, names in _SAME.items() for name in (kind, *names)}
_DEPENDENCIES: Final = frozenset({"deps", "deps-dev", "dependencies"})  # as scopes of `build`, `chore` and `fix`
_ORDER: Final = {kind: at for at, kind in enumerate(TITLES)}
_BREAKING: Final = frozenset({"breaking", "breaking-change", "breaking-changes", "semver-major"})

_PREFIXED: Final = re.compile(r"(?P<about>[\w ]{1,40})\s?[:/]\s?(?P<what>\S.*)")
_KIND_PREFIXES: Final = frozenset({"type", "kind", "t", "category", "changelog", "semver"})
_PARTS: Final = frozenset({"component", "area", "scope", "module", "package", "pkg", "a", "c"})


def kind_of(type_: str, scope: str | None = None) -> str | None:
    """Return the kind that a commit's type means, None where it is not one of the known ones."""
    kind = _KINDS.get(type_.casefold())
    is_of_dependencies = scope is not None and scope.casefold() in _DEPENDENCIES
    return "deps" if is_of_dependencies and kind in {"build", "chore", "fix"} else kind


def kind_in(labels: Iterable[str]) -> str | None:
    """Return the first kind, in their order, that the labels tell: `bug`, `kind/bug`, `type: bug`."""
    return strongest(_KINDS.get(_bare(label)) for label in labels)


def strongest(kinds: Iterable[str | None]) -> str | None:
    """Return the kind that is told first."""
    return min((kind for kind in kinds if kind is not None), key=_ORDER.__getitem__, default=None)


def is_breaking_label(label: str) -> bool:
    """Whether a label says that something breaks."""
    folded = "-".join(label.casefold().replace("_", " ").replace(":", " ").split())
    return folded in _BREAKING or _bare(label) in _BREAKING


def component_in(labels: Iterable[str]) -> str | None:
    """Return the component that a label names: `component: audio`, `area/audio`."""
    for label in labels:
        found = _PREFIXED.fullmatch(label)
        if found and found["about"].strip().casefold() in _PARTS:
            return found["what"].strip()
    return None


def _bare(label: str) -> str:
    found = _PREFIXED.fullmatch(label)
    is_prefixed = found is not None and found["about"].strip().casefold() in _KIND_PREFIXES
    word = found["what"] if found is not None and is_prefixed else label
    return "-".join(word.casefold().replace("_", " ").split())
