"""Routes of the App's webhook: where it points, what was delivered, and delivering again."""

from typing import cast

from app.sim.hook import Delivered, Hook
from app.sim.http.paging import per_page
from app.sim.http.request import Request, Route
from app.sim.wire import Answer, Json, Refusal, found, stamp, text


def _hook(request: Request) -> Hook:
    return request.world.hooks[request.caller.slug]


def _config(request: Request) -> Json:
    hook = _hook(request)
    secret: Json = dict.fromkeys(["secret"], "*" * 8) if request.caller.webhook_secret is not None else {}
    return {"content_type": hook.content_type, "insecure_ssl": hook.insecure_ssl, **secret, "url": hook.url}


def get_config(request: Request) -> Answer:
    """GET /app/hook/config; the secret is never shown."""
    return Answer(body=_config(request))


def update_config(request: Request) -> Answer:
    """PATCH /app/hook/config."""
    hook, body = _hook(request), request.body
    hook.url = text(body, "url") or hook.url
    hook.content_type = text(body, "content_type") or hook.content_type
    hook.insecure_ssl = text(body, "insecure_ssl") or hook.insecure_ssl
    request.caller.webhook_secret = text(body, "secret") or request.caller.webhook_secret
    return Answer(body=_config(request))


def _shape(one: Delivered) -> Json:
    def number(key: str) -> object:
        about = one.post.payload.get(key)
        return cast("Json", about).get("id") if isinstance(about, dict) else None

    return {
        "id": one.id,
        "guid": one.post.id,
        "delivered_at": stamp(one.at),
        "redelivery": one.is_again,
        "duration": one.duration,
        "status": one.status,
        "status_code": one.status_code,
        "event": one.post.event,
        "action": one.post.action,
        "installation_id": number("installation"),
        "repository_id": number("repository"),
        "throttled_at": None,
    }


def list_deliveries(request: Request) -> Answer:
    """GET /app/hook/deliveries, newest first; filter status, and a cursor in the Link header."""
    query = request.query
    log = list(reversed(_hook(request).log))
    if (cursor := query.get("cursor")) is not None:
        if not cursor.isdigit():
            raise Refusal(400, "Invalid cursor")
        log = [one for one in log if one.id < int(cursor)]
    if (status := query.get("status")) is not None:
        log = [one for one in log if one.is_ok == (status == "success")]
    size = per_page(request)
    shown, rest = log[:size], log[size:]
    headers: dict[str, str] = {}
    if rest:
        narrowed = f"&status={status}" if status else ""
        url = f"{request.url}/app/hook/deliveries?per_page={size}&cursor={shown[-1].id}{narrowed}"
        headers = {"link": f'<{url}>; rel="next"'}
    return Answer(body=[_shape(one) for one in shown], headers=headers)


def _delivery(request: Request) -> Delivered:
    number = request.number("delivery_id")
    return found(next((one for one in _hook(request).log if one.id == number), None))


def get_delivery(request: Request) -> Answer:
    """GET /app/hook/deliveries/{delivery_id}, with what was sent."""
    one = _delivery(request)
    asked: Json = {"headers": dict(one.post.headers), "payload": one.post.payload}
    said: Json = {"headers": {}, "payload": None}
    url = _hook(request).url
    return Answer(body={**_shape(one), "url": url, "request": asked, "response": said})


def redeliver(request: Request) -> Answer:
    """POST /app/hook/deliveries/{delivery_id}/attempts."""
    request.world.redeliver(_delivery(request).post)
    return Answer(status=202, body={})


_LOG = "/app/hook/deliveries"
ROUTES = (
    Route("GET", "/app/hook/config", get_config, auth="jwt"),
    Route("PATCH", "/app/hook/config", update_config, auth="jwt"),
    Route("GET", _LOG, list_deliveries, auth="jwt"),
    Route("GET", _LOG + "/{delivery_id}", get_delivery, auth="jwt"),
    Route("POST", _LOG + "/{delivery_id}/attempts", redeliver, auth="jwt"),
)
