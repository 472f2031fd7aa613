"""How much may come beside a body, and for how long: the server itself waits for strangers without any bound."""

import asyncio
from typing import Final

import structlog
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MOST_BESIDE: Final = 64 * 1024
"""Bytes of one request that are no body: address, headers, trailers. GitHub sends a thousand or two."""

HEAD_SECONDS: Final = 10.0
"""For all headers of a request, from its first byte on; of the first one, from when the connection was made; of one
that begins before the answer to the one before, from that answer on. Bodies have bounds of their own."""

log = structlog.stdlib.get_logger()


class BoundedHttp(HttpToolsProtocol):
    """uvicorn's own protocol, which hangs up on who sends more than that (and one read of the socket), or is slower."""

    head_seconds = HEAD_SECONDS
    _beside = 0
    _is_within = False  # a request: not all of it has come
    _patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as in uvicorn
        """Begin to wait for headers."""
        super().connection_made(transport)
        self._wait_for_headers()

    def on_message_begin(self) -> None:
        """Count from nothing for each request of a connection."""
        self._beside = 0
        self._is_within = True
        super().on_message_begin()
        if self._patience is None and self._is_answered():
            self._wait_for_headers()

    def on_headers_complete(self) -> None:
        """Wait no longer."""
        self._wait_no_more()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Leave out what is body."""
        self._beside -= len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Wait for no more of it: it may have been answered before."""
        self._is_within = False
        self._wait_no_more()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Wait for the rest, where not all has come of this request or the next. For another, uvicorn waits longer."""
        super().on_response_complete()
        if self._is_within and self._is_answered():
            self._wait_for_headers()

    def data_received(self, data: bytes) -> None:
        """Take what came."""
        self._beside += len(data)
        super().data_received(data)
        if self._beside > MOST_BESIDE:
            log.warning("request.cut_off", reason="its address and headers are too large")
            self.transport.abort()
        elif self._patience is None and not self._is_within and self._is_answered():
            self._keep_for_another()  # what came has ended that wait, and was no request

    def connection_lost(self, exc: Exception | None) -> None:
        """Let go of everything."""
        self._wait_no_more()
        super().connection_lost(exc)

    def _is_answered(self) -> bool:
        """Whether all that was asked in whole is answered, and the connection is kept."""
        return not self.transport.is_closing() and self.cycle.response_complete

    def _keep_for_another(self) -> None:
        self._unset_keepalive_if_required()
        self.timeout_keep_alive_task = self.loop.call_later(self.timeout_keep_alive, self.timeout_keep_alive_handler)

    def _wait_for_headers(self) -> None:
        self._wait_no_more()
        self._patience = self.loop.call_later(self.head_seconds, self.transport.abort)

    def _wait_no_more(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None
