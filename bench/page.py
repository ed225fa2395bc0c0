"""Puts a run on the page that shows it: bench/README.md, with its plots."""

import shutil
from pathlib import Path
from typing import Final

PAGE: Final = Path(__file__).parent / "README.md"
PLOTS: Final = PAGE.parent / "plots"
BEGIN, END = "<!-- run -->", "<!-- /run -->"


def put_on_page(folder: Path) -> None:
    """Replaces what stands between the page's marks by the report in a folder."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    report = (folder / "report.md").read_text(encoding="utf-8")
    shutil.rmtree(PLOTS, ignore_errors=True)
    PLOTS.mkdir()
    plots = sorted(folder.glob("*.png"))
    for plot in plots:
        shutil.copy(plot, PLOTS)
    pictures = "\n".join(f"![{plot.stem.replace('_', ' ')}]({PLOTS.name}/{plot.name})" for plot in plots)
    PAGE.write_text(f"{before}{BEGIN}\n\n{report}\n### Plots\n\n{pictures}\n\n{END}{after}", encoding="utf-8")
