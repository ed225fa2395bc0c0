"""Reading the text of a document, as far as it is short enough to be read at all."""

from typing import Final

from graphql import DocumentNode, parse

MOST_TOKENS: Final = 2_000
"""What a document may hold ("The door" 4), and as many comments: parsing takes time for each."""


def parse_document(text: str, most_tokens: int = MOST_TOKENS) -> DocumentNode:
    """The document in a text.

    Raises:
        GraphQLSyntaxError: It is none, or too long; it isn't read further than the bound.
    """
    return parse(text, max_lexical_tokens=most_tokens, max_comments=most_tokens)
