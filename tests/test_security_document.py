"""What SECURITY.md points at is there: files, settings, fields, commands."""

import re
from itertools import chain
from pathlib import Path

from graphql import GraphQLObjectType, build_schema
from typer.testing import CliRunner

from app.cli import cli
from app.settings import Settings

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "SECURITY.md").read_text()


def test_its_files_are_there() -> None:
    named = re.findall(r"`([\w/.]+\.(?:py|graphql)|(?:app|tests)/[\w/]+/)`", TEXT)
    somewhere = {path.name for path in chain.from_iterable((ROOT / top).rglob("*.py") for top in ("app", "tests"))}
    assert len(named) > 20
    assert [name for name in named if not (ROOT / name).exists() and name not in somewhere] == []


def test_its_settings_are_settings() -> None:
    named = set(re.findall(r"\bADGANG_([A-Z_]+)", TEXT))
    assert len(named) > 10
    known = [field.upper() for field in Settings.model_fields]
    assert [name for name in named if not any(field.startswith(name) for field in known)] == []


def test_its_fields_are_of_the_schema() -> None:
    schema = build_schema((ROOT / "schema" / "schema.graphql").read_text())
    fields = {
        name
        for kind in schema.type_map.values()
        if isinstance(kind, GraphQLObjectType) and not kind.name.startswith("__")
        for name in kind.fields
    }
    named = set(re.findall(r"`([a-z]+[A-Z]\w+)`", TEXT))
    assert {"confirmStaffLogin", "endSessions"} <= named
    assert named - fields == set()


def test_its_commands_are_commands() -> None:
    for command in set(re.findall(r"`adgang ([a-z]+(?: [a-z]+)?)", TEXT)):
        assert CliRunner().invoke(cli, [*command.split(), "--help"]).exit_code == 0, command


def test_no_requirement_is_told_of_twice() -> None:
    rows = re.findall(r"^\| ((?:\d+\.\d+\.\d+(?:, )?)+) \|", TEXT, re.MULTILINE)
    numbers = [number for row in rows for number in row.split(", ")]
    assert len(numbers) > 140
    assert sorted(numbers) == sorted(set(numbers))
