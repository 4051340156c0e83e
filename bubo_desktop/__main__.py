"""Starts the program: `python -m bubo_desktop`, the `bubo` command, and `main.py` of the checkout."""

from __future__ import annotations

import sys

from bubo_desktop.environment import quiet_libraries


def main() -> int:
    """Runs one of the program's child processes where the first argument names it, else the command line; returns the
    exit code.
    """
    quiet_libraries()
    match sys.argv[1:]:
        case ["--engine"]:
            from bubo_desktop.engine.server import main as serve

            return serve()
        case ["--probe", *arguments]:
            from bubo_desktop.engine.probing import main as probe

            return probe(arguments)
        case ["--recorder"]:
            from bubo_desktop.recorder.server import main as record

            return record()
        case ["--speaker", *arguments]:
            from bubo_desktop.speaker.server import main as speak

            return speak(arguments)
        case ["--transcriber"]:
            from bubo_desktop.transcriber.server import main as transcribe

            return transcribe()
    from bubo_desktop.cli import main as run

    return run(sys.argv[1:])


if __name__ == "__main__":
    raise SystemExit(main())
