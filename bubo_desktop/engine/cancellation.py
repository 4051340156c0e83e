"""Stopping work from another thread: a flag that long work looks at."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class CancelledWork(Exception):  # noqa: N818 - cancelling is not an error
    """Raised inside work whose cancellation was asked for; never shown as a failure."""


class Cancellation:
    """A flag set by the reading thread and checked by the threads that work."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._lock = threading.Lock()
        self._interrupts: list[Callable[[], None]] = []

    def cancel(self) -> None:
        """Asks the work to end, and interrupts what is being interrupted by `interrupting`."""
        self._event.set()
        with self._lock:
            for interrupt in self._interrupts:
                interrupt()

    @property
    def requested(self) -> bool:
        """True once `cancel` was called."""
        return self._event.is_set()

    def check(self) -> None:
        """Raises `CancelledWork` where cancelling was asked for."""
        if self._event.is_set():
            raise CancelledWork

    @contextmanager
    def interrupting(self, interrupt: Callable[[], None]) -> Iterator[None]:
        """For work that cannot look at the flag: inside, `cancel` calls `interrupt` from its own thread.

        Raises:
            CancelledWork: cancelling was asked for, before or inside, even where the work came to its end.
        """
        with self._lock:
            self.check()
            self._interrupts.append(interrupt)
        try:
            yield
        finally:
            with self._lock:
                self._interrupts.remove(interrupt)
        self.check()
