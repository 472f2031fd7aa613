"""Log lines can be followed by machine and eye, and hold no secrets."""

import io
import json
import logging

import pytest
import structlog

from app.log import HIDDEN, hide_secrets, set_up_logging

pytestmark = pytest.mark.leaks

PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA+/=\nabc\n-----END RSA PRIVATE KEY-----"
SECRETS = {
    "installation token": "ghs_16C7e42F292c6912E7710c838347Ae178B4a",
    "stateless token": "ghs_12345_eyJhbGciOi.eyJpc3MiOi.c2lnbmF0dXJl-x",
    "personal token": "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
    "oauth token": "gho_16C7e42F292c6912E7710c838347Ae178B4a",
    "fine-grained token": "github_pat_11ABCDEFG0abcdefghij_klmnopqrstuvwxyz",
    "app token": "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiIxMjM0NSJ9.c2lnbmF0dXJl",
    "bearer": "Authorization: bearer abcdef.ghijkl",
    "signature": "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
    "old signature": "sha1=7d38cdd689735b008b3c702edd92eea23791c5f6",
    "key": PEM,
    "address": "postgresql://gonogo:swordfish@db/gonogo",
}


def logged(*, is_json: bool) -> tuple[structlog.stdlib.BoundLogger, io.StringIO]:
    stream = io.StringIO()
    set_up_logging(is_json=is_json, stream=stream)
    return structlog.stdlib.get_logger(), stream


@pytest.mark.parametrize("secret", SECRETS.values(), ids=SECRETS)
@pytest.mark.parametrize("is_json", [True, False], ids=["json", "console"])
def test_no_secret_gets_into_a_line_by_whatever_way(secret: str, is_json: bool) -> None:
    log, stream = logged(is_json=is_json)

    log.warning("bare", value=secret, nested={"list": [secret]})
    log.warning("said %s", secret)
    logging.getLogger("library").warning("it said %s", secret)
    log.error("raised", exc_info=ValueError(secret))
    logging.getLogger("library").error("raised", exc_info=ValueError(secret))

    text = stream.getvalue()
    assert text.count(HIDDEN) >= 5
    for part in ("16C7e42F", "klmnop", "c2lnbmF0", "ghijkl", "757107ea", "7d38cdd", "MIIEp", "abc\\n", "swordfish"):
        assert part not in text


def test_a_json_line_stays_json_when_a_secret_is_taken_out() -> None:
    log, stream = logged(is_json=True)

    log.info("delivery.stored", key=PEM, delivery="one")

    line = json.loads(stream.getvalue())
    assert line["event"] == "delivery.stored"
    assert (line["key"], line["delivery"], line["level"]) == (HIDDEN, "one", "info")
    assert line["timestamp"].endswith("Z")


@pytest.mark.parametrize(
    "text",
    [
        "delivery.stored delivery=72d3162e-cc78-11e3-81ab-4c9367dc0958",
        "sha=6dcb09b5b57875f334f61aebed695e2e4193db5e",
        "https://github.com/octocat/hello/actions/runs/1:2?at=3@4",
        "the bearer of this",
        "ghost_writer gh_x",
        "",
    ],
)
def test_what_is_no_secret_is_left_alone(text: str) -> None:
    assert hide_secrets(text) == text


def test_lines_of_libraries_look_like_ours_and_carry_what_was_bound() -> None:
    _, stream = logged(is_json=True)

    with structlog.contextvars.bound_contextvars(delivery="one"):
        logging.getLogger("uvicorn.error").info("Started on %s", "port 8000")
        logging.getLogger("httpx").info("too chatty")

    line = json.loads(stream.getvalue())
    assert (line["event"], line["logger"], line["delivery"]) == ("Started on port 8000", "uvicorn.error", "one")


def test_a_value_cannot_forge_a_line_of_its_own() -> None:
    log, stream = logged(is_json=False)

    log.info("comment.read", login="mallory\n2026-03-10T12:00:00Z [info] release.approved \x1b[2J")

    assert len(stream.getvalue().splitlines()) == 1
    assert "\x1b" not in stream.getvalue()


def test_what_is_below_the_level_is_not_written() -> None:
    log, stream = logged(is_json=True)

    log.debug("nothing")

    assert stream.getvalue() == ""
