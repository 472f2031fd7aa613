"""Who we are to GitHub: the App's own JWT, and a token for each installation, kept until shortly before it ends."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import jwt
import structlog
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from gidgethub.abc import GitHubAPI
from pydantic import AwareDatetime, BaseModel, SecretStr, ValidationError

from app.adapters.github.answers import Unreachable
from app.adapters.github.outages import TOLD_FOR
from app.adapters.github.patience import patiently
from app.adapters.github.skew import Skew
from app.ports import Clock, GitHubError, Missing, Rejected, Unclear

_log: Final = structlog.stdlib.get_logger()

_BACKDATED: Final = timedelta(seconds=60)  # GitHub refuses a JWT from its own future
_JWT_LIFE: Final = timedelta(minutes=9)  # GitHub allows ten
_JWT_MARGIN: Final = timedelta(minutes=2)
_TOKEN_MARGIN: Final = timedelta(minutes=5)
_TOKEN_LIFE: Final = timedelta(hours=1)
_PAUSE: Final = timedelta(seconds=5)
_REFUSED_FOR: Final = timedelta(seconds=60)  # until an installation that is refused a token is asked for again
_FAR_OFF: Final = timedelta(days=1)  # no clock that can be trusted is
_DIFFERS: Final = timedelta(seconds=10)
_UNAUTHORIZED: Final = 401
_FORBIDDEN: Final = 403
_GONE: Final = 404


class AppJwt:
    """The App's credentials: a JWT signed with its private key, which is read once and shown nowhere."""

    def __init__(self, app_id: int, pem: str | bytes, clock: Clock) -> None:
        """Raise ValueError where the key is not an unencrypted RSA key in PEM form."""
        self.app_id = app_id
        self.skew = Skew()
        """How far GitHub's clock is ahead, as its answers tell: it is GitHub that reads the JWT's times."""
        self._key = _rsa_key(pem)
        self._clock = clock
        self._ahead = timedelta()
        self._header = ""
        self._made_at: datetime | None = None

    async def header(self) -> str:
        """Return `Bearer <jwt>`, a new one every few minutes."""
        now = self._clock.now()
        made_at = self._made_at
        if made_at is None or not made_at <= now < made_at + _JWT_LIFE - _JWT_MARGIN:
            told = self.skew.latest or timedelta()
            self._ahead = told if abs(told) <= _FAR_OFF else timedelta()
            there = now + self._ahead
            claims = {
                "iat": int((there - _BACKDATED).timestamp()),
                "exp": int((there + _JWT_LIFE).timestamp()),
                "iss": str(self.app_id),
            }
            self._header = f"Bearer {jwt.encode(claims, self._key, algorithm='RS256')}"
            self._made_at = now
        return self._header

    async def renewed(self, refused: str) -> str | None:
        """Return one by GitHub's own clock, where the refused one was by another; else None: it is not the clock."""
        del refused
        told = self.skew.latest
        if told is None or abs(told) > _FAR_OFF or abs(told - self._ahead) < _DIFFERS:
            return None
        self._made_at = None
        return await self.header()


class _Granted(BaseModel):
    token: SecretStr
    expires_at: AwareDatetime


