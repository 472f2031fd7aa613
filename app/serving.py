"""`gonogo serve` and `gonogo work`: the service of the settings, in one process or in many, until told to stop."""

import asyncio
import gc
import os
import signal
import socket
import sys
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Final

import structlog
import uvicorn
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DatabaseError

from app.adapters.db.engine import is_for_one_process
from app.adapters.db.migrate import CannotMigrate, upgrade
from app.adapters.signing import UnusableKey, is_open_to_others, load_signer
from app.cli import Unusable
from app.examining import key_facts
from app.log import set_up_logging
from app.ports import UNTRACED, Signer, Tracer
from app.service import Service, Wiring
from app.settings import Settings, SettingsError, load_settings
from app.web.head import BoundedHttp

_log: Final = structlog.stdlib.get_logger()
GRACE_SECONDS: Final = 10
KEPT_SECONDS: Final = 75
"""How long a connection is kept for the next request: longer than nginx keeps its own before us, which is 60 s.

Otherwise one of its deliveries meets, now and then, a connection that was closed just then, and is lost.
"""

_TRACED_TO: Final = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
SWITCH_SECONDS: Final = 0.001
OWN_LOOP_SWITCH_SECONDS: Final = 0.0002  # where a busy event loop stands between GitHub and the door's


class _Server(uvicorn.Server):
    """A server that returns when it was told to end: uvicorn itself would raise the signal once more and die of it."""

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """End at the first signal, whatever is going on at the second."""
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def serve_from_settings(*, is_working: bool = True) -> None:
    """Run the service. Raises Unusable where the settings, the database or the port do not allow it.

    With `is_working=False` it takes deliveries, and leaves the work to `work_from_settings` in other processes.
    """
    settings = _settings()
    if not is_working:
        _for_several(settings)
    set_up_logging(is_json=not sys.stderr.isatty())
    _prepare(settings)
    _serve_on(settings, settings.port, lambda: _service(settings, is_working=is_working))


def work_from_settings(port: int | None = None) -> None:
    """Work on what came, beside any number of others, until told to stop; where a port is given, say there how it goes.

    Raises Unusable like `serve_from_settings`, and where the database serves one process only.
    """
    settings = _settings()
    _for_several(settings)
    set_up_logging(is_json=not sys.stderr.isatty())
    _prepare(settings)
    if port is not None:
        _serve_on(settings, port, lambda: _service(settings, has_door=False))
        return
    service = _service(settings, has_door=False)
    shorten_pauses()
    with asyncio.Runner(loop_factory=fast_loop) as runner:
        runner.run(_work(service))


async def _work(service: Service) -> None:
    """Work until a signal comes; at the second one end at once."""
    told = asyncio.Event()
    loop, current = asyncio.get_running_loop(), asyncio.current_task()

    def hear() -> None:
        if told.is_set() and current is not None:
            current.cancel()
        told.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, hear)
    try:
        await service.start()
        _log.info("worker.started")
        await told.wait()
    finally:
        await service.stop()
    _log.info("worker.stopped")


def fast_loop() -> asyncio.AbstractEventLoop:
    """Return the fast event loop where there is one."""
    try:
        import uvloop  # noqa: PLC0415 - not on every system
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


def _serve_on(settings: Settings, port: int, make: Callable[[], Service]) -> None:
    sock = listen(settings.host, port)
    with sock:
        service = make()
        server = _Server(server_config(service))
        shorten_pauses(has_own_loop=service.has_own_loop)
        server.run(sockets=[sock])
    if not server.started:
        raise Unusable("The service did not come up: the log line above says why.")


def _for_several(settings: Settings) -> None:
    if is_for_one_process(settings.database_url.get_secret_value()):
        raise Unusable(
            "A SQLite file serves one process, `gonogo serve`. Several want GONOGO_DATABASE_URL to be"
            " postgresql+psycopg://USER:PASSWORD@HOST/NAME."
        )


