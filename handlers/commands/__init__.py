"""The slash commands: each file here is one, found by being here."""

import importlib
import pkgutil

from app.domain.slash import Commands, SlashCommand


def load_commands() -> Commands:
    """Return every command that a file of this folder makes. Raises ValueError where two answer to one word."""
    found: dict[int, SlashCommand] = {}
    for entry in pkgutil.iter_modules(__path__, prefix=f"{__name__}."):
        module = importlib.import_module(entry.name)
        for value in vars(module).values():
            if isinstance(value, SlashCommand):
                found[id(value)] = value  # one that a neighbour imports is still one
    return Commands(found.values())
