"""Moments: what is taken, and how they are shown."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from graphql import GraphQLError

from schema.scalars import parse, serialize

MOMENT = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-24T08:30:00.000Z",
        "2026-11-24t08:30:00.000z",
        "2026-11-24T08:30:00Z",
        "2026-11-24T08:30:00.0Z",
        "2026-11-24T09:30:00.000+01:00",
        "2026-11-24T05:00:00.000-03:30",
        "2026-11-24T08:30:00.000+00:00",
    ],
)
def test_a_moment_with_an_offset_is_taken(text: str) -> None:
    assert parse(text) == MOMENT
    assert parse(text).tzinfo is UTC


@pytest.mark.parametrize(
    "value",
    [
        "",
        "2026-11-24",
        "2026-11-24T08:30:00.000",
        "2026-11-24 08:30:00.000Z",
        "2026-11-24T08:30Z",
        "2026-11-24T08:30:00.000-00:00",
        "2026-11-24T08:30:00.000+01",
        "2026-13-24T08:30:00.000Z",
        "2026-11-24T24:30:00.000Z",
        "0001-01-01T00:00:00.000+12:00",
        "９999-11-24T08:30:00.000Z",
        1764000000,
        None,
        ["2026-11-24T08:30:00.000Z"],
    ],
)
def test_anything_else_is_refused_without_being_repeated(value: object) -> None:
    with pytest.raises(GraphQLError) as refused:
        parse(value)
    assert refused.value.message == "DateTime must be a moment with an offset, such as 2026-11-24T08:30:00.000Z."


def test_a_moment_is_shown_in_utc_to_the_millisecond() -> None:
    assert serialize(MOMENT) == "2026-11-24T08:30:00.000Z"
    copenhagen = timezone(timedelta(hours=1))
    assert serialize(datetime(2026, 11, 24, 9, 30, 0, 123999, copenhagen)) == "2026-11-24T08:30:00.123Z"
