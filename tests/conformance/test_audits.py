"""GraphQL over HTTP, as the audits of its reference implementation see it: each MUST, each SHOULD and each MAY.

The audits are JavaScript (npm `graphql-http`), so they ask a real server, and this asks node what came of it. Some
introspect the schema: the server has that switched on, and nothing else that isn't so by default.
"""

import json
import os
import subprocess
from pathlib import Path
from typing import NoReturn

import pytest

from tests.cli.running import ROOT, listening, running
from tests.support.node import find_node

HERE = Path(__file__).parent
AUDITS = 61
PATIENCE = 60


def missing(what: str) -> NoReturn:
    """Skips, but fails under CI: there nobody would see that the audits have stopped running."""
    sentence = f"{what} is missing: run scripts/ensure-node, as `make test` does."
    if os.environ.get("CI"):
        pytest.fail(sentence)
    pytest.skip(sentence)


def test_every_audit_passes(sqlite_url: str, tmp_path: Path) -> None:
    node = find_node()
    if node is None:
        missing("node")
    if not (HERE / "node_modules" / "graphql-http").is_dir():
        missing("graphql-http")
    env = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "ADGANG_DATABASE_URL": sqlite_url,
        "ADGANG_INTROSPECTION": "true",
    }
    with running("serve", "--port", "0", cwd=tmp_path, env=env) as process:
        address = listening(process)
        done = subprocess.run(
            [node, HERE / "audit.mjs", f"{address}/graphql"], capture_output=True, text=True, timeout=PATIENCE
        )
    assert done.returncode == 0, done.stderr
    results = json.loads(done.stdout)
    assert [result for result in results if result["status"] != "ok"] == []
    assert len(results) == AUDITS
