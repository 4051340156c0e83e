"""The abilities of the program in a terminal: for people, scripts and checks."""

from __future__ import annotations

import contextlib
import sys

from bubo_desktop.cli.arguments import read_arguments
from bubo_desktop.errors import BuboError, InputError, PackError
from bubo_desktop.logs import start_log

OK, BAD_INPUT, PACK_PROBLEM, ENGINE_FAILURE, INTERRUPTED = 0, 2, 3, 4, 130


def main(arguments: list[str]) -> int:
    """Runs a command; without one, opens the window.

    Returns:
        0 ok, 2 bad usage or input, 3 pack problem, 4 engine failure, 130 interrupted by the user. Problems are one
        plain line on standard error.
    """
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError):  # replaced streams, as in tests, may not be configurable
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]  # terminals that lack a sign show another
    options = read_arguments(arguments)
    start_log("desktop")
    try:
        return options.run(options)
    except BuboError as error:
        print(" ".join(str(error).split()), file=sys.stderr)
        return _exit_code(error)
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return INTERRUPTED


def _exit_code(error: BuboError) -> int:
    if isinstance(error, InputError):
        return BAD_INPUT
    return PACK_PROBLEM if isinstance(error, PackError) else ENGINE_FAILURE
