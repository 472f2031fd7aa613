"""Pages of lists, with the Link header that leads from one to the next."""

from collections.abc import Callable, Sequence
from typing import TypeVar
from urllib.parse import urlencode

from app.sim.http.request import Request
from app.sim.wire import Answer, Json

T = TypeVar("T")
MOST = 100
USUAL = 30


def per_page(request: Request) -> int:
    """Return how many things a page is to hold."""
    return min(_whole(request.query.get("per_page"), USUAL), MOST)


def _whole(value: str | None, default: int) -> int:
    return int(value) if value is not None and value.isdigit() and int(value) > 0 else default


def page(request: Request, things: Sequence[T], shape: Callable[[T], Json], *, key: str | None = None) -> Answer:
    """Answer one page; with a key the list stands beside `total_count` in an object."""
    size = per_page(request)
    number = _whole(request.query.get("page"), 1)
    last = max(1, -(-len(things) // size))
    shown = [shape(one) for one in things[(number - 1) * size : number * size]]
    links: list[str] = []
    for rel, to in (("prev", number - 1), ("next", number + 1), ("last", last), ("first", 1)):
        if (rel in {"prev", "first"} and number > 1) or (rel in {"next", "last"} and number < last):
            query = urlencode({**request.query, "page": to})
            links.append(f'<{request.url}{request.path}?{query}>; rel="{rel}"')
    headers = {"link": ", ".join(links)} if links else {}
    body = shown if key is None else {"total_count": len(things), key: shown}
    return Answer(body=body, headers=headers)
