"""Pages of lists that grow: Relay's connections, with cursors that cost the same however deep the page."""

from typing import Annotated

import strawberry

from schema.enums import Direction

First = Annotated[
    int | None,
    strawberry.argument(
        description=(
            "How many rows to answer, from the front of the list (or after `after`): 0 to 500, 50 where neither "
            "`first` nor `last` is given. Not together with `last`."
        )
    ),
]
After = Annotated[
    str | None,
    strawberry.argument(
        description=(
            "Begin behind the row with this cursor: `pageInfo.endCursor` of the page before gives the next page. "
            "A cursor only counts in the list, and in the order, that it came from."
        )
    ),
]
Last = Annotated[
    int | None,
    strawberry.argument(
        description=(
            "How many rows to answer, from the end of the list (or before `before`): 0 to 500. Not together with "
            "`first`."
        )
    ),
]
Before = Annotated[
    str | None,
    strawberry.argument(
        description="End in front of the row with this cursor: `pageInfo.startCursor` gives the page before, with "
        "`last`."
    ),
]
Way = Annotated[Direction | None, strawberry.argument(description="Which way the order runs; null is the same as ASC.")]


@strawberry.type(description="Where a page lies in its list.")
class PageInfo:
    has_next_page: bool = strawberry.field(
        description="Whether more rows follow this page. True wherever `before` was given, without looking."
    )
    has_previous_page: bool = strawberry.field(
        description="Whether rows come before this page. True wherever `after` was given, without looking."
    )
    start_cursor: str | None = strawberry.field(description="The first row's cursor; null for an empty page.")
    end_cursor: str | None = strawberry.field(
        description="The last row's cursor, to be sent as `after` for the next page; null for an empty page."
    )


@strawberry.type
class Edge:
    """What the edges of every list have; each list declares its node."""

    cursor: str = strawberry.field(description="This row's place in its list, for `after` and `before`.")


@strawberry.type
class Connection:
    """What the pages of every list have; each list declares its edges."""

    page_info: PageInfo = strawberry.field(
        description="Whether there are more rows on either side, and where to go on."
    )


@strawberry.type
class CountedConnection(Connection):
    """A page that can say how long its list is."""

    total_count: int = strawberry.field(
        description="How many rows the whole list has under this filter. It is counted only when you ask for it."
    )
