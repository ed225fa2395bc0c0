"""All parts of a run, by the names that `--only` takes, in the order in which they are measured."""

import tempfile
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Final

from bench import explain, growth, log_ins, memory, pages, refusals, startup
from bench.pages import against_bare, against_bare_on_sqlite
from bench.parts import Part
from bench.processes import BenchFailed
from bench.report import Report
from bench.run import AS_USED, Plan, Run, postgres_version
from bench.works import LARGE_PAGE, PAGE, PAGE_COUNTED, PAGE_SHARED, PAGE_WITH_PERMISSIONS, VIEWER
from tests.support.postgres import cluster

PARTS: Final[Mapping[str, Callable[[Run], Part]]] = {
    "page": pages.measure,
    "permissions": against_bare("permissions", PAGE_WITH_PERMISSIONS, least=1.3),
    "shared": against_bare("shared", PAGE_SHARED, least=1.3),
    "counted": against_bare("counted", PAGE_COUNTED, least=1.3),
    "large-page": against_bare("large_page", LARGE_PAGE, least=1.8),
    "viewer": pages.measure_viewer,
    "sqlite-page": against_bare_on_sqlite("sqlite_page", PAGE, least=0.8),
    "sqlite-viewer": against_bare_on_sqlite("sqlite_viewer", VIEWER, least=0.8),
    "log-ins": log_ins.measure,
    "storm": log_ins.measure_storm,
    "overload": log_ins.measure_overload,
    "refusals": refusals.measure,
    "explain": explain.measure,
    "growth": growth.measure,
    "startup": startup.measure,
    "memory": memory.measure,
}


def measure(plan: Plan, tell: Callable[[str], None], only: Collection[str]) -> Report:
    """Measures these parts. Everything that is started for it ends with it. What fails is told, and the others go on.

    Raises:
        NoPostgres: There is no PostgreSQL to measure on.
    """
    report = Report(postgres_version())
    with cluster(**AS_USED) as postgres, tempfile.TemporaryDirectory(prefix="adgang-bench-") as folder:
        run = Run(plan, tell, postgres, Path(folder))
        for name, part in PARTS.items():
            if name in only:
                try:
                    with run.part():
                        report.parts.append(part(run))
                except BenchFailed as failure:
                    report.failed.append(f"{name}: {failure}")
                except Exception as error:  # what was measured before is worth minutes
                    report.failed.append(f"{name}: {error!r}")
        report.missing = run.missing
    return report
