"""What a workflow file declares for `workflow_dispatch`: read from its YAML, bounded, never raising."""

from collections.abc import Mapping
from typing import Final, cast

import yaml

from app.domain.facts import WorkflowInputs

_LIMIT: Final = 512 * 1024  # characters; GitHub's own limit for a workflow file is of this size


def declared_inputs(text: str) -> WorkflowInputs:
    """Return the inputs a workflow takes by dispatch; `declared` is None where it cannot be dispatched at all."""
    none = WorkflowInputs(declared=None)
    if len(text) > _LIMIT or ("&" in text and text.count("*") > 1000):  # noqa: PLR2004 - far over any real file
        return none
    try:
        document = cast("object", yaml.safe_load(text))
    except (yaml.YAMLError, RecursionError, ValueError):
        return none
    if not isinstance(document, dict):
        return none
    mapping = cast("Mapping[object, object]", document)
    # YAML 1.1 reads the bare key `on` as the truth value.
    trigger = mapping.get("on", mapping.get(True))
    if trigger == "workflow_dispatch" or (isinstance(trigger, list) and "workflow_dispatch" in trigger):
        return WorkflowInputs(declared=frozenset())
    if not isinstance(trigger, dict) or "workflow_dispatch" not in trigger:
        return none
    dispatch = cast("Mapping[object, object]", trigger)["workflow_dispatch"]
    inputs = cast("Mapping[object, object]", dispatch).get("inputs") if isinstance(dispatch, dict) else None
    if not isinstance(inputs, dict):
        return WorkflowInputs(declared=frozenset())
    named = {str(name): spec for name, spec in cast("Mapping[object, object]", inputs).items()}
    return WorkflowInputs(
        declared=frozenset(named),
        required=frozenset(name for name, spec in named.items() if _is_required(spec)),
    )


def _is_required(spec: object) -> bool:
    if not isinstance(spec, dict):
        return False
    mapping = cast("Mapping[object, object]", spec)
    return mapping.get("required") is True and mapping.get("default") is None
