"""The moments of the schema: RFC 3339 with milliseconds, as the scalar that `@specifiedBy` names describes."""

import re
from datetime import UTC, datetime

import strawberry
from graphql import GraphQLError, StringValueNode, ValueNode

# The fraction may be left out on the way in, as people who type a moment do.
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})", re.ASCII)


def parse(value: object, node: ValueNode | None = None) -> datetime:
    """A moment as a client wrote it, in UTC.

    Raises:
        GraphQLError: it is none; the error doesn't repeat it.
    """
    if isinstance(value, str) and _MOMENT.fullmatch(value) and not value.endswith("-00:00"):
        try:
            return datetime.fromisoformat(value.upper()).astimezone(UTC)
        except (ValueError, OverflowError):
            pass
    raise GraphQLError("DateTime must be a moment with an offset, such as 2026-11-24T08:30:00.000Z.", node)


def parse_literal(node: ValueNode, _variables: object = None) -> datetime:
    """A moment as it stands in a document; what is wrong with it is told with its position.

    Raises:
        GraphQLError: it is none.
    """
    return parse(node.value if isinstance(node, StringValueNode) else None, node)


def serialize(moment: datetime) -> str:
    """A moment as clients read it: UTC, to the millisecond."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


DATE_TIME = strawberry.scalar(
    name="DateTime",
    description=(
        "A moment, in UTC and to the millisecond: `2026-11-24T08:30:00.000Z`.\n"
        "On the way in any offset will do, and the fraction of a second may be left out."
    ),
    specified_by_url="https://scalars.graphql.org/andimarek/date-time",
    serialize=serialize,
    parse_value=parse,
    parse_literal=parse_literal,
)
