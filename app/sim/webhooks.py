"""Webhook posts as GitHub makes them: the raw body, signed, with its headers."""

import hashlib
import hmac
import json
from dataclasses import dataclass

from app.sim.state import App
from app.sim.wire import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookPost:
    """One webhook POST that waits to be sent to an App."""

    event: str
    action: str | None
    headers: dict[str, str]
    body: bytes
    app: str  # slug of the App that gets it

    @property
    def id(self) -> str:
        """The delivery's id."""
        return self.headers["X-GitHub-Delivery"]

    @property
    def payload(self) -> Json:
        """The body, parsed."""
        payload: Json = json.loads(self.body)
        return payload


def signature(secret: str, body: bytes) -> str:
    """Return what X-Hub-Signature-256 says about a body."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def make_post(app: App, event: str, action: str | None, text: str, seed: str) -> WebhookPost:
    """Make the POST of a payload; the seed makes the delivery's id."""
    body = text.encode()
    headers = {
        "Content-Type": "application/json",
        "Accept": "*/*",
        "User-Agent": "GitHub-Hookshot/5f1e0c2",
        "X-GitHub-Event": event,
        "X-GitHub-Delivery": f"{seed[:8]}-{seed[8:12]}-4{seed[13:16]}-a{seed[17:20]}-{seed[20:32]}",
        "X-GitHub-Hook-ID": str(app.hook_id),
        "X-GitHub-Hook-Installation-Target-Type": "integration",
        "X-GitHub-Hook-Installation-Target-ID": str(app.id),
    }
    if app.webhook_secret is not None:
        headers["X-Hub-Signature-256"] = signature(app.webhook_secret, body)
    return WebhookPost(event=event, action=action, headers=headers, body=body, app=app.slug)
