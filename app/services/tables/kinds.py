"""Kinds of value that only this application has."""

from functools import partial

from app import ids
from app.reading import Kind, through


def PUBLIC_ID(type_name: str) -> Kind:
    """A key, shown as the public id of a thing of this type."""
    return Kind(
        "public id",
        through(partial(ids.encode, type_name)),
        column=partial(ids.encode_all, type_name),
        insides=partial(ids.encode_present, type_name),
    )


HEX = Kind("hex", through(lambda value: bytes(value).hex()))
