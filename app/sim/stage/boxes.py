"""A click on a box: the one character that GitHub's own page changes in an issue's body."""

import re
from typing import Final

from app.sim.stage.markdown import Box, boxes_in

_LINE_END: Final = re.compile(r"\r\n|\n|\r")
_BOX: Final = re.compile(r"\[[ xX]\]")


def box_named(body: str, name: str) -> Box | None:
    """Return the box of that name as the body stands, or None where it has gone."""
    return next((box for box in boxes_in(body) if box.name == name), None)


def clicked(body: str, box: Box, *, is_ticked: bool) -> str:
    """Return the body with that box ticked, or not; every other character stays as it is."""
    starts = (0, *(found.end() for found in _LINE_END.finditer(body)))
    found = _BOX.search(body, starts[box.line])
    at = body.index("[", starts[box.line]) if found is None else found.start()
    return body[: at + 1] + ("x" if is_ticked else " ") + body[at + 2 :]
