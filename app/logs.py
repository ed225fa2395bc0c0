"""How log lines look: one JSON object a line, or text for people; every library's lines end up as ours do.

No line holds what a caller sent or a row contains. So an exception is logged by its type and its way through the code,
never by its text; libraries that log statements or documents are silent; and what remains is escaped, so that no value
ends its line, turns the reading direction or steers a terminal. Lines go to standard error, so that what a command
prints can be read by a program.
"""

import logging
import re
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from types import TracebackType
from typing import Final, TextIO

import orjson
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from app.settings import Settings

SILENT: Final = ("strawberry", "tortoise.db_client")
"""They log documents, variables, and statements with their values, as uvicorn logs URLs. Our own code logs what may be
known."""

QUIET: Final = ("aiosqlite", "asyncio", "asyncpg", "tortoise")
"""Their lines below a warning hold statements and values."""

REQUEST_ID: Final[ContextVar[str]] = ContextVar("request_id", default="")
"""Of the request that is being answered: it stands in every line that is written meanwhile."""

LONGEST: Final = 2000
MOST_FRAMES: Final = 40

_UNPRINTABLE: Final = re.compile(
    "[\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)


def configure_logging(settings: Settings) -> None:
    """Sets up this process's logging; a worker process does it for itself."""
    shared: list[Processor] = [without_exception_texts, complete]
    lines = Lines(sys.stderr)
    lines.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[first_line, *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_renderers(settings)],
        )
    )
    root = logging.getLogger()
    root.handlers = [lines]
    root.setLevel(settings.log_level.upper())
    structlog.configure(
        processors=[*shared, *_renderers(settings)],
        logger_factory=lambda name: Straight(name, lines),
        wrapper_class=structlog.make_filtering_bound_logger(root.level),
    )
    for name in SILENT:
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [logging.NullHandler()], False
    access = logging.getLogger("uvicorn.access")  # makes a line for each request where it has any handler: 23 us
    access.handlers, access.propagate, access.disabled = [], False, True
    for name in QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))


class Lines(logging.StreamHandler[TextIO]):
    """Where lines go, one at a time."""

    def put(self, line: str) -> None:
        """Writes a line. Nobody is kept from their work by a log that can't be written to."""
        self.acquire()
        try:
            self.stream.write(f"{line}\n")
            self.stream.flush()
        except (OSError, ValueError):
            pass
        finally:
            self.release()


class Straight:
    """Takes a logger's lines of ours straight to where lines go: `logging` would take it as long again to get there."""

    def __init__(self, name: str, lines: Lines) -> None:
        self.name = name
        self.debug = self.info = self.warning = self.error = self.critical = lines.put


def frames(trace: TracebackType | None) -> list[str]:
    """The way of an exception through the code, without the values it met there; its end where it is long."""
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)[-MOST_FRAMES:]]


def describe(error: BaseException) -> dict[str, object]:
    """An exception by its type and its way through the code. Its text may quote what somebody typed."""
    described: dict[str, object] = {"exception": _type_of(error), "trace": frames(error.__traceback__)}
    causes = [_type_of(cause) for cause in _causes(error)]
    return {**described, "causes": causes} if causes else described


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


def complete(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Lets texts of a sane length, numbers and lists of them through, and of anything else its type; and adds of which
    request a line is, how grave, whose, and when.

    It is one step for what could be five, as every request leaves a line.
    """
    line = {name: value if name.startswith("_") else _plain(value) for name, value in event.items()}
    if request_id := REQUEST_ID.get():
        line["request_id"] = request_id
    line["level"] = method
    line["logger"] = event["_record"].name if "_record" in event else logger.name
    line["timestamp"] = datetime.now(UTC)
    return line


def first_line(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Keeps the first line of what a library says: asyncio's next ones are the repr of an exception and of its task."""
    event["event"] = str(event.get("event", "")).partition("\n")[0]
    return event


def escaped(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Keeps a value from ending its line or steering a terminal; a moment looks as it does in JSON."""
    return {name: _escape(value) for name, value in event.items()}


def _type_of(error: BaseException) -> str:
    return f"{type(error).__module__}.{type(error).__qualname__}"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """What an exception was raised from, and that, as far as Python would tell."""
    seen = {id(error)}
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        yield cause
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)


def _plain(value: object) -> object:
    if type(value) is str and len(value) <= LONGEST and value.isascii():
        return value  # nearly all are
    match value:
        case str():
            return str(value)[:LONGEST].encode("utf-8", "backslashreplace").decode()
        case None | bool() | float():
            return value
        case int():
            return value if abs(value) < 2**63 else str(value)
        case datetime():
            return value.isoformat()
        case list() | tuple():
            return [_plain(part) for part in value]
        case Mapping():
            return {str(name): _plain(part) for name, part in value.items()}
    return f"<{type(value).__qualname__}>"


def _escape(value: object) -> object:
    if isinstance(value, str) and not value.isprintable():
        return "".join(letter if letter.isprintable() else f"\\u{ord(letter):04x}" for letter in value)
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%dT%H:%M:%S.%fZ}"
    return [_escape(part) for part in value] if isinstance(value, list) else value


def _renderers(settings: Settings) -> list[Processor]:
    if settings.log_format == "console":
        return [escaped, structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]
    return [as_json]


def as_json(_logger: WrappedLogger, _method: str, event: EventDict) -> str:
    """JSON; what orjson leaves of control and direction signs stands in texts only, where JSON has an escape for it."""
    text = orjson.dumps(event, option=orjson.OPT_UTC_Z).decode()
    if text.isascii() and "\x7f" not in text:
        return text
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
