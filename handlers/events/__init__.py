"""GitHub's webhook events: each file here is one, found by being here."""

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules

from handlers.translating import EventHandler


def load_events() -> Mapping[str, tuple[EventHandler, ...]]:
    """Return the handlers of each GitHub event, from every file in this folder."""
    found: dict[str, tuple[EventHandler, ...]] = {}
    for module in sorted(iter_modules(__path__), key=lambda m: m.name):
        for value in vars(import_module(f"{__name__}.{module.name}")).values():
            if isinstance(value, EventHandler):
                found[value.event] = (*found.get(value.event, ()), value)
    return found
