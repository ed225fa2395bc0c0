"""Where settings come from besides the environment, and how what is wrong with one is said."""

import base64
import binascii
import difflib
import os
import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from dotenv import dotenv_values
from pydantic import SecretBytes
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

PREFIX = "ADGANG_"
KEY_BYTES = 32

KUBERNETES = re.compile(
    r"ADGANG_(SERVICE_HOST=.*|SERVICE_PORT(_\w+)?=\d+|PORT=\w+://.*|PORT_\d+_(TCP|UDP)(_(PROTO|PORT|ADDR))?=.*)"
)
"""Kubernetes sets these by itself in every container beside a Service named `adgang`."""


class SettingsError(Exception):
    """A setting is wrong; the text is a sentence for the operator."""


def variables(env_file: str | None) -> dict[str, str]:
    """All our variables by name in capitals: the environment's, and below them those of the file."""
    filed = dotenv_values(env_file, encoding="utf-8") if env_file is not None else {}
    found = {**filed, **os.environ}
    return {name.upper(): value or "" for name, value in found.items() if name.upper().startswith(PREFIX)}


def refuse_unknown(fields: Mapping[str, FieldInfo], secrets: Collection[str], env_file: str | None) -> None:
    """Stops at a variable nobody reads, which most often is a typing mistake in one that matters.

    Raises:
        SettingsError: Names the variable and the one that was probably meant.
    """
    known = {PREFIX + name.upper() for name in fields} | {f"{PREFIX}{name.upper()}_FILE" for name in secrets}
    given = variables(env_file)
    for name in sorted(given.keys() - known):
        if KUBERNETES.fullmatch(f"{name}={given[name]}"):
            continue
        close = difflib.get_close_matches(name, known, n=1)
        raise SettingsError(f"{name} is no setting." + (f" Did you mean {close[0]}?" if close else ""))


class FileSource(PydanticBaseSettingsSource):
    """Reads a secret from the file that `ADGANG_…_FILE` names, as container secrets are handed over."""

    def __init__(self, settings_class: type[BaseSettings], secrets: Collection[str], env_file: str | None) -> None:
        super().__init__(settings_class)
        self.secrets = secrets
        self.given = variables(env_file)

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        variable = f"{PREFIX}{field_name.upper()}_FILE"
        path = self.given.get(variable)
        if not path or field_name not in self.secrets:
            return None, field_name, False
        if self.given.get(PREFIX + field_name.upper()):
            raise SettingsError(f"{PREFIX}{field_name.upper()} and {variable} are both set; set one of them.")
        try:
            return Path(path).read_text(encoding="utf-8").strip(), field_name, False
        except (OSError, UnicodeDecodeError):
            raise SettingsError(f"{variable} names a file that can't be read as text.") from None

    def __call__(self) -> dict[str, Any]:
        values = {name: self.get_field_value(field, name)[0] for name, field in self.settings_cls.model_fields.items()}
        return {name: value for name, value in values.items() if value is not None}


def parse_key(value: object) -> object:
    """A key's 32 bytes, typed as 64 hexadecimal digits or as base64 (either alphabet, padded or not)."""
    if isinstance(value, SecretBytes):
        return value
    if isinstance(value, str):
        text = value.strip()
        try:
            if re.fullmatch(r"[0-9A-Fa-f]{64}", text):
                value = bytes.fromhex(text)
            else:
                padded = text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4)
                value = base64.b64decode(padded.translate(str.maketrans("-_", "+/")), validate=True)
        except (ValueError, binascii.Error):
            value = b""
    if not isinstance(value, bytes) or len(value) != KEY_BYTES:
        raise ValueError("must be 32 bytes, as 64 hexadecimal digits or base64 (`openssl rand -hex 32` makes one)")
    return value


def parse_list(value: object) -> object:
    """The parts of a text between its commas, without the space around them."""
    return tuple(filter(None, map(str.strip, value.split(",")))) if isinstance(value, str) else value


def parse_keys(value: object) -> object:
    """Several keys, separated by commas or spaces; the first is the current one."""
    if isinstance(value, str):
        value = value.replace(",", " ").split()
    if isinstance(value, bytes | SecretBytes):
        value = [value]
    if not isinstance(value, list | tuple):
        raise ValueError("must be keys separated by commas")  # noqa: TRY004 - pydantic reports ValueError, not TypeError
    return tuple(parse_key(key) for key in value)


def sentence(fields: Mapping[str, FieldInfo], fault: ErrorDetails) -> str:
    """What is wrong with one setting, for a person, without its value."""
    context = fault.get("ctx", {})
    reason = str(context["error"]) if "error" in context else ""
    if not fault["loc"] or fault["loc"][0] not in fields:
        return reason or "The settings don't fit together."
    field = fields[str(fault["loc"][0])]
    extra = field.json_schema_extra
    unit = str(extra["unit"]) if isinstance(extra, dict) and extra["unit"] else ""
    of_unit = f" ({unit})" if unit else ""
    kind = fault["type"]
    if kind.startswith("int_"):
        reason = f"must be a whole number{of_unit}"
    elif kind.startswith("float_") or kind == "finite_number":
        reason = f"must be a number{of_unit}"
    elif kind.startswith("bool_"):
        reason = "must be true or false"
    elif kind == "greater_than_equal":
        reason = f"must be at least {context['ge']}{of_unit}"
    elif kind == "less_than_equal":
        reason = f"must be at most {context['le']}{of_unit}"
    elif "expected" in context:
        reason = f"must be one of {context['expected']}"
    return f"{PREFIX}{str(fault['loc'][0]).upper()} {reason or 'has a wrong value'}."
