"""`adgang schema`."""

from pathlib import Path

from tests.cli.running import ROOT, Adgang, refused, succeeded

KEPT = ROOT / "schema" / "schema.graphql"


def test_the_kept_schema_is_what_the_code_has(adgang: Adgang) -> None:
    assert succeeded(adgang("schema", "print", "-")) == KEPT.read_text(encoding="utf-8")
    assert "up to date" in succeeded(adgang("schema", "print", "--check"))


def test_a_file_is_written_and_checked(adgang: Adgang, tmp_path: Path) -> None:
    target = tmp_path / "printed.graphql"
    assert "adgang schema print" in refused(adgang("schema", "print", str(target), "--check"))
    succeeded(adgang("schema", "print", str(target)))
    assert target.read_text(encoding="utf-8") == KEPT.read_text(encoding="utf-8")
    succeeded(adgang("schema", "print", str(target), "--check"))
    target.write_text("type Query { nothing: Int }\n", encoding="utf-8")
    refused(adgang("schema", "print", str(target), "--check"))
