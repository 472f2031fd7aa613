"""D15: the canaries find each secret in each place, so that a green run means that none was written anywhere."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote

import httpx
import pytest
import structlog
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from sqlalchemy import insert
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from app.adapters.db.engine import Database
from app.adapters.db.tables import deliveries
from app.adapters.github.tokens import AppJwt
from app.adapters.openpgp import OpenPgpSigner
from app.adapters.sshsig import SshSigner
from app.service import Service, Wiring
from app.sim import SimGitHub
from app.sim.clock import SimClock
from app.sim.http.auth import issue_token
from app.sim.scenario import white_room
from app.web.straight import Straight
from tests.canaries import leaking, look_at_printed, watch
from tests.clock import NOON
from tests.conftest import pytest_runtest_makereport
from tests.databases import new_database
from tests.signing_keys import openpgp_key

pytestmark = pytest.mark.leaks

PASSWORD = "correct-horse@battery/staple"
_GITHUB = SimGitHub(SimClock(NOON))
_ROOM = white_room(_GITHUB)


def webhook_secret() -> str:
    _service("sqlite:///never.db")
    return _ROOM.webhook_secret


def app_key() -> str:
    AppJwt(1, _ROOM.private_key, SimClock(NOON))
    return _ROOM.private_key


def jwt() -> str:
    return asyncio.run(AppJwt(1, _ROOM.private_key, SimClock(NOON)).header())


def token() -> str:
    return issue_token(_GITHUB, _ROOM.installation, None, {}).text


def ssh_key() -> str:
    key = ed25519.Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
    SshSigner(key)
    return key.decode()


def pgp_key() -> str:
    OpenPgpSigner(openpgp_key("canary@example.com"))
    return openpgp_key("canary@example.com").decode()


def database_password() -> str:
    _service(f"postgresql://gonogo:{quote(PASSWORD, safe='')}@db/x")
    return PASSWORD


def _service(database: str) -> None:
    """Wire a service; it need not come up: secrets are known from the moment that they are handed over."""
    wiring = Wiring(
        app_id=1, private_key=_ROOM.private_key, webhook_secrets=[_ROOM.webhook_secret], database_url=database
    )
    with contextlib.suppress(ImportError):  # a database whose driver is not installed
        Service(wiring)


SECRETS: dict[str, Callable[[], str]] = {
    "a webhook secret": webhook_secret,
    "the App's private key": app_key,
    "a JWT": jwt,
    "an installation token": token,
    "a signing key": ssh_key,
    "a signing key by OpenPGP": pgp_key,
    "the database's password": database_password,
}


def log_event(secret: str) -> None:
    structlog.get_logger().warning(f"said {secret}")


def log_value(secret: str) -> None:
    structlog.get_logger().warning("said", nested={"deep": [secret]})


def log_bound(secret: str) -> None:
    structlog.get_logger().bind(about=secret).warning("said")


def log_around(secret: str) -> None:
    with structlog.contextvars.bound_contextvars(delivery=secret):
        structlog.get_logger().warning("said")


def log_exception(secret: str) -> None:
    try:
        try:
            raise ValueError(secret)  # noqa: TRY301 - to be caught is all that it is for
        except ValueError as error:
            raise OSError("it went wrong") from error
    except OSError:
        structlog.get_logger().exception("failed")


def log_error_given(secret: str) -> None:
    structlog.get_logger().error("failed", exc_info=ValueError(secret))


def log_of_a_library(secret: str) -> None:
    logging.getLogger("library").error("it said %s", secret)


def log_exception_of_a_library(secret: str) -> None:
    try:
        raise ValueError(secret)  # noqa: TRY301 - the same
    except ValueError:
        logging.getLogger("library").exception("failed")


def printed(secret: str) -> None:
    look_at_printed([("Captured stderr call", f"Traceback (most recent call last):\nValueError: {secret}")])


def to_github(secret: str) -> None:
    """As a comment would carry it; whoever asks is refused, and was heard all the same."""
    _ask("POST", "/repos/white-room/daw/issues/1/comments", json={"body": secret})


def to_github_in_a_path(secret: str) -> None:
    _ask("GET", f"/repos/white-room/daw/contents/{quote(secret)}")


def to_github_in_a_header(secret: str) -> None:
    _ask("GET", "/app", headers={"user-agent": " ".join(secret.split())})


def _ask(method: str, path: str, **how: object) -> None:
    async def ask() -> None:
        transport = httpx.ASGITransport(app=_GITHUB.asgi)
        async with httpx.AsyncClient(transport=transport, base_url="https://api.github.com") as client:
            await client.request(method, path, **how)  # pyright: ignore[reportArgumentType] - passed on

    asyncio.run(ask())


def answered(secret: str) -> None:
    """As a metric or a page would show it."""
    asyncio.run(_asked(Starlette(routes=[_page_with(secret)])))


def answered_straight(secret: str) -> None:
    """As the door would, past what is around it."""
    asyncio.run(_asked(Straight(_nobody, [_page_with(secret)])))


def _page_with(secret: str) -> Route:
    async def page(_: Request) -> Response:
        return PlainTextResponse(f'gonogo_metric{{about="{secret}"}} 1')

    return Route("/metrics", page)


async def _asked(web: ASGIApp) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=web), base_url="http://gonogo.test") as client:
        await client.get("/metrics")


async def _nobody(scope: Scope, receive: Receive, send: Send) -> None:
    raise AssertionError(scope, receive, send)


PLACES: dict[str, Callable[[str], None]] = {
    made.__name__: made
    for made in (
        log_event,
        log_value,
        log_bound,
        log_around,
        log_exception,
        log_error_given,
        log_of_a_library,
        log_exception_of_a_library,
        printed,
        to_github,
        to_github_in_a_path,
        to_github_in_a_header,
        answered,
        answered_straight,
    )
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("what", SECRETS)
def test_d15_each_secret_is_found_in_each_place(what: str, place: str) -> None:
    secret = SECRETS[what]()
    with leaking() as found:
        PLACES[place](secret)
    assert [line for line in found if line.startswith(what.removesuffix(" by OpenPGP"))]


@pytest.mark.parametrize("column", ["error", "payload"])
@pytest.mark.parametrize("what", SECRETS)
def test_d15_each_secret_is_found_in_the_rows_of_a_database(tmp_path: Path, what: str, column: str) -> None:
    secret = SECRETS[what]()
    url = new_database(tmp_path)

    async def store() -> None:
        database = Database(url)
        value = secret.encode() if column == "payload" else secret
        row = {"id": "d", "event": "ping", "key": "app", "received_at": NOON, "attempts": 0, column: value}
        await database.run(lambda connection: connection.execute(insert(deliveries).values(row)).rowcount)
        await database.close()

    with leaking() as found:
        asyncio.run(store())
    assert f"{what.removesuffix(' by OpenPGP')} in database table deliveries" in found


def test_d15_a_line_that_only_looks_like_a_secret_is_found_though_it_would_be_hidden() -> None:
    with leaking() as found:
        structlog.get_logger().info("delivery.refused", signature="sha256=" + "0123abcd" * 8)
    assert found == ["what looks like a secret in log line"]


@pytest.mark.parametrize("place", [name for name in PLACES if name != "to_github_in_a_path"])
def test_d15_what_is_no_secret_is_not_found(place: str) -> None:
    with leaking() as found:
        PLACES[place]("6dcb09b5b57875f334f61aebed695e2e4193db5e is ready for version 1.0.0")
    assert found == []


def unmarked(name: str, default: object = None) -> None:
    del name, default


def judged(request: pytest.FixtureRequest, found: list[str], printed: str, *, may_leak: bool) -> pytest.TestReport:
    """What becomes of a test's report in which that was found and printed."""
    item: Any = pytest.Function.from_parent(request.node.parent, name="some_test", callobj=judged)  # pyright: ignore[reportUnknownMemberType] - pytest leaves it open
    if not may_leak:
        item.get_closest_marker = unmarked  # this module may leak, and some_test is to be one of another
    report = pytest.TestReport(
        item.nodeid, item.location, {}, "passed", None, "teardown", [("Captured stderr", printed)]
    )
    judging = pytest_runtest_makereport(item)
    next(judging)
    with leaking() as before:
        before.extend(found)
        try:
            judging.send(report)
        except StopIteration as done:
            return cast("pytest.TestReport", done.value)
    raise AssertionError("it did not end")


def test_d15_a_test_in_which_a_secret_was_written_fails(request: pytest.FixtureRequest) -> None:
    report = judged(request, ["a JWT in log line", "a JWT in log line"], "", may_leak=False)
    assert (report.outcome, report.longrepr) == ("failed", "Secrets were written:\na JWT in log line")


def test_d15_a_test_that_printed_a_secret_fails(request: pytest.FixtureRequest) -> None:
    report = judged(request, [], f"ValueError: {token()}", may_leak=False)
    assert report.outcome == "failed"
    assert "an installation token in output (Captured stderr)" in str(report.longrepr)


@pytest.mark.parametrize(("found", "may_leak"), [([], False), (["a JWT in log line"], True)])
def test_d15_any_other_test_passes(request: pytest.FixtureRequest, found: list[str], may_leak: bool) -> None:
    assert judged(request, found, "nothing", may_leak=may_leak).outcome == "passed"


def test_d15_only_the_latest_secrets_are_kept_so_that_looking_stays_cheap() -> None:
    before = dict(watch.planted)
    for number in range(100):
        watch.plant("many", f"a secret of many, number {number}")
    assert len(watch.planted) <= 24
    assert "a secret of many, number 99" in watch.planted
    watch.planted.clear()
    watch.planted.update(before)
