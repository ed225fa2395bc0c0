"""Log-ins: how many a second, what a storm of them does to others, and how soon one is told that there are too many."""

import json
import os
import time
from statistics import median
from typing import Final

from bench.compared import Goal, compared
from bench.filling import PASSWORD
from bench.jobs import Hashing, Load
from bench.parts import Part, Sheet, Verdict
from bench.requests import answer_of, post
from bench.rounds import Comparison, Turn, percentile
from bench.run import Run

CONNECTIONS: Final = 32
ADDRESSES: Final = [f"127.0.0.{number}" for number in range(2, 10)]
"""One address holds at most a quarter of the places to wait for a hash, so the log-ins come from several."""
USERNAMES: Final = 1_000
VIEWERS_PER_SECOND: Final = 40
LEAD_SECONDS: Final = 0.5
"""How long a storm rages before it counts."""
TOO_MANY: Final = 96
"""More connections than there are places: the default queue of 64, and the threads."""
REST_SECONDS: Final = 1.0
"""How long one that was turned away waits before it tries again, at least; it is told to wait no less."""
FILLING_SECONDS: Final = 1.0
"""How long the queue takes to be full."""

ADGANG: Final = "adgang"
ARGON2: Final = "argon2 alone"
IDLE: Final = "idle"
STORM: Final = "storm"

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


def measure(run: Run) -> Part:
    """Log-ins against verifications of the same hash on as many threads, and nothing else."""
    ours, load, hashing = run.service(), run.worker(), run.worker("hashing")
    requests = _log_ins(run)
    threads = _threads()

    def take(name: str) -> Turn:
        if name == ADGANG:
            before, database = ours.cpu_seconds(), run.database.read()
            outcome = load.ask(_storm(ours.port, requests, run.plan.log_ins))
            return Turn.of(outcome, ours.cpu_seconds() - before, run.database.since(database))
        before = hashing.cpu_seconds()
        outcome = hashing.ask(Hashing(run.register.stored_password, PASSWORD, threads, run.plan.log_ins))
        return Turn.of(outcome, hashing.cpu_seconds() - before)

    run.tell("Logging in")
    comparison = Comparison(f"{threads} threads hash", (ARGON2, ADGANG), take)
    run.take_turns([comparison])
    title = f"Log-ins, {CONNECTIONS} connections from {len(ADDRESSES)} addresses"
    return compared("log_ins", title, [comparison], ADGANG, [Goal(ARGON2, least=0.9)], short="log-ins")


def measure_storm(run: Run) -> Part:
    """A query that somebody sends at a steady pace, in a storm of log-ins against without one."""
    ours, load, other_load = run.service(), run.worker(), run.worker()
    requests, storms = _log_ins(run), list[float]()
    seconds = run.plan.viewer
    answer = json.loads(answer_of(ours.port, requests[-1]))
    request = post(VIEWER, {}, answer["data"]["login"]["accessToken"])
    query = Load(ours.port, [request], '"PortalViewer"', seconds, every=1 / VIEWERS_PER_SECOND)

    def take(name: str) -> Turn:
        if name == STORM:
            other_load.begin(_storm(ours.port, requests, LEAD_SECONDS + seconds))
            time.sleep(LEAD_SECONDS)
        before = ours.cpu_seconds()
        outcome = load.ask(query)
        turn = Turn.of(outcome, ours.cpu_seconds() - before)
        if name == STORM:
            storm = other_load.result()
            storms.append(len(storm.latencies) / storm.seconds)
        return turn

    run.tell("Asking who is logged in, during a storm of log-ins and without one")
    name = f"{VIEWERS_PER_SECOND} queries a second"
    comparison = Comparison(name, (IDLE, STORM), take, measures=("p50", "p99"), cpu=False)
    run.take_turns([comparison])
    title = f"A viewer query during a storm of {median(storms):.0f} log-ins a second"
    goals = [Goal(IDLE, most=7, measure="p99")]
    return compared("storm", title, [comparison], STORM, goals, short="viewer in a storm of log-ins")


def measure_overload(run: Run) -> Part:
    """How soon a log-in is told `Overloaded`, while the queue for hashing is full."""
    ours, load = run.service(), run.worker()
    job = Load(
        ours.port,
        _log_ins(run),
        '"LoginSuccess"',
        FILLING_SECONDS + run.plan.log_ins * run.plan.rounds,
        TOO_MANY,
        addresses=ADDRESSES,
        turned_away='"Overloaded"',
        rest=REST_SECONDS,
        lead=FILLING_SECONDS,
    )
    run.tell("Filling the queue for hashing")
    outcome = load.ask(job)
    times = [1000 * seconds for seconds in outcome.turned_away]
    p50, p99 = percentile(times, 50), percentile(times, 99)
    title = f"Overloaded: {TOO_MANY} log-ins at once from {len(ADDRESSES)} addresses"
    row = (str(len(outcome.latencies)), str(len(times)), f"{p50:.1f}", f"{p99:.1f}", f"{max(times):.1f}")
    sheet = Sheet(title, ("log-ins", "turned away", "p50 ms", "p99 ms", "longest ms"), [row])
    verdict = Verdict("Overloaded, p99", "", p99, f"{p99:.0f} ms", most=100, beside=f"longest {max(times):.0f} ms")
    data = {"log_ins": len(outcome.latencies), "turned_away": len(times), "p50_ms": p50, "p99_ms": p99}
    return Part("overload", [sheet], [verdict], {"title": title, **data, "longest_ms": max(times)})


def _storm(port: int, requests: list[str], seconds: float) -> Load:
    return Load(port, requests, '"LoginSuccess"', seconds, CONNECTIONS, addresses=ADDRESSES)


def _log_ins(run: Run) -> list[str]:
    """Log-ins, one username after the other."""
    usernames = run.register.usernames[:USERNAMES]
    return [post(LOG_IN, {"input": {"username": username, "password": PASSWORD}}) for username in usernames]


def _threads() -> int:
    """As many as the service hashes on by default."""
    return len(os.sched_getaffinity(0))
