"""The same job as others write it, for comparison: nothing is made durable, nothing is looked at twice.

A signed comment `/release 1.1` is checked and read, the author's permission is asked for, the workflow is dispatched,
and two reactions are put on the comment. `python -m benchmarks.peers VARIANT GITHUB` says its port and serves.
"""

import asyncio
import re
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias, cast

import aiohttp
import gidgethub.aiohttp
import gidgethub.httpx
import httpx
import httpx_aiohttp
import uvicorn
from aiohttp import web
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from fastapi import FastAPI, Request, Response
from gidgethub import apps, sansio
from gidgethub.abc import GitHubAPI

from app.serving import listen
from benchmarks.machine import HOST

Take: TypeAlias = Callable[[Mapping[str, str], bytes], Awaitable[None]]

_COMMAND = re.compile(r"^/release (\S+)", re.MULTILINE)
_BOT = "peer"


@dataclass(frozen=True, slots=True)
class App:
    """Who the App is, and where GitHub is."""

    id: str
    pem: str
    secret: str
    api: str


async def answer(event: sansio.Event, github: GitHubAPI) -> None:
    """Do the job."""
    comment, repo = event.data["comment"], f"/repos/{event.data['repository']['full_name']}"
    found = _COMMAND.search(comment["body"])
    if event.event != "issue_comment" or event.data["action"] != "created" or found is None:
        return
    permission = await github.getitem(f"{repo}/collaborators/{comment['user']['login']}/permission")
    if permission["permission"] not in {"write", "admin"}:
        return
    reactions = f"{repo}/issues/comments/{comment['id']}/reactions"
    await github.post(reactions, data={"content": "eyes"})
    inputs = {"task": found[1], "version": "1.0.0"}
    await github.post(f"{repo}/actions/workflows/release.yml/dispatches", data={"ref": "main", "inputs": inputs})
    await github.post(reactions, data={"content": "rocket"})


async def _token(github: GitHubAPI, event: sansio.Event, app: App, key: Any) -> str:  # noqa: ANN401 - PEM or key
    installation = str(event.data["installation"]["id"])
    granted = await apps.get_installation_access_token(
        github, installation_id=installation, app_id=app.id, private_key=key
    )
    return cast("str", granted["token"])


# -- gidgethub on aiohttp: a session and a token for each event, as its own examples and bedevere have it ----------


def aiohttp_app(app: App, key: Any) -> web.Application:  # noqa: ANN401 - PEM or key
    """Return the web application; `key` is the PEM, parsed for every token, or the key that was parsed once."""

    async def take(request: web.Request) -> web.Response:
        event = sansio.Event.from_http(request.headers, await request.read(), secret=app.secret)
        async with aiohttp.ClientSession() as session:
            token = await _token(gidgethub.aiohttp.GitHubAPI(session, _BOT, base_url=app.api), event, app, key)
            await answer(event, gidgethub.aiohttp.GitHubAPI(session, _BOT, oauth_token=token, base_url=app.api))
        return web.Response(status=200)

    made = web.Application()
    made.router.add_post("/webhook", take)
    return made


async def serve_aiohttp(made: web.Application) -> None:
    """Serve until told to stop."""
    runner = web.AppRunner(made, access_log=None)
    await runner.setup()
    sock = listen(HOST, 0)
    await web.SockSite(runner, sock).start()
    _say(sock.getsockname()[1])
    await asyncio.Event().wait()


# -- FastAPI with gidgethub on httpx: one client, the key parsed once, tokens kept ---------------------------------


def fastapi_app(app: App, key: Any, client: httpx.AsyncClient) -> FastAPI:  # noqa: ANN401 - a parsed key
    """Return the web application; the client says what is under httpx."""
    tokens: dict[int, str] = {}

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
        async with client:
            yield

    made = FastAPI(lifespan=lifespan)

    @made.post("/webhook")
    async def take(request: Request) -> Response:
        event = sansio.Event.from_http(request.headers, await request.body(), secret=app.secret)
        installation = event.data["installation"]["id"]
        if installation not in tokens:
            tokens[installation] = await _token(_on_httpx(client, base_url=app.api), event, app, key)
        await answer(event, _on_httpx(client, oauth_token=tokens[installation], base_url=app.api))
        return Response(status_code=200)

    del take
    return made


def _on_httpx(client: httpx.AsyncClient, **how: str) -> GitHubAPI:
    return gidgethub.httpx.GitHubAPI(cast("Any", client), _BOT, **how)  # its types name httpx2, which is not here


async def serve_fastapi(made: FastAPI) -> None:
    """Serve until told to stop."""
    sock = listen(HOST, 0)
    _say(sock.getsockname()[1])
    await uvicorn.Server(uvicorn.Config(made, log_level="warning", access_log=False)).serve(sockets=[sock])


def _say(port: int) -> None:
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()


async def main() -> None:
    """Serve the variant that is asked for."""
    variant, github = sys.argv[1:]
    told = httpx.get(f"{github}/bench/app").json()  # noqa: ASYNC210 - nothing else goes on yet
    app = App(str(told["id"]), told["private_key"], told["webhook_secret"], f"{github}/api/v3")
    key = load_pem_private_key(app.pem.encode(), password=None)
    match variant:
        case "aiohttp-pem":
            await serve_aiohttp(aiohttp_app(app, app.pem))
        case "aiohttp-key":
            await serve_aiohttp(aiohttp_app(app, key))
        case "fastapi-httpx":
            await serve_fastapi(fastapi_app(app, key, httpx.AsyncClient()))
        case _:
            transport = httpx_aiohttp.AiohttpTransport()
            await serve_fastapi(fastapi_app(app, key, httpx.AsyncClient(transport=transport)))


if __name__ == "__main__":
    asyncio.run(main())
