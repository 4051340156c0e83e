"""Starts Bubo Desktop from a checkout: see `bubo_desktop/__main__.py`."""

from bubo_desktop.__main__ import main

if __name__ == "__main__":
    raise SystemExit(main())
