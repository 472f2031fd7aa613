"""What the page posts: fields read within bounds, and the deed that they ask for."""

import re
from collections.abc import Collection, Mapping
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qsl

from fastapi import Request

from app.sim.doing.issues import LONGEST
from app.sim.stage.hands import CannotDo, Hands

MOST_BYTES: Final = 16 * LONGEST
"""Bytes of a post that are read: a comment of GitHub's greatest length fits in, however it is encoded."""

_MOST_FIELDS: Final = 20
_NUMBER: Final = re.compile(r"[1-9][0-9]{0,8}")

Form = Mapping[str, str]


async def read_form(request: Request) -> Form:
    """Return the fields of a post. Raises CannotDo where there are too many or they are too long."""
    raw = bytearray()
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > MOST_BYTES:
            raise CannotDo(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "That is longer than any comment.")
    try:
        return dict(parse_qsl(raw.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=_MOST_FIELDS))
    except ValueError:
        raise CannotDo(HTTPStatus.UNPROCESSABLE_ENTITY, "That is no form of this page.") from None


def do(hands: Hands, act: str, who: str, form: Form, labels: Collection[str]) -> None:
    """Do what a form asks for. Raises CannotDo."""
    match act:
        case "say":
            hands.say(who, form.get("text", ""))
        case "click":
            hands.click(who, form.get("box", ""), is_ticked=form.get("ticked") == "1")
        case "label":
            hands.label(who, _issue(form), _label(form, labels))
        case "unlabel":
            hands.unlabel(who, _issue(form), _label(form, labels))
        case "bug":
            hands.open_bug(who, _blocker(form))
        case "close":
            hands.close(who, _number(form.get("close", "")))
        case "reopen":
            hands.reopen(who, _number(form.get("reopen", "")))
        case "push":
            hands.push_work(who)
        case "push-plan":
            hands.push_plan(who)
        case "play-on":
            hands.play_on()
        case _:
            raise CannotDo(HTTPStatus.NOT_FOUND, "The page can do no such thing.")


def _issue(form: Form) -> int:
    return _number(form.get("issue", ""))


def _number(text: str) -> int:
    if not _NUMBER.fullmatch(text):
        raise CannotDo(HTTPStatus.UNPROCESSABLE_ENTITY, "Choose an issue first.")
    return int(text)


def _label(form: Form, labels: Collection[str]) -> str:
    label = form.get("label", "")
    if label not in labels:
        raise CannotDo(HTTPStatus.UNPROCESSABLE_ENTITY, "Choose one of the labels.")
    return label


def _blocker(form: Form) -> str:
    label = form.get("bug", "")
    if label not in {"P0", "P1"}:
        raise CannotDo(HTTPStatus.UNPROCESSABLE_ENTITY, "A bug is P0 or P1 here.")
    return label
