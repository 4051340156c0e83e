"""How long the desktop waits for a child process before it does something about it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Patience:
    """Limits in seconds; the defaults suit people, tests use shorter ones.

    Attributes:
        ping_s: time between two pings.
        start_s: longest silence before the engine is ready. Loading large libraries from a cold disk can hold
            Python's global lock for long, and with it the thread that answers pings.
        hang_s: longest silence of an engine that is ready; with the ping after it, a hang is noticed within 10 s.
        cancel_s: from `Cancel` to `Shutdown` where the request does not end.
        shutdown_s: from `Shutdown` to terminate.
        terminate_s: from terminate to kill.
        restarts: automatic restarts allowed within `restart_window_s`.
    """

    ping_s: float = 2.0
    start_s: float = 60.0
    hang_s: float = 8.0
    cancel_s: float = 5.0
    shutdown_s: float = 3.0
    terminate_s: float = 2.0
    restarts: int = 3
    restart_window_s: float = 60.0
