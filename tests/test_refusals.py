"""Refusals are counted, and logged one by one."""

from pathlib import Path

from structlog.testing import capture_logs

from app import refusals
from app.refusals import Kind


def test_a_refusal_is_logged_with_its_facts_and_counted() -> None:
    before = refusals.totals()
    with capture_logs() as lines:
        refusals.note(Kind.RIGHTS, caller="PORTAL", session=7)
        refusals.note(Kind.RIGHTS, caller="NOBODY")
        refusals.note(Kind.LIMIT, bound="tokens", most=2000)
    after = refusals.totals()
    assert {kind: after[kind] - before[kind] for kind in Kind} == dict.fromkeys(Kind, 0) | {
        Kind.RIGHTS: 2,
        Kind.LIMIT: 1,
    }
    assert lines == [
        {
            "event": "refused",
            "log_level": "warning",
            "kind": "rights",
            "total": after[Kind.RIGHTS] - 1,
            "caller": "PORTAL",
            "session": 7,
        },
        {"event": "refused", "log_level": "warning", "kind": "rights", "total": after[Kind.RIGHTS], "caller": "NOBODY"},
        {
            "event": "refused",
            "log_level": "warning",
            "kind": "limit",
            "total": after[Kind.LIMIT],
            "bound": "tokens",
            "most": 2000,
        },
    ]


def test_the_readme_names_every_kind() -> None:
    readme = (Path(__file__).parents[1] / "README.md").read_text()
    told = readme[readme.index("A line `refused`") :].partition("\n\n")[0]
    assert [kind for kind in Kind if f"`{kind}`" not in told] == []
