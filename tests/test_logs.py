"""Log lines: one a line whatever is in them, and never what somebody typed."""

import asyncio
import errno
import io
import json
import logging
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import structlog
from pydantic import SecretBytes

from app.logs import REQUEST_ID, configure_logging
from app.settings import Settings, load_settings

FORMATS = ("json", "console")
NASTY = 'a\n{"event":"forged"}\x1b[2J\x9b\u202e\u2028\ud800z'


@contextmanager
def logging_as(settings: Settings) -> Iterator[None]:
    """Logging as an operator sets it up, for a while."""
    root = logging.getLogger()
    level = root.level
    configure_logging(settings)
    (ours,) = root.handlers
    yield
    root.removeHandler(ours)
    root.setLevel(level)
    structlog.reset_defaults()


both_formats = pytest.mark.parametrize(
    "settings", [load_settings(log_format=name, log_level="debug") for name in FORMATS], ids=FORMATS
)


def lines(capsys: pytest.CaptureFixture[str]) -> list[str]:
    captured = capsys.readouterr()
    assert captured.out == ""
    return captured.err.splitlines()


@both_formats
def test_a_value_neither_ends_its_line_nor_steers_the_terminal(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    with logging_as(settings):
        structlog.get_logger("adgang.test").info("something", agent=NASTY, several=[NASTY])
        logging.getLogger("uvicorn.error").warning("peer said %s", NASTY.replace("\n", "\x0b"))
        found = lines(capsys)
        assert len(found) == 2
        assert all(line.isprintable() for line in found)
        assert all(re.search(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", line) for line in found)
        if settings.log_format == "json":
            event = json.loads(found[0])
            assert event["event"] == "something"
            assert event["agent"].startswith('a\n{"event":"forged"}\x1b[2J\x9b\u202e\u2028')
            assert event["level"] == "info"
            assert event["logger"] == "adgang.test"
            assert event["timestamp"].endswith("Z")


@both_formats
def test_an_exception_is_logged_without_its_text(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    with logging_as(settings):

        def fail() -> None:
            try:
                raise KeyError("HEMMELIG-1")
            except KeyError as error:
                raise ValueError("HEMMELIG-2") from error

        try:
            fail()
        except ValueError as error:
            structlog.get_logger("adgang.test").exception("it failed", error=error)
            logging.getLogger("uvicorn.error").exception("Exception in ASGI application")
        text = "\n".join(lines(capsys))
        assert "HEMMELIG" not in text
        assert "builtins.ValueError" in text
        assert "builtins.KeyError" in text
        assert "test_logs.py" in text


@both_formats
def test_libraries_that_log_values_are_silent(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    with logging_as(settings):
        logging.getLogger("strawberry.execution").error("document HEMMELIG", exc_info=ValueError("HEMMELIG"))
        logging.getLogger("uvicorn.access").info("GET /graphql?query=HEMMELIG")
        logging.getLogger("tortoise.db_client").error("SELECT HEMMELIG")
        logging.getLogger("aiosqlite").debug("executing HEMMELIG")
        logging.getLogger("tortoise").debug("HEMMELIG")
        assert lines(capsys) == []


@both_formats
async def test_asyncio_tells_of_a_lost_exception_without_its_text(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    with logging_as(settings):
        error = ValueError("HEMMELIG")
        asyncio.get_running_loop().call_exception_handler(
            {"message": "Task exception was never retrieved", "exception": error, "future": asyncio.sleep}
        )
        found = lines(capsys)
        assert len(found) == (2 if settings.log_format == "console" else 1)
        assert "Task exception was never retrieved" in found[0]
        assert "HEMMELIG" not in "".join(found)


@both_formats
def test_objects_are_logged_by_their_type(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    with logging_as(settings):
        structlog.get_logger("adgang.test").info(
            "objects",
            key=SecretBytes(b"HEMMELIG"),
            error=ValueError("HEMMELIG"),
            raw=b"HEMMELIG",
            large=2**200,
            none=None,
        )
        (found,) = lines(capsys)
        assert "HEMMELIG" not in found
        assert "<SecretBytes>" in found
        assert str(2**200) in found


@both_formats
def test_the_request_id_stands_on_every_line_of_the_request(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    with logging_as(settings):
        before = REQUEST_ID.set("0123456789abcdef")
        structlog.get_logger("adgang.test").info("inside")
        logging.getLogger("somebody.else").info("inside too")
        REQUEST_ID.reset(before)
        structlog.get_logger("adgang.test").info("outside")
        found = lines(capsys)
        assert ["0123456789abcdef" in line for line in found] == [True, True, False]


def test_lines_below_the_level_are_not_written(capsys: pytest.CaptureFixture[str]) -> None:
    with logging_as(load_settings(log_level="warning")):
        structlog.get_logger("adgang.test").info("no")
        structlog.get_logger("adgang.test").warning("yes")
    assert [json.loads(line)["event"] for line in lines(capsys)] == ["yes"]


class Full(io.StringIO):
    """A stream on a disk that is full."""

    def write(self, _text: str) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


@both_formats
def test_a_log_that_cannot_be_written_to_keeps_nobody_from_their_work(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = Full()
    monkeypatch.setattr(sys, "stderr", stream)
    with logging_as(settings):
        structlog.get_logger("adgang.test").info("on a disk that is full")
        stream.close()
        structlog.get_logger("adgang.test").info("on a stream that is closed")
