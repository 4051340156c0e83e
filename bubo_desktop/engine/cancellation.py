"""Stopping work from another thread: a flag that long work looks at."""

from __future__ import annotations

import threading


class CancelledWork(Exception):  # noqa: N818 - cancelling is not an error
    """Raised inside work whose cancellation was asked for; never shown as a failure."""


class Cancellation:
    """A flag set by the reading thread and checked by the working thread."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def cancel(self) -> None:
        """Asks the work to end."""
        self._event.set()

    @property
    def requested(self) -> bool:
        """True once `cancel` was called."""
        return self._event.is_set()

    def check(self) -> None:
        """Raises `CancelledWork` where cancelling was asked for."""
        if self._event.is_set():
            raise CancelledWork
