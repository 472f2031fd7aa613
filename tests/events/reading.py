"""Payloads to read: the small ones of `tests/payloads`, whole or with a few values changed."""

import json
from pathlib import Path
from typing import cast

from app.domain.inputs import Input
from handlers.events import load_events

PAYLOADS = Path(__file__).parents[1] / "payloads"
SHARED = Path(__file__).parents[3] / "shared" / "github" / "webhooks"


def payload(name: str, /, **changes: object) -> bytes:
    """The payload of that name; `comment__user=None` puts null at comment.user, and DROPPED takes a value out."""
    document = cast("dict[str, object]", json.loads((PAYLOADS / f"{name}.json").read_text(encoding="utf-8")))
    for place, value in changes.items():
        *parents, last = place.split("__")
        part = document
        for parent in parents:
            part = cast("dict[str, object]", part[parent])
        part[last] = value
        if value is DROPPED:
            del part[last]
    return json.dumps(document).encode()


DROPPED = object()


def read(event: str, body: bytes) -> list[Input]:
    """What all handlers of the event make of the payload."""
    return [value for handler in load_events()[event] for value in handler.read(body)]
