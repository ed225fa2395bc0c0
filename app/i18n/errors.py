"""What the errors say that are no problem of a rule: they end a request, or a field of it, and name no value."""

from typing import Final

from app.i18n.catalogue import mark, translate

_TEXTS: Final = {
    "internal_error": mark("Internal error. Give the request id {request_id} when you report it."),
    "unavailable": mark("The register can't be reached just now. Try again in {duration}."),
    "out_of_time": mark("This took longer than {duration} and was given up. Ask for less at a time."),
    "reference_changed": mark("You have gone on as another company elsewhere. Load the page again."),
    "not_json": mark("The body must be a JSON object in UTF-8 with the text of a document under “query”."),
    "no_query": mark("Put the text of a GraphQL document under “query”."),
    "not_an_object": mark("“{name}” must be a JSON object, or left out."),
    "not_a_text": mark("“{name}” must be a text, or left out."),
    "hash_mismatch": mark(
        "The hash isn't that of the text: send the SHA-256 of the text's UTF-8 in hexadecimal digits."
    ),
    "untrusted_document": mark(
        "The service runs only what it was given beforehand, and this isn't among it. Load the page again."
    ),
    # Apollo Client and urql look for these very words.
    "persisted_query_not_found": "PersistedQueryNotFound",
    "persisted_query_not_supported": "PersistedQueryNotSupported",
    "no_such_operation": mark(
        "The document holds no operation of that name, "
        "or several and none is named: put one's name under “operationName”."
    ),
    "not_url_parameters": mark("Write each parameter of the address once, in UTF-8 and percent-encoded."),
    "not_acceptable": mark("The answer can be {graphql} or {json}: accept one of them."),
    "unknown_application": mark("Write the header as “Adgang-Session: portal” or “Adgang-Session: staff”."),
    "content_type": mark("Send the request as application/json in UTF-8."),
    "body_too_large": mark("The body is too large: send at most {limit} bytes."),
    "body_too_slow": mark("The body didn't arrive in time. Try again."),
    "headers_too_large": mark("The headers are too large: send at most {limit} bytes."),
    "method": mark("Ask with POST."),
    "two_credentials": mark("Send one token or one session cookie, not several."),
    "foreign_origin": mark("A session cookie counts only on requests from the portal's own pages."),
    "unknown_host": mark("The service isn't known by this host name. Check the address."),
    "plain_http": mark("Ask over https: over plain http, others can read what is sent."),
    "alone": mark("{field} must be the only field of its operation: send it in a request of its own."),
    "too_many_mutations": mark("An operation holds at most {limit} changes: split it up."),
    "too_many_tokens": mark("A document holds at most {limit} tokens, and as many comments: ask for less at a time."),
    "too_many_aliases": mark("A document holds at most {limit} aliases: ask for less at a time."),
    "too_many_directives": mark("A document holds at most {limit} directives."),
    "too_deep": mark("Fields are at most {limit} deep in one another: ask for less, or in several steps."),
    "too_many_fields": mark(
        "With all fragments written out a document holds at most {limit} fields, and few of one name in one place: "
        "ask for less at a time."
    ),
    "too_costly": mark(
        "The operation costs {cost} and at most {limit} is allowed: ask for fewer rows at a time, or for less of each."
    ),
    "introspection_off": mark("The service doesn't describe its schema here. Read schema.graphql instead."),
    "unknown_page": mark("There is nothing here. GraphQL is at /graphql."),
}


def text(key: str, locale: str, **values: object) -> str:
    """The text of an error, with the values that its placeholders name."""
    return translate(_TEXTS[key], locale, **values)


def text_keys() -> tuple[str, ...]:
    """Every key that `text` knows."""
    return tuple(_TEXTS)
