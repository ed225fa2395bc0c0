"""What is measured: the documents, and where the servers that are written by hand have the same."""

from dataclasses import dataclass
from typing import Final

_INFO: Final = "pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"


@dataclass(frozen=True, slots=True)
class Work:
    """One query.

    Attributes:
        title: What it is called in a table; `short`, beside a goal.
        path: Where a server that is written by hand answers it.
        expects: What is in every answer that is right.
    """

    title: str
    short: str
    document: str
    path: str
    expects: str = '"canLogIn"'
    first: int = 0
    references: int = 0


def page(title: str, path: str, *, below: str = "", count: str = "", first: int = 50) -> Work:
    """A page of customers with ten references each; `below` is asked of each reference, too, `count` of each list."""
    references = 10
    document = f"""
    query Page($first: Int!, $references: Int!, $after: String) {{
      customers(first: $first, after: $after) {{
        edges {{
          cursor
          node {{
            id
            name
            references(first: $references) {{
              edges {{ cursor node {{ id name passwordStatus canLogIn {below} }} }}
              {_INFO}
              {count}
            }}
          }}
        }}
        {_INFO}
        {count}
      }}
    }}
    """
    short = f"page of {first} x {references}"
    full = f"A page of {first} customers with {references} references each"
    if title:
        short, full = f"{short} {title}", f"{full}, {title}"
    return Work(full, short, document, path, first=first, references=references)


PAGE: Final = page("", "/customers")
LARGE_PAGE: Final = page("", "/customers", first=500)
PAGE_WITH_PERMISSIONS: Final = page(
    "with permissions and settings",
    "/customers/permissions",
    below="permissions { permission label effective } settings { name }",
)
PAGE_SHARED: Final = page("with sharedWith", "/customers/shared", below="sharedWith { customer { name } }")
PAGE_COUNTED: Final = page("with totalCount", "/customers/counted", count="totalCount")
VIEWER: Final = Work(
    "Who is logged in, a portal user by a bearer token",
    "viewer",
    "query Who { viewer { name email ... on PortalViewer { customer { name } menu } } }",
    "/viewer",
    expects='"menu"',
)
