"""Starts the program: `python -m bubo_desktop`, the `bubo` command, and `main.py` of the checkout."""

from __future__ import annotations

import sys

from bubo_desktop.environment import quiet_libraries


def main() -> int:
    """Runs the engine process where the only argument is `--engine`, else the command line; returns the exit code."""
    quiet_libraries()
    arguments = sys.argv[1:]
    if arguments == ["--engine"]:
        from bubo_desktop.engine import server

        return server.main()
    from bubo_desktop import cli

    return cli.main(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
