"""What the processes of a measurement tell one another, a line of JSON each."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Load:
    """Requests to send, one after the other on each connection, in a circle until the time is over.

    Attributes:
        expects: What is in the body of every answer that is right. A refusal, 503, is counted; any other answer ends
            the job as a failure.
        turned_away: What is in the body of an answer to one that came when too many were there already. It is timed
            once `lead` seconds have passed, and its connection rests for `rest` seconds, or up to twice as long: else
            all that were turned away at once would come back at once.
        addresses: Whence the connections come, in turn.
        every: The seconds from one request to the next, on one connection; None sends as soon as there is an answer.
        most: How many requests there may be, however fast they are answered.
    """

    port: int
    requests: list[str]
    expects: str
    seconds: float
    connections: int = 1
    addresses: list[str] = field(default_factory=lambda: ["127.0.0.1"])
    every: float | None = None
    most: int = 200_000
    turned_away: str | None = None
    rest: float = 0.0
    lead: float = 0.0


@dataclass(frozen=True, slots=True)
class Hashing:
    """Verifications of a password to run, on each thread one after the other until the time is over."""

    stored: str
    password: str
    threads: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """How long it was until the last answer, and how long each answer took, in seconds; or why there is no result.

    `refused` are the requests beside these that the server was too busy to answer; `turned_away` is how long those took
    that were told so by an answer that the job knows.
    """

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    refused: int = 0
    turned_away: list[float] = field(default_factory=list)
    failure: str | None = None
