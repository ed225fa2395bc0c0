"""Puts a run on the pages that show it: bench/README.md with its plots, and in short the project's README.md."""

import shutil
from pathlib import Path
from typing import Final

PAGE: Final = Path(__file__).parent / "README.md"
PROJECT: Final = PAGE.parent.parent / "README.md"
PLOTS: Final = PAGE.parent / "plots"
BEGIN, END = "<!-- run -->", "<!-- /run -->"


def put_on_pages(folder: Path) -> None:
    """Replaces what stands between the pages' marks by the report in a folder."""
    report = (folder / "report.md").read_text(encoding="utf-8")
    shutil.rmtree(PLOTS, ignore_errors=True)
    PLOTS.mkdir()
    plots = sorted(folder.glob("*.png"))
    for plot in plots:
        shutil.copy(plot, PLOTS)
    pictures = "\n".join(f"![{plot.stem.replace('_', ' ')}]({PLOTS.name}/{plot.name})" for plot in plots)
    _replace(PAGE, f"{report}\n### Plots\n\n{pictures}\n")
    _replace(PROJECT, (folder / "summary.md").read_text(encoding="utf-8"))


def _replace(page: Path, text: str) -> None:
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    page.write_text(f"{before}{BEGIN}\n\n{text}\n{END}{after}", encoding="utf-8")
