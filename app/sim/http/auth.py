"""Who asks: App JWTs and installation tokens, as GitHub checks them."""

import base64
import hashlib
from datetime import timedelta
from functools import lru_cache
from typing import cast

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from app.sim.state import App, Installation, Repo, Token
from app.sim.wire import Refusal
from app.sim.world import World

LONGEST_JWT_S = 600
SLACK_S = 60  # how far the clocks may differ
_VERIFIER = jwt.PyJWS()  # the signature alone: the claims are checked against the world's own clock
UNREADABLE = "A JSON web token could not be decoded"
TOKEN_MARK = "SIMULATEDTOKEN"  # noqa: S105  # nosec B105 # it opens nothing
"""Stands in each secret part of each installation token, so that one can be known wherever it turns up."""


@lru_cache(maxsize=16)
def _key(pem: str) -> RSAPublicKey:
    key = load_pem_public_key(pem.encode())
    if not isinstance(key, RSAPublicKey):
        raise TypeError("an App's key is RSA")
    return key


def bearer(header: str) -> str | None:
    """Return the token of an Authorization header; GitHub takes `Bearer` and `token` alike."""
    scheme, _, value = header.partition(" ")
    return value.strip() if scheme.lower() in {"bearer", "token"} and value else None


def _moment(claims: dict[str, object], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Refusal(401, f"'{name}' must be an Integer")
    return float(value)


def app_of(world: World, token: str) -> App:
    """Return the App that signed a JWT. Refused with 401, or 404 for an issuer that is no App."""
    try:
        claims = cast("dict[str, object]", jwt.decode(token, options={"verify_signature": False}))
    except jwt.InvalidTokenError as error:
        raise Refusal(401, UNREADABLE) from error
    issuer = str(claims.get("iss", ""))
    app = next((app for app in world.apps.values() if issuer in (str(app.id), app.client_id)), None)
    if app is None or app.public_key is None:
        raise Refusal(404, "Integration not found")
    try:
        _VERIFIER.decode_complete(token, _key(app.public_key), algorithms=["RS256"])
    except jwt.InvalidTokenError as error:
        raise Refusal(401, UNREADABLE) from error
    now = world.now().timestamp()
    issued, expires = _moment(claims, "iat"), _moment(claims, "exp")
    if issued > now + SLACK_S:
        raise Refusal(401, "'Issued at' claim ('iat') must be an Integer representing the time of the assertion")
    if expires <= now:
        raise Refusal(401, "'Expiration time' claim ('exp') must be a numeric value representing a future time")
    if expires > now + LONGEST_JWT_S + SLACK_S or expires - issued > LONGEST_JWT_S + SLACK_S:
        raise Refusal(401, "'Expiration time' claim ('exp') is too far in the future")
    return app


def issue_token(world: World, installation: Installation, repos: set[int] | None, permissions: dict[str, str]) -> Token:
    """Make an installation token of the long form `ghs_APPID_x.y.z`, good for one hour."""
    parts = [
        TOKEN_MARK + base64.b32encode(hashlib.sha512(world.digest("token").encode()).digest() * 2).decode().strip("=")
        for _ in range(2)
    ]
    text = f"ghs_{installation.app.id}_eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9.{parts[0]}.{parts[1]}"
    token = Token(
        text=text,
        installation=installation,
        expires_at=world.now() + timedelta(hours=1),
        permissions=permissions,
        repos=repos,
    )
    world.tokens[text] = token
    return token


def token_of(world: World, text: str) -> Token:
    """Return the installation token of that text. Refused with 401 where there is none or it is over."""
    token = world.tokens.get(text)
    if token is None or token.expires_at <= world.now():
        raise Refusal(401, "Bad credentials")
    if token.installation.suspended:
        raise Refusal(403, "This installation has been suspended")
    return token


def reaches(world: World, token: Token, repo: Repo) -> bool:
    """Whether a token may see a repository at all."""
    if world.installation_on(repo, token.installation.app) is not token.installation:
        return False
    return token.repos is None or repo.id in token.repos


def check_permission(token: Token, needs: str) -> None:
    """Refuse with 403 where the token lacks a permission such as `issues:write`."""
    name, level = needs.split(":")
    held = token.permissions.get(name)
    if held is None or (level == "write" and held == "read"):
        raise Refusal(403, "Resource not accessible by integration")
