"""Links in a plan's text: definitions at the foot, references to them, and links to a workflow file."""

import re
from collections.abc import Mapping

_DEFINITION = re.compile(r"\[([^\[\]]{1,200})\]:[ \t]+<?(https?://[^\s<>]{1,1000})>?(?:[ \t].*)?")
_REFERENCE = re.compile(r"(?<![\]\\])\[([^\[\]]{1,200})\](?:\[([^\[\]]{0,200})\])?(?![(:\[])")
_WORKFLOW = re.compile(r"(?:([\w.-]{1,100}/[\w.-]{1,100}))?/actions/workflows/([\w.-]{1,100}\.ya?ml)(?![\w.-])")


def definition(line: str) -> tuple[str, str] | None:
    """`[label]: https://...` as (label, address)."""
    found = _DEFINITION.fullmatch(line) if line.startswith("[") else None
    return (_label(found[1]), found[2]) if found else None


def inline_references(text: str, definitions: Mapping[str, str]) -> str:
    """The text with `[label]` and `[words][label]` as links that work wherever the text is shown."""
    if not definitions or "[" not in text:
        return text

    def link(found: re.Match[str]) -> str:
        address = definitions.get(_label(found[2] or found[1]))
        return f"[{found[1]}]({address})" if address else found[0]

    return _REFERENCE.sub(link, text)


def linked_workflow(text: str) -> tuple[str, str | None] | None:
    """The workflow file that the first link to `.../actions/workflows/<file>` names, and the repository it is in."""
    found = _WORKFLOW.search(text)
    return (found[2], found[1].casefold() if found[1] else None) if found else None


def _label(text: str) -> str:
    return " ".join(text.split()).casefold()
