"""Log-ins: how many a second, and what a storm of them does to others."""

import json
import time
from typing import Final

from app.settings import Settings
from bench.filling import PASSWORD, Register
from bench.jobs import Hashing, Load
from bench.processes import Server, Worker
from bench.requests import answer_of, post
from bench.rounds import VARIANT, Comparison, Turn

CONNECTIONS: Final = 32
ADDRESSES: Final = [f"127.0.0.{number}" for number in range(2, 10)]
"""One address holds at most a quarter of the places to wait for a hash, so the log-ins come from several."""
USERNAMES: Final = 1_000
VIEWERS_PER_SECOND: Final = 40
LEAD_SECONDS: Final = 0.5
"""How long a storm rages before it counts."""

LOG_IN: Final = """
mutation LogIn($input: LoginInput!) {
  login(input: $input) { __typename ... on LoginSuccess { accessToken expiresAt } }
}
"""
VIEWER: Final = """
query Viewer {
  viewer {
    __typename
    name
    ... on PortalViewer { customer { id name } reference { id name } permissions menu }
  }
}
"""


class LogIns:
    """The service's log-in, one username after the other."""

    def __init__(
        self, ours: Server, load: Worker, other_load: Worker, hashing: Worker, register: Register, settings: Settings
    ) -> None:
        self._ours = ours
        self._load = load
        self._other_load = other_load
        self._hashing = hashing
        self._register = register
        self._threads = settings.hash_threads
        self.storms: list[float] = []
        """How many log-ins a second there were in each storm."""
        self._requests = [self._log_in(username) for username in register.usernames[:USERNAMES]]

    def per_second(self, seconds: float) -> Comparison:
        """Log-ins against verifications of the same hash on as many threads, and nothing else."""

        def take(name: str) -> Turn:
            if name == VARIANT:
                before = self._ours.cpu_seconds()
                outcome = self._load.ask(self._storm(seconds))
                return Turn.of(outcome, self._ours.cpu_seconds() - before)
            before = self._hashing.cpu_seconds()
            job = Hashing(self._register.stored_password, PASSWORD, self._threads, seconds)
            outcome = self._hashing.ask(job)
            return Turn.of(outcome, self._hashing.cpu_seconds() - before)

        return Comparison(
            f"{self._threads} threads hash", base="argon2 alone", variant="GraphQL", measures=("rate", "cpu"), take=take
        )

    def viewer(self, seconds: float) -> Comparison:
        """A query that somebody sends at a steady pace, in a storm of log-ins against without one."""
        answer = json.loads(answer_of(self._ours.port, self._log_in(self._register.usernames[-1])))
        request = post(VIEWER, {}, answer["data"]["login"]["accessToken"])
        query = Load(self._ours.port, [request], '"PortalViewer"', seconds, every=1 / VIEWERS_PER_SECOND)

        def take(name: str) -> Turn:
            if name == VARIANT:
                self._other_load.begin(self._storm(LEAD_SECONDS + seconds))
                time.sleep(LEAD_SECONDS)
            before = self._ours.cpu_seconds()
            outcome = self._load.ask(query)
            turn = Turn.of(outcome, self._ours.cpu_seconds() - before)
            if name == VARIANT:
                storm = self._other_load.result()
                self.storms.append(len(storm.latencies) / storm.seconds)
            return turn

        name = f"{VIEWERS_PER_SECOND} queries a second"
        return Comparison(name, base="idle", variant="storm", measures=("p50", "p99"), cpu=False, take=take)

    def _storm(self, seconds: float) -> Load:
        return Load(self._ours.port, self._requests, '"LoginSuccess"', seconds, CONNECTIONS, addresses=ADDRESSES)

    def _log_in(self, username: str) -> str:
        return post(LOG_IN, {"input": {"username": username, "password": PASSWORD}})
