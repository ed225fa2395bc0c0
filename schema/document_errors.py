"""What may be said about a document or a value that GraphQL refuses.

The messages of graphql-core and Strawberry quote the request: a wrong input object whole, the password in it included.
So none goes out as it came. One of a form below goes out with the names of types, fields, arguments and variables in
it, and without the values; of any other it is only said that something is wrong, and the error's position says where.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import Final

UNFIT: Final = "The request doesn't fit the schema here."
UNREADABLE: Final = "Syntax Error: The document can't be read here."

_PATTERNS: Final = {
    "name": r"[_A-Za-z][_0-9A-Za-z]*",
    "type": r"[_0-9A-Za-z\[\]!]+",
    "path": r"(?: at [_0-9A-Za-z.\[\]]+)?",
    "token": r"<EOF>|'[!$&()\[\]{}:=@|.?]{1,3}'|'?[A-Za-z]+'?",
    "found": r"<EOF>|'[!$&()\[\]{}:=@|.?]{1,3}'|Name|Int|Float|String|BlockString",
    "scalar": r"Int|Float|String|Boolean|ID",
    "place": r"[A-Za-z_ ]+",
    "number": r"[0-9]+",
    # Only ever names of the schema: they complete what the client began.
    "suggestion": r"(?: Did you mean [^?]+\?)?",
    # Fixed words, answer names and names of types: no value comes into it.
    "reason": r".+",
    # What is never repeated.
    "value": r".*",
}

# As they go out. A form that has a value in it is followed by what is said instead, with the others by number.
_DOCUMENT_FORMS: Final[Mapping[str, str | None]] = {
    "Cannot query field '<name>' on type '<name>'.<suggestion>": None,
    "Unknown argument '<name>' on field '<name>.<name>'.<suggestion>": None,
    "Unknown argument '<name>' on directive '@<name>'.<suggestion>": None,
    "Unknown type '<name>'.<suggestion>": None,
    "Unknown fragment '<name>'.": None,
    "Unknown directive '@<name>'.": None,
    "Argument '<name>.<name>(<name>:)' of type '<type>' is required, but it was not provided.": None,
    "Argument '@<name>(<name>:)' of type '<type>' is required, but it was not provided.": None,
    "Directive '@<name>' may not be used on <place>.": None,
    "The directive '@<name>' can only be used once at this location.": None,
    "Field '<name>' must not have a selection since type '<type>' has no subfields.": None,
    "Field '<name>' of type '<type>' must have at least one field selected.": None,
    "Field '<name>' of type '<type>' must have a selection of subfields.<value>": (
        "Field '{0}' of type '{1}' must have a selection of subfields."
    ),
    "Fields '<name>' conflict because <reason>": None,
    "Fragment cannot be spread here as objects of type '<name>' can never be of type '<name>'.": None,
    "Fragment '<name>' cannot be spread here as objects of type '<name>' can never be of type '<name>'.": None,
    "Fragment cannot condition on non composite type '<name>'.": None,
    "Fragment '<name>' cannot condition on non composite type '<name>'.": None,
    "Fragment '<name>' is never used.": None,
    "Cannot spread fragment '<name>' within itself.": None,
    "Cannot spread fragment '<name>' within itself via <reason>": None,
    "There can be only one operation named '<name>'.": None,
    "There can be only one fragment named '<name>'.": None,
    "There can be only one argument named '<name>'.": None,
    "There can be only one input field named '<name>'.": None,
    "There can be only one variable named '$<name>'.": None,
    "This anonymous operation must be the only defined operation.": None,
    "The '<name>' definition is not executable.": None,
    "The schema definition is not executable.": None,
    "The <name> operation is not supported by the schema.": None,
    "Variable '$<name>' is not defined.": None,
    "Variable '$<name>' is not defined by operation '<name>'.": None,
    "Variable '$<name>' is never used.": None,
    "Variable '$<name>' is never used in operation '<name>'.": None,
    "Variable '$<name>' cannot be non-input type '<type>'.": None,
    "Variable '$<name>' of type '<type>' used in position expecting type '<type>'.": None,
    "Variable '$<name>' is of type '<type>' but must be non-nullable to be used for OneOf Input Object '<name>'.": None,
    "Maximum introspection depth exceeded": None,
    "Too many validation errors, error limit reached. Validation aborted.": None,
    "Validation aborted.": None,
    "Variable values are nested too deeply.": None,
    "Must provide operation name if query contains multiple operations.": None,
    "Must provide an operation.": None,
    "Unknown operation named <value>": "There is no operation of this name.",
}

_SYNTAX_FORMS: Final[Mapping[str, str | None]] = {
    "Syntax Error: Document is nested too deeply. Parsing aborted.": None,
    "Syntax Error: Unterminated string.": None,
    "Syntax Error: Unexpected single quote character ('), did you mean to use a double quote (\")?": None,
    "Syntax Error: Expected <token>, found <found>.": None,
    "Syntax Error: Expected <token>, found <found> <value>": "Syntax Error: Expected {0}, found {1}.",
    "Syntax Error: Unexpected <found>.": None,
    "Syntax Error: Unexpected <found> <value>": "Syntax Error: Unexpected {0}.",
    "Syntax Error: Unexpected character: <value>": "Syntax Error: Unexpected character.",
    "Syntax Error: Invalid character: <value>": "Syntax Error: Invalid character.",
    "Syntax Error: Invalid character escape sequence: <value>": "Syntax Error: Invalid character escape sequence.",
    "Syntax Error: Invalid Unicode escape sequence: <value>": "Syntax Error: Invalid Unicode escape sequence.",
    "Syntax Error: Invalid number, <value>": "Syntax Error: Invalid number.",
}

_VALUE_FORMS: Final[Mapping[str, str | None]] = {
    "Expected a value of non-null type '<type>' to be provided.": None,
    "Expected value of non-null type '<type>' not to be None.": None,
    "Expected variable '$<name>' provided to type '<type>' to provide a runtime value.": None,
    "Expected variable '$<name>' provided to non-null type '<type>' not to be None.": None,
    "Expected variable '$<name>' provided to field '<name>' for OneOf Input Object type '<name>' <reason>": None,
    "Within OneOf Input Object type '<name>', exactly one field must be specified, <reason>": None,
    "DateTime must be a moment with an offset, such as 2026-11-24T08:30:00.000Z.": None,
    "Expected value of type '<type>' to be an object, found: <value>": "Expected value of type '{0}' to be an object.",
    "Expected value of type '<type>' to include required field '<name>', found: <value>": (
        "Expected value of type '{0}' to include required field '{1}'."
    ),
    "Expected value of type '<type>' not to include unknown field '<name>', found: <value>": (
        "Expected value of type '{0}' not to include unknown field '{1}'."
    ),
    "Expected value of type '<type>' not to include unknown field '<name>'.<value>": (
        "Expected value of type '{0}' not to include unknown field '{1}'."
    ),
    "Expected value of type '<type>' not to include unknown field <value>": (
        "Expected value of type '{0}' not to include unknown fields."
    ),
    "Expected value of type '<type>'<value>": "Expected value of type '{0}'.",
    "<scalar> cannot represent <value>": "Expected value of type '{0}'.",
    "Enum '<name>' cannot represent <value>": "Expected value of type '{0}'.",
    "Value '<value>' does not exist in '<name>' enum.<value>": "Expected value of type '{1}'.",
}

_ABOUT_A_VARIABLE: Final = "Variable '$<name>' has invalid value<path>: <value>"
_ABOUT_A_DEFAULT: Final = "Variable '$<name>' has invalid default value<path>: <value>"
_ABOUT_AN_ARGUMENT: Final = "Argument '<name>' has invalid value<path>: <value>"


def about_document(message: str) -> str:
    """What may be said of an error that was found before anything ran: in the document, or in a variable."""
    if message.startswith("Syntax Error: "):
        return _said(message, _SYNTAX_FORMS) or UNREADABLE
    for form, opening in ((_ABOUT_A_VARIABLE, "value"), (_ABOUT_A_DEFAULT, "default value")):
        if (parts := _parts(form, message)) is not None:
            return f"Variable '${parts[0]}' has invalid {opening}{parts[1]}: {_about_value(parts[2])}"
    return _said(message, _DOCUMENT_FORMS) or _said(message, _VALUE_FORMS) or UNFIT


def about_argument(message: str) -> str | None:
    """What may be said of an error that a field met; None where it isn't about one of its arguments, but ours."""
    parts = _parts(_ABOUT_AN_ARGUMENT, message)
    return None if parts is None else f"Argument '{parts[0]}' has invalid value{parts[1]}: {_about_value(parts[2])}"


def _about_value(message: str) -> str:
    return _said(message, _VALUE_FORMS) or UNFIT


def _said(message: str, forms: Mapping[str, str | None]) -> str | None:
    for form, instead in forms.items():
        parts = _parts(form, message)
        if parts is not None:
            return message if instead is None else instead.format(*parts)
    return None


def _parts(form: str, message: str) -> tuple[str, ...] | None:
    """What stands in a message at the places of a form, where the message is of that form."""
    found = _pattern(form).fullmatch(message)
    return None if found is None else found.groups()


@cache
def _pattern(form: str) -> re.Pattern[str]:
    pieces = re.split(r"<([a-z]+)>", form)
    pieces[::2] = map(re.escape, pieces[::2])
    pieces[1::2] = (f"({_PATTERNS[kind]})" for kind in pieces[1::2])
    return re.compile("".join(pieces), re.DOTALL | re.ASCII)
