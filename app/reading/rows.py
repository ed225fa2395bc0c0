"""What reading answers with: rows of the fields that were asked for."""

from typing import Any, ClassVar

AnswerKey = str | tuple[str, str, str]
"""The name under which a row's relation is answered.

Where a page's rows are answered under several names of edges and node, and ask for different things under one name
there, it is all three names: of the edges, the node and the relation.
"""


class Row:
    """One row. Fields are attributes; the rows of relations are in `related`, by the name they have in the answer.

    Each table has a subclass of its own, so that a row's type says what it is a row of.
    """

    __slots__ = ("key", "related", "values")

    type_name: ClassVar[str]
    """The type's public name."""

    def __init__(self, key: int, values: dict[str, Any]) -> None:
        self.key = key
        self.values = values
        self.related: dict[AnswerKey, Any] = {}

    def __getattr__(self, name: str) -> Any:
        try:
            return object.__getattribute__(self, "values")[name]
        except KeyError:
            raise AttributeError(f"{type(self).__name__} was read without {name}.") from None

    def __repr__(self) -> str:
        """The row's type and key. Never its values: they are people's."""
        return f"<{type(self).__name__} {self.key}>"
