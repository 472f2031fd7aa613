"""The application as the server calls it: deliveries go straight to their route, all else through FastAPI."""

from collections.abc import Iterable

from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send


class Straight:
    """An application that calls some routes without what stands between the server and a route.

    That is a dozen layers, and whatever a request waits for is gone on with through all of them: about a tenth of
    Python's time for a delivery that nothing follows from. All else is `around`'s: other methods of these routes as
    well. What a route raises reaches the server, which answers 500, as it does with what FastAPI lets through.
    """

    def __init__(self, around: ASGIApp, routes: Iterable[Route]) -> None:
        self._around = around
        self._straight = {(method, route.path): route.app for route in routes for method in route.methods or ()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, or the lifespan."""
        route = self._straight.get((scope["method"], scope["path"])) if scope["type"] == "http" else None
        await (route or self._around)(scope, receive, send)
