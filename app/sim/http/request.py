"""A request as routes see it, and how a route is declared."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from app.sim.state import Actor, App, Installation, Repo, Token
from app.sim.wire import API, UPLOADS, Answer, Json, Refusal
from app.sim.world import World

NEWEST = "2026-03-10"
OLDEST = "2022-11-28"

Site: TypeAlias = Literal["api", "uploads", "store"]
"""What answers: the API, its host for uploads, or the store that hands out files to who has their address."""


@dataclass(slots=True, kw_only=True)
class Request:
    """A request, authenticated and with its path taken apart."""

    world: World
    method: str
    path: str
    url: str  # scheme and host as the client named them, to make links that it can follow
    version: str
    args: Mapping[str, str] = field(default_factory=dict[str, str])
    query: Mapping[str, str] = field(default_factory=dict[str, str])
    body: Json = field(default_factory=dict[str, object])
    raw: bytes = b""  # the body as it came
    accept: str = ""
    content_type: str = ""
    is_cut: bool = False  # the connection breaks off while the body is sent
    app: App | None = None
    token: Token | None = None
    repository: Repo | None = None

    @property
    def repo(self) -> Repo:
        """The repository that the path names."""
        if self.repository is None:
            raise Refusal(404, "Not Found")
        return self.repository

    @property
    def actor(self) -> Actor:
        """Who asks: the App, through its bot."""
        app = self.caller
        return Actor(user=app.bot, app=app)

    @property
    def caller(self) -> App:
        """The App that asks."""
        app = self.token.installation.app if self.token else self.app
        if app is None:
            raise Refusal(401, "Requires authentication")
        return app

    @property
    def installation(self) -> Installation:
        """The installation whose token asks."""
        if self.token is None:
            raise Refusal(401, "Bad credentials")
        return self.token.installation

    @property
    def uploads(self) -> str:
        """Where files are to be sent: a host of its own at github.com, a path of the server anywhere else."""
        return UPLOADS if self.url == API else f"{self.url}/api/uploads"

    def number(self, name: str) -> int:
        """Return a whole number of the path; no number, no such thing."""
        try:
            return int(self.args[name])
        except ValueError as error:
            raise Refusal(404, "Not Found") from error


Handler: TypeAlias = Callable[[Request], Answer]


@dataclass(frozen=True, slots=True)
class Route:
    """A route: `{name}` in its template is one segment, `{name*}` the rest of the path or a ref with slashes."""

    method: str
    template: str
    handler: Handler
    needs: str | None = "metadata:read"  # the permission that an installation token must have, None for none
    auth: Literal["token", "jwt", "either", "none"] = "token"
    site: Site = "api"
