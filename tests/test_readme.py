"""What the README says is so: its settings, its documents, its commands and its files."""

import json
import re
from pathlib import Path

import pytest
from graphql import build_schema, parse, validate
from typer.testing import CliRunner

from app.cli import cli
from app.settings import settings_table

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
SCHEMA = build_schema((ROOT / "schema" / "schema.graphql").read_text())
DOCUMENTS = [
    *re.findall(r"```graphql\n(.*?)```", README, re.DOTALL),
    *(json.loads(body)["query"] for body in re.findall(r"-d '(\{.*?\n\})'", README, re.DOTALL)),
]


def test_the_settings_table_is_the_settings() -> None:
    (table,) = re.findall(r"<!-- settings -->\n(.*?)\n<!-- /settings -->", README, re.DOTALL)
    assert table.strip() == settings_table().strip()


@pytest.mark.parametrize("document", DOCUMENTS)
def test_each_document_fits_the_schema(document: str) -> None:
    assert not validate(SCHEMA, parse(document))


def test_there_are_documents_for_graphiql_and_for_curl() -> None:
    assert len(DOCUMENTS) >= 10


@pytest.mark.parametrize("row", re.findall(r"^\| `adgang ([^`]+)` \|", README, re.MULTILINE))
def test_each_command_is_there_with_its_options(row: str) -> None:
    words = re.sub(r"\[.*", "", row).split()
    *group, last = words
    for name in last.split("\\|"):
        shown = CliRunner().invoke(cli, [*group, name, "--help"])
        assert shown.exit_code == 0, shown.output
        for option in re.findall(r"--[a-z-]+", row):
            assert option in shown.output


def test_every_file_it_points_at_is_there() -> None:
    named = re.findall(r"`((?:app|schema|resolvers|tests|bench)/[\w./]*)`", README)
    tree = re.search(r"```text\nschema/(.*?)```", README, re.DOTALL)
    assert tree is not None
    named += re.findall(r"^(?:app/[\w.]+/?|resolvers/|tests/\w+/|bench/)", tree[1], re.MULTILINE)
    assert named
    missing = [name for name in named if not (ROOT / name).exists()]
    assert not missing
