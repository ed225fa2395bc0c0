"""How log lines look: one JSON object a line, or text for people; every library's lines go the same way as ours.

Lines go to standard error, so that what a command prints can be read by a program.
"""

import logging
import sys
import traceback
from types import TracebackType
from typing import Any

import orjson
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from app.settings import Settings


def configure_logging(settings: Settings) -> None:
    """Sets up this process's logging; a worker process does it for itself."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        without_exception_texts,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_renderers(settings)],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(settings.log_level.upper())


def frames(trace: TracebackType | None) -> list[str]:
    """The way of an exception through the code, without the values it met there."""
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)]


def describe(error: BaseException) -> dict[str, object]:
    """An exception by its type and its way through the code. Its text may quote what somebody typed."""
    return {
        "exception": f"{type(error).__module__}.{type(error).__qualname__}",
        "trace": frames(error.__traceback__),
    }


def without_exception_texts(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Puts what may be logged of an exception in its place."""
    error = event.pop("exc_info", None)
    if isinstance(error, tuple):
        error = error[1]
    elif error is True:
        error = sys.exc_info()[1]
    if isinstance(error, BaseException):
        event.update(describe(error))
    return event


def escaped(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Keeps a value from ending its line or steering a terminal."""
    return {name: _escape(value) for name, value in event.items()}


def _escape(value: object) -> object:
    if isinstance(value, str) and not value.isprintable():
        return "".join(letter if letter.isprintable() else f"\\u{ord(letter):04x}" for letter in value)
    return value


def _renderers(settings: Settings) -> list[Processor]:
    if settings.log_format == "console":
        return [escaped, structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]
    return [structlog.processors.JSONRenderer(serializer=_dumps)]


def _dumps(event: object, **_options: Any) -> str:
    return orjson.dumps(event, default=str).decode()
