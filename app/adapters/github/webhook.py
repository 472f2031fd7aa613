"""Whether a webhook POST is GitHub's: its signature, checked before anything in it is read."""

import hashlib
import hmac
from collections.abc import Sequence
from typing import Final

_PREFIX: Final = "sha256="
_HEX_DIGITS: Final = frozenset("0123456789abcdef")


def verify_signature(body: bytes, header: str | None, secrets: Sequence[str]) -> bool:
    """Return whether `X-Hub-Signature-256` is the body's HMAC-SHA256 under one of the secrets. Never raises.

    Several secrets are taken so that one can be replaced without losing deliveries. An empty secret matches nothing.
    Only SHA-256 counts: https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
    """
    if header is None or not header.startswith(_PREFIX):
        return False
    given = header.removeprefix(_PREFIX)
    if len(given) != hashlib.sha256().digest_size * 2 or not _HEX_DIGITS.issuperset(given):
        return False  # also keeps compare_digest from raising on a header that is not ASCII
    is_ours = False
    for secret in secrets:
        wanted = hmac.digest(secret.encode("utf-8", "surrogatepass"), body, "sha256").hex()
        # no early return: the time taken must not tell which secret matched
        is_ours |= bool(secret) and hmac.compare_digest(given, wanted)
    return is_ours
