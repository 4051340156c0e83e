"""What sets a child process apart: channels of its own, no core files, and an end with the desktop."""

from __future__ import annotations

import ctypes
import faulthandler
import os
import signal
import sys
from io import FileIO

_PR_SET_PDEATHSIG = 1  # Source: linux/prctl.h


def take_channels() -> tuple[FileIO, FileIO]:
    """Moves the message channels to private descriptors; call it before any runtime is imported.

    Afterwards descriptor 0 is empty and descriptor 1 is standard error, so that no library can read a request or
    write into an event.

    Returns:
        The unbuffered streams of requests and of events.
    """
    requests, events = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return FileIO(requests, "rb"), FileIO(events, "wb")


def confine() -> None:
    """Leaves Ctrl-C to the desktop, writes no core file with the user's pictures in it, and dies with the desktop.

    A crash in a library leaves its Python lines on standard error (no values, so nothing of the user's).
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    faulthandler.enable(file=sys.stderr)
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        parent = os.getppid()
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # the desktop died before the wish was made
            os._exit(0)
