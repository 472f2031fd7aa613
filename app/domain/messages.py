"""What the bot says, as typed values. The words live in `templates/`, one file per message, named after the class."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Something to be said to people. `UnknownCommand` is written by `templates/unknown_command.md.j2`."""
