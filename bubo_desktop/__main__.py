"""Starts the program: `python -m bubo_desktop`, the `bubo` command, and `main.py` of the checkout."""

from __future__ import annotations

import sys

from bubo_desktop.environment import quiet_libraries


def main() -> int:
    """Runs the engine process where the only argument is `--engine`, else the command line; returns the exit code."""
    quiet_libraries()
    arguments = sys.argv[1:]
    if arguments == ["--engine"]:
        from bubo_desktop.engine.server import main as serve

        return serve()
    from bubo_desktop.cli import main as run

    return run(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
