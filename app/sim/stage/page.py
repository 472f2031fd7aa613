"""The page of the demo and the simulated REST API on one port: for loopback, and for nobody else."""

import hmac
import secrets
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl

from fastapi import FastAPI, Request, Response
from fastapi.middleware.trustedhost import TrustedHostMiddleware
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.sim.doing.issues import LONGEST
from app.sim.github import SimGitHub
from app.sim.scenario import PEOPLE, Room
from app.sim.stage.scene import look
from app.sim.stage.telling import Telling

SPEAKERS: Final = ("release-manager", "developer", "reader")
MOST_BYTES: Final = 16 * LONGEST
"""Bytes of a post that are read: a comment of GitHub's greatest length fits in, however it is encoded."""

_TEMPLATES: Final = Path(__file__).parents[3] / "templates" / "pages"
_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def make_web(github: SimGitHub, room: Room, telling: Telling) -> FastAPI:
    """Make the ASGI application: the page at `/`, GitHub's REST API below `/api/v3`.

    Other host names are turned away, lest a stranger's site makes one of its own names point here;
    and nothing is written without the token that the page carries.
    """
    page = _Page(github, room, telling)
    web = FastAPI(title="Go/No-Go demo", openapi_url=None)
    web.add_middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"], www_redirect=False)
    web.add_api_route("/", page.whole, methods=["GET"])
    web.add_api_route("/live", page.live, methods=["GET"])
    web.add_api_route("/say", page.say, methods=["POST"])
    web.add_api_route("/stage.css", page.style, methods=["GET"])
    web.add_api_route("/stage.js", page.script, methods=["GET"])
    web.mount("/api/v3", github.asgi)
    return web


def _answer(text: str, kind: str, status: int = HTTPStatus.OK, **headers: str) -> Response:
    return Response(text, status_code=status, media_type=f"{kind}; charset=utf-8", headers={**_HEADERS, **headers})


class _Page:
    """The page: rendered whole once, then only what moves, each second.

    All of it runs on the event loop, where nobody else changes the simulated GitHub meanwhile.
    """

    def __init__(self, github: SimGitHub, room: Room, telling: Telling) -> None:
        self._github = github
        self._room = room
        self._telling = telling
        self._token = secrets.token_urlsafe(24)
        self._words = Environment(
            loader=FileSystemLoader(_TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    async def whole(self) -> Response:
        """The page."""
        speakers = [(login, PEOPLE[login]) for login in SPEAKERS]
        scene = look(self._github, self._room, self._telling)
        more = {"token": self._token, "speakers": speakers}
        return _answer(self._written("stage.html.j2", scene=scene, **more), "text/html")

    async def live(self, request: Request) -> Response:
        """What moves, or 304 where nothing has moved since."""
        text = self._written("stage_live.html.j2", scene=look(self._github, self._room, self._telling))
        tag = f'"{sha256(text.encode()).hexdigest()[:24]}"'
        if request.headers.get("if-none-match") == tag:
            return _answer("", "text/html", HTTPStatus.NOT_MODIFIED, ETag=tag)
        return _answer(text, "text/html", ETag=tag)

    async def say(self, request: Request) -> Response:
        """Write a comment as one of the people."""
        raw = bytearray()
        async for chunk in request.stream():
            raw += chunk
            if len(raw) > MOST_BYTES:
                return _answer("That is longer than any comment.", "text/plain", HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        said = dict(parse_qsl(raw.decode("utf-8", "replace"), keep_blank_values=True))
        if not hmac.compare_digest(said.get("token", "").encode(), self._token.encode()):
            return _answer("This page is from an earlier demo: reload it.", "text/plain", HTTPStatus.FORBIDDEN)
        if said.get("who") not in SPEAKERS:
            return _answer("There is nobody of that name.", "text/plain", HTTPStatus.UNPROCESSABLE_ENTITY)
        if not self._room.repo.issues:
            return _answer("The issue is not open yet: wait a moment.", "text/plain", HTTPStatus.CONFLICT)
        text = said.get("text", "")
        if not text.strip():
            return _answer("Write something first.", "text/plain", HTTPStatus.UNPROCESSABLE_ENTITY)
        if len(text) > LONGEST:
            return _answer(
                f"GitHub takes {LONGEST:,} characters at most.", "text/plain", HTTPStatus.UNPROCESSABLE_ENTITY
            )
        self._github.comment(self._room.repo, min(self._room.repo.issues), text, by=said["who"])
        if self._telling.is_over:
            self._telling.step = "The stage is yours: go on with what stands under Next, or speak as somebody else."
        if request.headers.get("x-live"):
            return _answer("", "text/plain", HTTPStatus.NO_CONTENT)
        return _answer("", "text/plain", HTTPStatus.SEE_OTHER, Location="/")

    async def style(self) -> Response:
        """How it looks."""
        return _answer((_TEMPLATES / "stage.css").read_text("utf-8"), "text/css")

    async def script(self) -> Response:
        """What keeps it moving."""
        return _answer((_TEMPLATES / "stage.js").read_text("utf-8"), "text/javascript")

    def _written(self, template: str, **values: object) -> str:
        return self._words.get_template(template).render(repo=self._room.repo.full_name, **values)
