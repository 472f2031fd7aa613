"""How much may come beside a body: the server reads addresses, headers and trailers of strangers without any bound."""

from typing import Final

import structlog
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MOST_BESIDE: Final = 64 * 1024
"""Bytes of one request that are no body; GitHub sends a thousand or two."""

log = structlog.stdlib.get_logger()


class BoundedHttp(HttpToolsProtocol):
    """uvicorn's own protocol, which hangs up where more comes than that, and one read of the socket."""

    _beside = 0

    def on_message_begin(self) -> None:
        """Count from nothing for each request of a connection."""
        self._beside = 0
        super().on_message_begin()

    def on_body(self, body: bytes) -> None:
        """Leave out what is body: that has bounds of its own."""
        self._beside -= len(body)
        super().on_body(body)

    def data_received(self, data: bytes) -> None:
        """Take what came."""
        self._beside += len(data)
        super().data_received(data)
        if self._beside > MOST_BESIDE:
            log.warning("request.cut_off", reason="its address and headers are too large")
            self.transport.abort()
