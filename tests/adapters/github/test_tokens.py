"""Tokens: one key read once, one token at a time, and no secret where people read."""

import asyncio
import gc
from datetime import timedelta

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from app.adapters.github.answers import Unreachable
from app.adapters.github.tokens import AppJwt
from app.ports import Missing, Rejected, Throttled
from app.sim.clock import SimClock
from tests.adapters.github.scripted import APP_ID, OTHER, REPO, Reply, Scripted, issue, pem
from tests.clock import NOON

pytestmark = pytest.mark.anyio

OK = Reply(200, issue())


def authorizations(hub: Scripted) -> list[str]:
    return [asked.headers["authorization"] for asked in hub.calls]


async def test_the_jwt_says_who_we_are_for_less_than_ten_minutes_and_a_little_back() -> None:
    clock = SimClock(NOON)
    header = await AppJwt(APP_ID, pem(), clock).header()
    public = load_pem_private_key(pem().encode(), None).public_key()
    token = header.removeprefix("Bearer ")
    checks_off = {"verify_exp": False, "verify_iat": False}
    claims = jwt.decode(token, public, algorithms=["RS256"], options=checks_off)  # pyright: ignore[reportArgumentType] - RSA
    now = int(clock.now().timestamp())
    assert claims == {"iss": str(APP_ID), "iat": now - 60, "exp": now + 540}


async def test_the_jwt_is_kept_while_it_is_good_and_made_anew_before_it_ends() -> None:
    clock = SimClock(NOON)
    app = AppJwt(APP_ID, pem(), clock)
    first = await app.header()
    await clock.wind(6 * 60)
    assert await app.header() is first
    await clock.wind(60)
    assert await app.header() != first


@pytest.mark.parametrize(
    "key",
    [
        "",
        "not a key",
        "-----BEGIN RSA PRIVATE KEY-----\nc2VjcmV0\n-----END RSA PRIVATE KEY-----",
        ec.generate_private_key(ec.SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        load_pem_private_key(pem().encode(), None).private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"x")
        ),
    ],
)
def test_a_key_that_cannot_be_used_is_refused_without_being_shown(key: str | bytes) -> None:
    with pytest.raises(ValueError, match="not an unencrypted RSA key in PEM form") as told:
        AppJwt(APP_ID, key, SimClock(NOON))
    assert "c2VjcmV0" not in str(told.value)


async def test_a_token_is_kept_until_five_minutes_before_its_end(hub: Scripted) -> None:
    hub.then(OK, OK, OK)
    github = hub.github()
    await github.issue(REPO, 1)
    await hub.clock.wind(55 * 60 - 1)
    await github.issue(REPO, 1)
    await hub.clock.wind(1)
    await github.issue(REPO, 1)
    assert authorizations(hub) == ["Bearer ghs_1", "Bearer ghs_1", "Bearer ghs_2"]


async def test_each_installation_has_its_own_token(hub: Scripted) -> None:
    hub.then(OK, OK)
    github = hub.github()
    await github.issue(REPO, 1)
    await github.issue(OTHER, 1)
    assert authorizations(hub) == ["Bearer ghs_1", "Bearer ghs_2"]


async def test_a_token_of_any_length_and_form_will_do(hub: Scripted) -> None:
    long = "ghs_4711_" + "a.b-_" * 200
    hub.token_script.append(Reply(201, {"token": long, "expires_at": "2026-03-10T13:00:00Z"}))
    hub.then(OK)
    await hub.github().issue(REPO, 1)
    assert authorizations(hub) == [f"Bearer {long}"]


async def test_a_refused_token_is_renewed_once_and_the_call_repeated(hub: Scripted) -> None:
    hub.refused.add("Bearer ghs_1")
    hub.then(OK)
    assert (await hub.github().issue(REPO, 1)).body == "text"
    assert authorizations(hub) == ["Bearer ghs_1", "Bearer ghs_2"]


async def test_a_newer_token_that_is_refused_too_is_a_no(hub: Scripted) -> None:
    hub.then(*[Reply(401, {"message": "Bad credentials"})] * 2)
    with pytest.raises(Rejected, match="401 Bad credentials"):
        await hub.github().comment(REPO, 1, "hello")
    assert len(hub.calls) == 2


async def test_many_refused_at_once_fetch_one_newer_token(hub: Scripted) -> None:
    github = hub.github()
    hub.then(OK)
    await github.issue(REPO, 1)
    hub.refused.add("Bearer ghs_1")
    hub.then(*[OK] * 5)
    await asyncio.gather(*[github.issue(REPO, 1) for _ in range(5)])
    assert hub.tokens == 2


async def test_a_lost_token_request_is_repeated(hub: Scripted) -> None:
    hub.token_script.extend([Reply(502), Reply(502)])
    hub.then(OK)
    await hub.github().issue(REPO, 1)
    assert authorizations(hub) == ["Bearer ghs_1"]


async def test_without_a_token_a_write_is_put_off_and_not_unclear(hub: Scripted) -> None:
    hub.token_script.extend([Reply(502)] * 3)
    github = hub.github()
    with pytest.raises(Unreachable, match="no installation token could be had"):
        await github.comment(REPO, 1, "hello")
    asked = len(hub.asked)
    with pytest.raises(Throttled) as told:
        await github.comment(REPO, 1, "hello")
    assert told.value.retry_at == hub.clock.now() + timedelta(seconds=5)
    assert len(hub.asked) == asked
    await hub.clock.wind(5)
    hub.then(Reply(201, {"id": 5, "html_url": ""}))
    assert (await github.comment(REPO, 1, "hello")).id == 5


async def test_an_installation_that_is_gone_does_not_make_its_branches_missing(hub: Scripted) -> None:
    hub.token_script.append(Reply(404, {"message": "Not Found"}))
    with pytest.raises(Rejected, match="not installed there any more") as told:
        await hub.github().head_of(REPO, "main")
    assert not isinstance(told.value, Missing)


async def test_an_unreadable_token_answer_is_not_quoted(hub: Scripted) -> None:
    hub.token_script.extend([Reply(201, {"token": "ghs_secret", "expires_at": "never"})] * 3)
    with pytest.raises(Unreachable) as told:
        await hub.github().issue(REPO, 1)
    assert told.value.__suppress_context__
    assert "ghs_secret" not in repr(told.value)


async def test_no_secret_shows_in_what_we_hold(hub: Scripted) -> None:
    gc.collect()
    others = {id(each) for each in gc.get_objects()}  # of other tests: a signature that begins with BEGIN is no secret
    hub.then(OK)
    github = hub.github()
    await github.issue(REPO, 1)
    held = [each for each in gc.get_objects() if id(each) not in others]
    ours = [repr(each) for each in held if str(type(each).__module__).startswith("app.adapters.github")]
    assert any("Held" in text for text in ours)
    assert not any("ghs_" in text or "BEGIN" in text for text in ours)
