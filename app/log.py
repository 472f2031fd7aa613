"""Log lines: events with values, as JSON for machines or coloured for people, and never a secret in them."""

import logging
import re
import sys
from typing import Final, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

HIDDEN: Final = "[hidden]"

_SECRET: Final = re.compile(
    r"""
      \b gh[oprsu]_ [\w.-]{8,}                                  # tokens of GitHub, old form and new
    | \b github_pat_ \w{8,}
    | \b eyJ [\w-]{8,} \. [\w-]{8,} \. [\w-]*                   # a JSON Web Token
    | (?i: \b bearer ) \s+ [\w.~+/=-]{4,}
    | \b sha (?: 1 | 256 ) = [0-9a-fA-F]{8,}                    # a webhook's signature, ours or another
    | -----BEGIN\ [A-Z0-9 ]{1,40}----- [\w\s\\+/=:,.-]*         # a key, its line ends perhaps escaped
    | (?<= :// ) [^\s/@:'"\\]{0,200} : [^\s/@'"\\]{1,200} (?= @ )  # the name and password of an address
    """,
    re.VERBOSE | re.ASCII,
)

_CHATTERS: Final = ("alembic", "asyncio", "httpcore", "httpx", "uvicorn.access")


def hide_secrets(text: str) -> str:
    """Return the text with whatever looks like a secret taken out."""
    return _SECRET.sub(HIDDEN, text)


def _hide_in_line(_logger: WrappedLogger, _method: str, line: str) -> str:
    """Work on the finished line: nothing gets past, not what an exception quotes either."""
    return hide_secrets(line)


def set_up_logging(*, is_json: bool, level: int = logging.INFO, stream: TextIO = sys.stderr) -> None:
    """Send all log lines to the stream, those of libraries and of the web server too."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last = _renderers(stream, is_json=is_json)
    structlog.configure(
        processors=[*shared, *last],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=stream),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, _add_logger_name],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in _CHATTERS:
        logging.getLogger(name).setLevel(logging.WARNING)


def _renderers(stream: TextIO, *, is_json: bool) -> list[Processor]:
    if is_json:
        return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(), _as_processor()]
    console = structlog.dev.ConsoleRenderer(
        colors=stream.isatty(),
        repr_native_str=True,  # a line end in a value cannot begin a line of its own
        exception_formatter=structlog.dev.plain_traceback,  # the pretty one would show local variables
    )
    return [console, _as_processor()]


def _as_processor() -> Processor:
    """Tell the type checker what structlog allows: after the renderer, the event is its text."""
    hide: Processor = _hide_in_line  # pyright: ignore[reportAssignmentType] - see above
    return hide


def _add_logger_name(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    record = event.get("_record")
    if isinstance(record, logging.LogRecord):
        event["logger"] = record.name
    return event
