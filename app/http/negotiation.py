"""Which of the two media types an answer gets: RFC 9110's `Accept`, as GraphQL over HTTP reads it.

A client that names `application/graphql-response+json` gets it, and with it statuses that tell a refused document
from an executed one; one that names nothing, or everything, gets `application/json`, as older clients expect.
"""

from app.http.answers import AnswerType, Refusal
from app.http.headers import remembered

HTML = "text/html"


def ranges(accept: str) -> dict[str, float]:
    """The media ranges of an `Accept` header with their weights; what doesn't parse is left out."""
    found: dict[str, float] = {}
    for part in accept.split(","):
        media_range, *parameters = (piece.strip().lower() for piece in part.split(";"))
        if "/" in media_range:
            found[media_range] = _weight(parameters)
    return found


def _weight(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return min(max(float(value), 0.0), 1.0)
            except ValueError:
                return 0.0
    return 1.0


def weight_of(media_type: str, accepted: dict[str, float]) -> float:
    """How much a client wants a media type; the most exact range that matches it says so."""
    main, _, _ = media_type.partition("/")
    for media_range in (media_type, f"{main}/*", "*/*"):
        if media_range in accepted:
            return accepted[media_range]
    return 0.0


@remembered
def negotiate(accept: str | None) -> AnswerType:
    """The media type for an answer.

    Raises:
        Refusal: 406, where the client takes neither.
    """
    if accept is None or not accept.strip():
        return AnswerType.JSON
    accepted = ranges(accept)
    graphql = weight_of(AnswerType.GRAPHQL, accepted) if AnswerType.GRAPHQL in accepted else 0.0
    json = weight_of(AnswerType.JSON, accepted)
    if graphql and graphql >= json:
        return AnswerType.GRAPHQL
    if json:
        return AnswerType.JSON
    if weight_of(AnswerType.GRAPHQL, accepted):
        return AnswerType.GRAPHQL
    known = {"graphql": AnswerType.GRAPHQL.value, "json": AnswerType.JSON.value}
    raise Refusal(406, "NOT_ACCEPTABLE", "not_acceptable", known)


def prefers_html(accept: str | None) -> bool:
    """True for a browser's address bar, which names HTML; scripts take anything or JSON."""
    return accept is not None and ranges(accept).get(HTML, 0.0) > 0.0
