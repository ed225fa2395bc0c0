"""`python -m app.cli`: the same as `adgang`."""

from app.cli import main

main()
