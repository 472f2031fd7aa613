"""Slash commands: found in a comment, read by their usage line, declared in one file each."""

from app.domain.slash.args import parse_args, parse_generously
from app.domain.slash.command import About, Commands, Decide, Need, SlashCommand, slash_command
from app.domain.slash.comment import MAX_COMMENT, MAX_INVOCATIONS, MAX_TEXT, Invocation, find_invocations
from app.domain.slash.usage import RELEASE, Args, BadArgs, read_usage

__all__ = [
    "MAX_COMMENT",
    "MAX_INVOCATIONS",
    "MAX_TEXT",
    "RELEASE",
    "About",
    "Args",
    "BadArgs",
    "Commands",
    "Decide",
    "Invocation",
    "Need",
    "SlashCommand",
    "find_invocations",
    "parse_args",
    "parse_generously",
    "read_usage",
    "slash_command",
]