@dataclass(slots=True)
class _Held:
    """What is held for one installation. The lock lets one ask for a token while the others wait for it."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    header: str = field(default="", repr=False)
    good_until: datetime | None = None
    off_until: datetime | None = None  # no token was to be had: not asked again before
    refused: str = ""  # why, where GitHub said no: `suspended`, `gone`, or `refused`


class Tokens:
    """Installation tokens. They are opaque: GitHub changes their length and form.

    `asks_for(installation)` gives the App's own API to ask for that installation's token.

    https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-an-installation-access-token-for-a-github-app
    """

    def __init__(self, asks_for: Callable[[int], GitHubAPI], clock: Clock) -> None:
        self._asks_for = asks_for
        self._clock = clock
        self._held: dict[int, _Held] = {}

    async def header(self, installation: int) -> str:
        """Return `Bearer <token>`. Raises Unreachable where none can be had, Rejected where there is no installation.

        After a no GitHub is not asked again for a minute.
        """
        held = self._held.setdefault(installation, _Held())
        if held.good_until is not None and self._clock.now() < held.good_until:
            return held.header
        return await self._fresh(installation, held, held.header)

    async def renewed(self, installation: int, refused: str) -> str:
        """Return a newer header than the refused one: the one that somebody fetched meanwhile, or a new one."""
        return await self._fresh(installation, self._held.setdefault(installation, _Held()), refused)

    def troubles(self) -> dict[int, str]:
        """Return the installations for which GitHub gives no token: `suspended`, `gone`, or `refused`."""
        since = self._clock.now() - TOLD_FOR
        return {
            installation: held.refused
            for installation, held in self._held.items()
            if held.refused and held.off_until is not None and held.off_until > since
        }

    async def _fresh(self, installation: int, held: _Held, old: str) -> str:
        async with held.lock:
            if held.header != old:
                return held.header
            now = self._clock.now()
            if held.off_until is not None and now < held.off_until:
                raise _no_token(held.refused, held.off_until)
            granted = await self._ask(installation, held)
            now = self._clock.now()
            held.header = f"Bearer {granted.token.get_secret_value()}"
            held.good_until = min(granted.expires_at, now + _TOKEN_LIFE) - _TOKEN_MARGIN
            held.off_until = None
            if held.refused:
                _log.warning("github.token_again", installation=installation)
                held.refused = ""
            return held.header

    async def _ask(self, installation: int, held: _Held) -> _Granted:
        url = f"/app/installations/{installation}/access_tokens"
        try:
            answer: object = await patiently(lambda: self._asks_for(installation).post(url, data=b""))
            return _Granted.model_validate(answer)
        except Rejected as error:
            # not Missing: an installation that is gone does not make its branches and files missing ones
            raise self._refuse(installation, held, error) from error
        except (Unclear, ValidationError):
            # nothing was asked in the installation's name yet, so this is no Unclear for who waits for the token;
            # the cause is left out, since it may quote the answer
            held.off_until = self._clock.now() + _PAUSE
            raise Unreachable(held.off_until) from None

    def _refuse(self, installation: int, held: _Held, error: Rejected) -> GitHubError:
        """Note a no, and tell of it once: until a yes, work for the installation waits, or ends where it is gone."""
        kinds = {_UNAUTHORIZED: "refused", _FORBIDDEN: "suspended"}
        why = "gone" if isinstance(error, Missing) else kinds.get(error.status, "refused")
        if held.refused != why:
            _log.error("github.no_token", installation=installation, why=why, error=str(error))
        held.refused, held.good_until = why, None
        held.off_until = self._clock.now() + _REFUSED_FOR
        return _no_token(why, held.off_until)


def _no_token(why: str, until: datetime) -> GitHubError:
    """Return the error for who waits for a token. Only an installation that is gone is a no: all else may pass."""
    if why == "gone":
        return Rejected(_GONE, "the App is not installed there any more")
    return Unreachable(until, f"GitHub gives no installation token ({why})") if why else Unreachable(until)


class InstallationToken:
    """An installation's credentials."""

    def __init__(self, tokens: Tokens, installation: int) -> None:
        self._tokens = tokens
        self._installation = installation

    async def header(self) -> str:
        """Return `Bearer <token>`."""
        return await self._tokens.header(self._installation)

    async def renewed(self, refused: str) -> str | None:
        """Return a newer token's header."""
        return await self._tokens.renewed(self._installation, refused)


def _rsa_key(pem: str | bytes) -> RSAPrivateKey:
    try:
        key = load_pem_private_key(pem.encode() if isinstance(pem, str) else pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if isinstance(key, RSAPrivateKey):
        return key
    raise ValueError("the App's private key is not an unencrypted RSA key in PEM form")
