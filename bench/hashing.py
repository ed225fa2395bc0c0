"""Bare argon2, in a process of its own: what log-ins would cost if they were nothing but their hash.

python -m bench.hashing < JOBS > OUTCOMES, a line each.
"""

import sys
import time
from concurrent.futures import ThreadPoolExecutor

import orjson
from argon2 import PasswordHasher

from bench.jobs import Hashing, Outcome


def verify_until(end: float, job: Hashing) -> list[float]:
    """Verifies until the time is over; how long each took."""
    hasher, latencies = PasswordHasher(), []
    before = time.perf_counter()
    while before < end:
        hasher.verify(job.stored, job.password)
        after = time.perf_counter()
        latencies.append(after - before)
        before = after
    return latencies


def carry_out(job: Hashing) -> Outcome:
    """Verifies on as many threads as the job says."""
    began = time.perf_counter()
    with ThreadPoolExecutor(job.threads) as pool:
        threads = [pool.submit(verify_until, began + job.seconds, job) for _ in range(job.threads)]
        latencies = [latency for thread in threads for latency in thread.result()]
    return Outcome(time.perf_counter() - began, latencies)


def main() -> None:
    """Carries out the jobs of standard input until there are no more."""
    for line in sys.stdin.buffer:
        outcome = carry_out(Hashing(**orjson.loads(line)))
        sys.stdout.buffer.write(orjson.dumps(outcome) + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