def upgrade_from_settings() -> None:
    """Migrate the database of the settings. Raises Unusable."""
    _prepare(_settings())


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens there. Raises Unusable, in words, where the port is taken or not to be had."""
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise Unusable(f"Cannot listen on {host} port {port}: {error.strerror}. Choose another port.") from error


def shorten_pauses(*, has_own_loop: bool = False) -> None:
    """Keep deliveries from waiting on Python itself; called once everything is loaded.

    The database's thread gets its turn beside a busy event loop after a millisecond, not five; where the door is in
    another thread than the work, after a fifth of one. And what was loaded stays for good: the garbage collector need
    not go through it again and again.
    """
    sys.setswitchinterval(OWN_LOOP_SWITCH_SECONDS if has_own_loop else SWITCH_SECONDS)
    gc.collect()
    gc.freeze()


def server_config(service: Service) -> uvicorn.Config:
    """Return how the service is served: our own log lines, no access log (GitHub's own list of deliveries is that)."""
    return uvicorn.Config(
        service.web,
        log_config=None,
        access_log=False,
        server_header=False,
        http=BoundedHttp,
        ws="none",
        lifespan="on",
        timeout_keep_alive=KEPT_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


def _settings() -> Settings:
    try:
        return load_settings()
    except SettingsError as error:
        raise Unusable(str(error)) from error


def _prepare(settings: Settings) -> None:
    """Make a SQLite file's folder and bring the schema up to date: starting wants no ceremony."""
    url = settings.database_url.get_secret_value()
    name = make_url(url).database  # and neither the password nor the rest of the address
    try:
        upgrade(url)
    except OSError as error:
        raise Unusable(f"The database's folder cannot be used: {error}") from error
    except DatabaseError as error:
        raise Unusable(f"The database {name} cannot be used: {error.orig}") from error
    except CannotMigrate as error:
        raise Unusable(f"The database {name} is not one of this version: {error}") from error


def _signer(settings: Settings) -> Signer | None:
    """Return what signs release tags; None where no key is set. Raises Unusable."""
    path = settings.tag_signing_key_file
    if path is None:
        return None
    try:
        signer = load_signer(path)
    except UnusableKey as error:
        raise Unusable(f"Tags cannot be signed: GONOGO_TAG_SIGNING_KEY_FILE {error}.") from error
    if is_open_to_others(path):
        _log.warning("signing.key_open_to_others", path=str(path), hint=f"chmod 600 {path}")
    _log.info("signing.key_loaded", kind=signer.kind, fingerprint=signer.fingerprint)
    return signer


def tracer_of(environment: Mapping[str, str]) -> Tracer:
    """Return what traces, by OpenTelemetry's own variables; without them nothing of it is loaded. Raises Unusable."""
    is_wanted = any(environment.get(name) for name in _TRACED_TO)
    if not is_wanted or environment.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return UNTRACED
    try:
        from app.adapters.tracing import otlp_tracer  # noqa: PLC0415 - see above

        return otlp_tracer()
    except ImportError as error:
        raise Unusable(f"{_TRACED_TO[0]} is set, and OpenTelemetry is not installed: install gonogo[otel].") from error


def _service(settings: Settings, *, has_door: bool = True, is_working: bool = True) -> Service:
    signer = _signer(settings)
    try:
        return Service(
            Wiring(
                app_id=settings.app_id,
                private_key=settings.read_private_key().get_secret_value(),
                webhook_secrets=settings.webhook_secrets,
                database_url=settings.database_url.get_secret_value(),
                api_url=settings.github_api_url,
                site_url=settings.github_url,
                signer=signer,
                tracer=tracer_of(os.environ),
                signing_key=partial(key_facts, settings.tag_signing_key_file),
                public_url=settings.public_url,
                metrics_token=settings.metrics_token.get_secret_value() if settings.metrics_token else None,
                has_door=has_door,
                is_working=is_working,
                loop_of_work=fast_loop if has_door and is_working else None,
            )
        )
    except ValueError as error:
        raise Unusable(f"The private key cannot be used: {error}") from error
