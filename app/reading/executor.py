"""What reading needs of a database. It only ever asks for rows, one statement at a time."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Protocol

from app.reading.kinds import Decoding

Rows = Sequence[Mapping[str, Any]]


class Dialect(Decoding, Protocol):
    """Which database it is, how it is spoken to, and how its driver's values are read."""

    @property
    def name(self) -> Literal["sqlite", "postgres"]:
        """The kind of database."""

    def any_of(self, expression: str, placeholder: str) -> str:
        """A condition: the expression is one of the keys in the list bound to the placeholder."""


class Executor(Protocol):
    """Runs SELECTs with `$1`, `$2` … in place of values.

    Values are numbers, texts, truth values, aware moments, None, and lists of numbers.
    """

    @property
    def dialect(self) -> Dialect:
        """The kind of database that the statements must suit."""

    async def fetch(self, sql: str, *args: object) -> Rows:
        """The rows of a SELECT."""

    async def fetch_small(self, sql: str, *args: object) -> Rows:
        """The same, for an answer that is small and that many may ask for at once, with other values each."""
