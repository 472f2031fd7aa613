"""What a workflow file declares for `workflow_dispatch`: read from its YAML, bounded, never raising."""

from collections.abc import Mapping, Sequence
from typing import Final, cast

import yaml

from app.domain.facts import WorkflowInputs

_CHARACTERS: Final = 512 * 1024  # GitHub's own limit for a workflow file is of this size
_DEPTH: Final = 100  # GitHub's schema of a workflow ends long before

# Every scalar is a text to it: no tags that could fail to be built, no dates, no `on` that reads as the truth value,
# and no merge keys, by which a few lines grow without end.
_LOADER: Final = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_NONE: Final = WorkflowInputs(declared=None)


def declared_inputs(text: str) -> WorkflowInputs:
    """Return the inputs a workflow takes by dispatch; `declared` is None where it cannot be dispatched at all."""
    trigger = _mapping(_document(text)).get("on")
    if trigger == "workflow_dispatch" or "workflow_dispatch" in _list(trigger):
        return WorkflowInputs(declared=frozenset())
    triggers = _mapping(trigger)
    if "workflow_dispatch" not in triggers:
        return _NONE
    inputs = _mapping(_mapping(triggers["workflow_dispatch"]).get("inputs"))
    return WorkflowInputs(
        declared=frozenset(inputs),
        required=frozenset(name for name, spec in inputs.items() if _is_required(_mapping(spec))),
    )


def _document(text: str) -> object:
    """Return the file's values, None where it is no YAML or goes beyond any real workflow."""
    if len(text) > _CHARACTERS:
        return None
    try:
        return None if _is_too_deep(text) else cast("object", yaml.load(text, Loader=_LOADER))  # noqa: S506  # nosec B506 # makes texts only
    except (yaml.YAMLError, ValueError):  # ValueError: half a surrogate pair
        return None


def _is_too_deep(text: str) -> bool:
    """Look at the events first: they are read without recursion."""
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEPTH:
            return True
    return False


def _mapping(value: object) -> Mapping[str, object]:
    return cast("Mapping[str, object]", value) if isinstance(value, dict) else {}


def _list(value: object) -> Sequence[object]:
    return cast("Sequence[object]", value) if isinstance(value, list) else ()


def _is_required(spec: Mapping[str, object]) -> bool:
    return spec.get("required") in ("true", "True", "TRUE") and "default" not in spec
