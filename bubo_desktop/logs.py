"""The log files: what happened, never what was said.

Questions, answers and file names are the user's own: no call may pass them to a logger. An exception's text may quote
them, so only its type and the lines of code it passed are written.
"""

from __future__ import annotations

import logging
import traceback
from logging.handlers import RotatingFileHandler
from types import TracebackType

from bubo_desktop.paths import logs_dir

LOGGER_NAME = "bubo_desktop"
MAX_FILE_BYTES = 512 * 1024
N_OLD_FILES = 3

_ExceptionInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class PrivateFormatter(logging.Formatter):
    """Writes exceptions without their text."""

    def formatException(self, ei: _ExceptionInfo) -> str:  # noqa: N802 - the name is logging's
        """The exception's type and the places it passed, innermost last."""
        kind, _, trace = ei
        frames = [f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)]
        return "\n".join([*frames, f"  {kind.__qualname__ if kind else 'no exception'}"])


def start_log(process: str) -> None:
    """Sends the records of this program's loggers to `<process>.log`, kept small by rotation.

    Args:
        process: `desktop` or `engine`: each process writes its own file, because rotation is not safe between two.
    """
    handler = RotatingFileHandler(
        logs_dir() / f"{process}.log", maxBytes=MAX_FILE_BYTES, backupCount=N_OLD_FILES, encoding="utf-8"
    )
    handler.setFormatter(PrivateFormatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logger = logging.getLogger(LOGGER_NAME)
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False
