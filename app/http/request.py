"""A request as far as it was read, on its way through the application."""

from random import Random
from typing import Final

from starlette.types import Receive, Scope

from app.http.answers import EVERY_ANSWER, Header, encoded
from app.http.client import Address, parse_address, user_agent_of
from app.http.headers import Headers
from app.services.caller import Client

_IDS: Final = Random()  # noqa: S311 (nothing hangs on nobody's guessing it, and the system's would be asked each time)
_TOLD: Final = tuple(encoded(EVERY_ANSWER))


class ClientGone(Exception):
    """The client has hung up before all of its request was there."""


class Request:
    """One request.

    Attributes:
        id: What its lines in the log and its answer are known by.
        address: Where it comes from, and `scheme` what it came over: the peer's, unless a trusted proxy tells another.
        origin: The page of another origin that it comes from, where the operator allows that one.
        told: What every answer to it says besides.
        operation: The GraphQL operation's name, as far as it may be logged.
        compiled: Whether a compiled document answered it; None where no operation was answered.
    """

    __slots__ = (
        "address",
        "compiled",
        "headers",
        "id",
        "method",
        "operation",
        "origin",
        "path",
        "query_string",
        "receive",
        "scheme",
        "told",
    )

    def __init__(self, scope: Scope, receive: Receive) -> None:
        peer = scope["client"]
        self.id = f"{_IDS.getrandbits(64):016x}"
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.query_string: bytes = scope["query_string"]
        self.headers = Headers(scope["headers"])
        self.receive = receive
        self.address: Address | None = None if peer is None else parse_address(peer[0])
        self.scheme: str = scope["scheme"]
        self.origin: str | None = None
        self.told: tuple[Header, ...] = _TOLD
        self.operation: str | None = None
        self.compiled: bool | None = None

    @property
    def client(self) -> Client:
        """The caller's address and browser, as its session and the audit will show them."""
        address = None if self.address is None else str(self.address)
        return Client(address, user_agent_of(self.headers.get("user-agent")))
