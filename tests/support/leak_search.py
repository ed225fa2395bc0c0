"""The search that ends a run of the tests: no password, token, ticket or hash stands where none belongs.

It hears of secrets where they come to be or come by: what the service hashes, what it takes from the system's source
of secrets, and what clients send and are answered over HTTP. It looks through everything that was logged or printed,
every answer, and every database file. A run in which it finds something fails.
"""

import logging
import secrets as stdlib_secrets
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
import structlog.testing

from app.logs import QUIET, SILENT
from app.security.passwords import PasswordHasher, StoredHash
from tests.support import leaks
from tests.support.leaks import Secrets

DATABASES: Final = ("*.db", "*.db-wal")
LOGS: Final = ("*.log",)
FOUND: Final = "leaks"
"""What a process that runs a part of the tests hands its finds over as."""


class LeakSearch(logging.Handler):
    """A plugin of pytest. `hear` and `search_cluster` are for what it can't see by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.secrets = Secrets()
        self.folder: Path | None = None
        self._test = "the start of the run"
        self._heard: list[str] = []
        self._leaks: dict[tuple[str, str], None] = {}
        self._observing = pytest.MonkeyPatch()

    def emit(self, record: logging.LogRecord) -> None:
        """Hears of a line in the log, but for those that `app.logs` keeps silent."""
        library = record.name.partition(".")[0]
        if record.name in SILENT or library in SILENT or (library in QUIET and record.levelno < logging.WARNING):
            return
        self.hear(record.getMessage())

    def hear(self, printed: str) -> None:
        """Has something that was printed or logged searched at the end of the test."""
        self._heard.append(printed)

    def note(self, kinds: set[str], place: str) -> None:
        """Notes what was found in a place."""
        self._leaks.update(dict.fromkeys((kind, place) for kind in sorted(kinds)))

    def search_cluster(self, folder: Path) -> None:
        """Searches what PostgreSQL has written: its log, its tables, and the log of what was ever in them."""
        files = [file for file in folder.rglob("*") if file.is_file() and file.name != "postmaster.pid"]
        for kind, file in leaks.in_files(self.secrets, files):
            self.note({kind}, f"PostgreSQL's {file.relative_to(folder)}")

    def pytest_sessionstart(self) -> None:
        """Begins to listen."""
        self._observe_hashes()
        self._observe_tokens()
        self._observe_http()
        self._observe_captured_logs()

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Knows from now on which test it is, and listens to its log though the one before has set up another."""
        self._test = nodeid
        logging.getLogger().addHandler(self)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Searches what a test has logged and printed, once all of it is there."""
        if report.when == "teardown":
            printed = [text for title, text in report.sections if "log" not in title]
            self.note(leaks.in_lines(self.secrets, "\n".join([*printed, *self._heard])), f"the log of {report.nodeid}")
            self._heard.clear()

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Searches the files that the tests leave behind."""
        logging.getLogger().removeHandler(self)
        self._observing.undo()
        if self.folder is not None:
            self._search_folder(self.folder)
        handed_over = getattr(session.config, "workeroutput", None)
        if handed_over is not None:
            handed_over[FOUND] = list(self._leaks)
        elif self._leaks and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Takes over what a process found that ran a part of the tests."""
        for kind, place in getattr(node, "workeroutput", {}).get(FOUND, ()):
            self.note({kind}, place)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Says what was found: never the secret itself."""
        if self._leaks:
            terminalreporter.section("secrets where none belongs", red=True)
            for kind, place in self._leaks:
                terminalreporter.line(f"a {kind} in {place}", red=True)

    def _search_folder(self, folder: Path) -> None:
        files = [file for pattern in (*DATABASES, *LOGS) for file in folder.rglob(pattern) if file.is_file()]
        for kind, file in leaks.in_files(self.secrets, files):
            self.note({kind}, f"{file.relative_to(folder)}")
        for database in folder.rglob(DATABASES[0]):
            for kind, column in leaks.in_rows(database):
                self.note({kind}, f"{column} of {database.relative_to(folder)}")

    def _observe_hashes(self) -> None:
        make = PasswordHasher.hash

        async def hash_and_remember(hasher: PasswordHasher, password: str, *, address: str | None = None) -> StoredHash:
            self.secrets.remember("password", password)
            return await make(hasher, password, address=address)

        self._observing.setattr(PasswordHasher, "hash", hash_and_remember)

    def _observe_tokens(self) -> None:
        make = stdlib_secrets.token_urlsafe

        def make_and_remember(size: int | None = None) -> str:
            made = make(size)
            self.secrets.remember("token or ticket", made, random=True)
            return made

        self._observing.setattr(stdlib_secrets, "token_urlsafe", make_and_remember)

    def _observe_http(self) -> None:
        send, send_async = httpx.Client.send, httpx.AsyncClient.send

        def send_and_look(client: httpx.Client, request: httpx.Request, **options: Any) -> httpx.Response:
            answer = send(client, request, **options)
            self._look_at(request, answer)
            return answer

        async def send_and_look_async(
            client: httpx.AsyncClient, request: httpx.Request, **options: Any
        ) -> httpx.Response:
            answer = await send_async(client, request, **options)
            self._look_at(request, answer)
            return answer

        self._observing.setattr(httpx.Client, "send", send_and_look)
        self._observing.setattr(httpx.AsyncClient, "send", send_and_look_async)

    def _look_at(self, request: httpx.Request, answer: httpx.Response) -> None:
        try:
            sent, body = request.content, answer.content
        except (httpx.RequestNotRead, httpx.ResponseNotRead):
            return  # a stream: whoever reads it looks for themselves
        for password in leaks.typed_in(sent):
            self.secrets.remember("password", password)
        for kind, secret in leaks.shown_in(body):
            self.secrets.remember(kind, secret, random=True)
        for cookie in answer.headers.get_list("set-cookie"):
            self.secrets.remember("cookie", cookie.partition("=")[2].partition(";")[0], random=True)
        told = "\n".join(value for name, value in answer.headers.items() if name != "set-cookie")
        kinds = leaks.in_answer(self.secrets, body) | leaks.in_lines(self.secrets, told)
        self.note(kinds, f"an answer in {self._test}")

    def _observe_captured_logs(self) -> None:
        capture = structlog.testing.LogCapture.__call__

        def capture_and_hear(
            captured: structlog.testing.LogCapture, logger: Any, method: str, event: MutableMapping[str, Any]
        ) -> Any:
            self.hear(repr(event))
            return capture(captured, logger, method, event)

        self._observing.setattr(structlog.testing.LogCapture, "__call__", capture_and_hear)


of_this_run: Final = LeakSearch()
"""The search that `tests/conftest.py` registers."""
