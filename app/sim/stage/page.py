"""The page of the demo and the simulated REST API on one port: for loopback, and for nobody else."""

import hmac
import secrets
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path
from typing import Final

from fastapi import FastAPI, Request, Response
from fastapi.middleware.trustedhost import TrustedHostMiddleware
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.domain.plan.model import Plan
from app.sim.github import SimGitHub
from app.sim.scenario import Room
from app.sim.stage.cast import LEAD, cast_of
from app.sim.stage.forms import Form, do, read_form
from app.sim.stage.hands import CannotDo, Hands
from app.sim.stage.scene import Scene, labels_to_choose, look
from app.sim.stage.telling import Telling

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


def make_web(github: SimGitHub, room: Room, telling: Telling, hands: Hands, plan: Plan) -> FastAPI:
    """Make the ASGI application: the page at `/`, GitHub's APIs below `/api`, as on an Enterprise Server.

    Other host names are turned away, lest a stranger's site makes one of its own names point here;
    and nothing is written without the token that the page carries.
    """
    page = _Page(github, room, telling, hands, plan)
    web = FastAPI(title="Go/No-Go demo", openapi_url=None)
    web.add_middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"], www_redirect=False)
    web.add_api_route("/", page.whole, methods=["GET"])
    web.add_api_route("/live", page.live, methods=["GET"])
    web.add_api_route("/do/{act}", page.act, methods=["POST"])
    web.add_api_route("/stage.css", page.style, methods=["GET"])
    web.add_api_route("/stage.js", page.script, methods=["GET"])
    web.mount("/api", github.asgi)
    return web


def _answer(text: str, kind: str, status: int = HTTPStatus.OK, **headers: str) -> Response:
    return Response(text, status_code=status, media_type=f"{kind}; charset=utf-8", headers={**_HEADERS, **headers})


class _Page:
    """The page: rendered whole once, then only what moves, each second.

    All of it runs on the event loop, where nobody else changes the simulated GitHub meanwhile.
    """

    def __init__(self, github: SimGitHub, room: Room, telling: Telling, hands: Hands, plan: Plan) -> None:
        self._github = github
        self._room = room
        self._telling = telling
        self._hands = hands
        self._plan = plan
        self._cast = cast_of(github, room, plan)
        self._labels = labels_to_choose(plan)
        self._token = secrets.token_urlsafe(24)
        self._words = Environment(
            loader=FileSystemLoader(_TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    async def whole(self, request: Request) -> Response:
        """The page."""
        who = self._chosen(request)
        more = {"token": self._token, "cast": self._cast.values(), "who": who}
        return _answer(self._written("stage.html.j2", scene=self._scene(who), **more), "text/html")

    async def live(self, request: Request) -> Response:
        """What moves, or 304 where nothing has moved since."""
        text = self._written("stage_live.html.j2", scene=self._scene(self._chosen(request)))
        tag = f'"{sha256(text.encode()).hexdigest()[:24]}"'
        if request.headers.get("if-none-match") == tag:
            return _answer("", "text/html", HTTPStatus.NOT_MODIFIED, ETag=tag)
        return _answer(text, "text/html", ETag=tag)

    async def act(self, act: str, request: Request) -> Response:
        """Do something as one of the people."""
        try:
            form = await read_form(request)
            who = self._actor(form)
            do(self._hands, act, who, form, {label for _, labels in self._labels for label in labels})
        except CannotDo as problem:
            return _answer(problem.message, "text/plain", problem.status)
        if self._telling.is_over and act != "play-on":
            self._telling.step = "The stage is yours: go on with what stands under Next, or act as somebody else."
        if request.headers.get("x-live"):
            return _answer("", "text/plain", HTTPStatus.NO_CONTENT)
        return _answer("", "text/plain", HTTPStatus.SEE_OTHER, Location=f"/?who={who}")

    async def style(self) -> Response:
        """How it looks."""
        return _answer((_TEMPLATES / "stage.css").read_text("utf-8"), "text/css")

    async def script(self) -> Response:
        """What keeps it moving."""
        return _answer((_TEMPLATES / "stage.js").read_text("utf-8"), "text/javascript")

    def _actor(self, form: Form) -> str:
        """Return whom a form is from. Raises CannotDo where it is not from this page."""
        if not hmac.compare_digest(form.get("token", "").encode(), self._token.encode()):
            raise CannotDo(HTTPStatus.FORBIDDEN, "This page is from an earlier demo: reload it.")
        who = form.get("who", "")
        if who not in self._cast:
            raise CannotDo(HTTPStatus.UNPROCESSABLE_ENTITY, "There is nobody of that name.")
        return who

    def _chosen(self, request: Request) -> str:
        who = request.query_params.get("who", "")
        return who if who in self._cast else LEAD

    def _scene(self, who: str) -> Scene:
        return look(self._github, self._room, self._telling, self._plan, self._cast[who])

    def _written(self, template: str, **values: object) -> str:
        repo = self._room.repo.full_name
        return self._words.get_template(template).render(repo=repo, labels=self._labels, **values)
