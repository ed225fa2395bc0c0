"""The load generator, in a process of its own: HTTP/1.1 on kept connections, as little work a request as may be.

python -m bench.load < JOBS > OUTCOMES, a line each.
"""

import asyncio
import sys
import time
from itertools import cycle
from random import Random
from typing import Final, cast

import httptools
import orjson
import uvloop

from bench.jobs import Load, Outcome

PATIENCE_SECONDS: Final = 60.0
"""How long after a job's time its last answers may come."""


class Run:
    """One job: hands out requests until its time is over, and gathers how long the answers took."""

    def __init__(self, job: Load) -> None:
        self.job = job
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.latencies: list[float] = []
        self._requests = cycle([request.encode() for request in job.requests])
        self._expects = job.expects.encode()
        self._turned_away = job.turned_away.encode() if job.turned_away else None
        self.turned_away: list[float] = []
        self._left = job.most
        self._random = Random(job.port)
        self._refused = 0
        self._running = job.connections
        self.began = self._last = 0.0

    def begin(self) -> None:
        self.began = time.perf_counter()

    def next(self) -> bytes | None:
        """The request to send now; None where no more are to be sent."""
        if self.ended.done() or not self._left or time.perf_counter() - self.began >= self.job.seconds:
            return None
        self._left -= 1
        return next(self._requests)

    def answered(self, due: float, status: int, body: bytes) -> float:
        """Notes an answer to a request that was due at a moment; how many seconds its connection is to rest."""
        self._last = time.perf_counter()
        if status == 200 and self._expects in body:
            self.latencies.append(self._last - due)
        elif self._turned_away and self._turned_away in body:
            if self._last - self.began >= self.job.lead:
                self.turned_away.append(self._last - due)
            return self.job.rest * (1 + self._random.random())
        elif status == 503:
            self._refused += 1
        else:
            self.fail(f"answered {status}: {body[:500].decode(errors='replace')}")
        return 0.0

    def finished(self) -> None:
        """Counts the connections that have nothing more to send; the last one ends the job."""
        self._running -= 1
        if not self._running and not self.ended.done():
            self.ended.set_result(None)

    def fail(self, why: str) -> None:
        if not self.ended.done():
            self.ended.set_exception(RuntimeError(why))

    def outcome(self) -> Outcome:
        return Outcome(self._last - self.began, self.latencies, self._refused, self.turned_away)


class Connection(asyncio.Protocol):
    """Sends a request, waits for the whole answer, and sends the next one."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._parser = httptools.HttpResponseParser(self)
        self._body: list[bytes] = []
        self._sent = 0
        self._due = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # a Protocol's is; the signature is every protocol's

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self._run.fail(f"answered what is no HTTP: {error}")

    def connection_lost(self, exc: Exception | None) -> None:
        self._run.fail("the server closed a connection")

    def on_body(self, body: bytes) -> None:
        self._body.append(body)

    def on_message_complete(self) -> None:
        rest = self._run.answered(self._due, self._parser.get_status_code(), b"".join(self._body))
        self._body.clear()
        if rest:
            asyncio.get_running_loop().call_later(rest, self.go_on)
        else:
            self.go_on()

    def go_on(self) -> None:
        """Sends the next request when it is due.

        With a pace, a request that has to wait for an answer that came late counts from when it should have been sent:
        else a server that stands still for a second would show as one slow answer.
        """
        now, every = time.perf_counter(), self._run.job.every
        self._due = now if every is None else self._run.began + self._sent * every
        if self._due > now:
            asyncio.get_running_loop().call_later(self._due - now, self._send)
        else:
            self._send()

    def _send(self) -> None:
        request = self._run.next()
        if request is None:
            self._run.finished()
            return
        self._sent += 1
        self._transport.write(request)

    def close(self) -> None:
        self._transport.abort()


async def carry_out(job: Load) -> Outcome:
    """Runs a job; connecting takes none of its time."""
    loop, run = asyncio.get_running_loop(), Run(job)
    connections = []
    try:
        for number in range(job.connections):
            address = job.addresses[number % len(job.addresses)]
            _, connection = await loop.create_connection(
                lambda: Connection(run), "127.0.0.1", job.port, local_addr=(address, 0)
            )
            connections.append(connection)
        run.begin()
        for connection in connections:
            connection.go_on()
        async with asyncio.timeout(job.seconds + PATIENCE_SECONDS):
            await run.ended
        return run.outcome()
    except (OSError, RuntimeError) as error:  # TimeoutError is an OSError
        return Outcome(failure=str(error) or "no answer in time")
    finally:
        run.ended.cancel()
        for connection in connections:
            connection.close()


def main() -> None:
    """Carries out the jobs of standard input until there are no more."""
    for line in sys.stdin.buffer:
        outcome = uvloop.run(carry_out(Load(**orjson.loads(line))))
        sys.stdout.buffer.write(orjson.dumps(outcome) + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
