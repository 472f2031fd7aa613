"""The application as the server calls it: deliveries go straight to the door, all else through FastAPI."""

from collections.abc import Iterable

from starlette.requests import Request
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send


class Straight:
    """An application that serves some routes without what stands between the server and a route.

    That is a dozen layers, and each chunk of a body and of an answer passes them all: a tenth of what the service needs
    for a delivery that nothing follows from. All else is `around`'s: other methods of these routes as well.
    """

    def __init__(self, around: ASGIApp, routes: Iterable[Route]) -> None:
        self._around = around
        self._doors = {(method, route.path): route.endpoint for route in routes for method in route.methods or ()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, or the lifespan."""
        door = self._doors.get((scope["method"], scope["path"])) if scope["type"] == "http" else None
        if door is None:
            await self._around(scope, receive, send)
        else:
            response = await door(Request(scope, receive, send))
            await response(scope, receive, send)
