"""Structured lines on stderr: ids and reasons, never contents, keys or tokens."""

import logging
import re
import sys
import traceback
from collections.abc import Mapping
from typing import Any, Literal, TextIO

import structlog
from structlog.typing import EventDict, WrappedLogger

from casemate.runtime.log_sentences import render

_HEADERS = re.compile(r"(?i)\b(cookie|set-cookie|authorization|proxy-authorization|sec-websocket-protocol)\s*:[^\r\n]*")
_SECRETS = re.compile(
    r"(?i)\b(token|launch|password|passphrase|secret|cookie|authorization|(?:hex)?key)[\"']?\s*[=:]\s*[\"']?[^\s&\"',;)]+"
)
_SECRET_NAMES = re.compile(r"(?i)token|password|passphrase|secret|cookie|authorization|private|plaintext|_key$|^key$")
_REMOVED = "[removed]"
_MAX_STRING = 500


def configure_logging(
    style: Literal["auto", "json", "console"] = "auto", level: str = "info", stream: TextIO | None = None
) -> None:
    """Send our own and the libraries' log lines through the same scrubbing to `stream` (stderr unless told).

    `auto` writes sentences when a person is looking (a terminal), and one JSON object a line otherwise.
    """
    stream = stream or sys.stderr
    if style == "auto":
        style = "console" if stream.isatty() else "json"
    renderer = render if style == "console" else structlog.processors.JSONRenderer()
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _place_of_exception,
        scrub,
    ]
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )


def scrub(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """The last line of defence: remove what looks like a secret by its name or form, and everything that is bytes."""
    return {name: _scrubbed(name, value) for name, value in event.items()}


def _scrubbed(name: str, value: Any) -> Any:
    if name.startswith("_"):  # structlog's own
        return value
    if _SECRET_NAMES.search(name):
        return _REMOVED
    match value:
        case bytes() | bytearray() | memoryview():
            return f"[{len(value)} bytes]"
        case str():
            without_headers = _HEADERS.sub(rf"\1: {_REMOVED}", value)
            return _SECRETS.sub(rf"\1={_REMOVED}", without_headers)[:_MAX_STRING]
        case Mapping():
            return {str(key): _scrubbed(str(key), item) for key, item in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_scrubbed("", item) for item in value]
        case None | bool() | int() | float():
            return value
        case _:
            return _scrubbed("", str(value))


def _place_of_exception(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Put an exception's type and places for its text: messages can quote what a person wrote."""
    info = event.pop("exc_info", None)
    if not info:
        return event
    error = info if isinstance(info, BaseException) else (info[1] if isinstance(info, tuple) else sys.exc_info()[1])
    if error is not None:
        event["error"] = type(error).__name__
        if isinstance(error, OSError):
            event["reason"] = error.strerror or ""
        frames = traceback.extract_tb(error.__traceback__)
        event["at"] = [f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in frames[-8:]]
    return event
