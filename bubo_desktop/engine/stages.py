"""The stages of a request: timed, told to the desktop, and places where it can be cancelled."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter

from bubo_desktop.data import Stage
from bubo_desktop.engine.cancellation import Cancellation
from bubo_desktop.protocol import Event, Progress

Emit = Callable[[Event], None]


class Stages:
    """The course of one request.

    Attributes:
        timings_ms: time spent in each stage so far; a stage entered twice is added up.
    """

    def __init__(self, request_id: int, cancellation: Cancellation, emit: Emit) -> None:
        self.timings_ms: dict[str, float] = {}
        self.cancellation = cancellation
        self._id = request_id
        self._emit = emit
        self._began_s = perf_counter()

    @contextmanager
    def stage(self, name: Stage) -> Iterator[Callable[[float], None]]:
        """Times what happens inside, and gives the function to which the fraction done is told.

        Raises:
            CancelledWork: cancelling was asked for before.
        """
        self.cancellation.check()
        entered_s = perf_counter()

        def report(fraction: float) -> None:
            self._emit(
                Progress(id=self._id, stage=name, fraction=fraction, elapsed_ms=(perf_counter() - entered_s) * 1e3)
            )

        report(0.0)
        yield report
        self.timings_ms[name] = self.timings_ms.get(name, 0.0) + (perf_counter() - entered_s) * 1e3
        report(1.0)

    def mark(self, name: Stage) -> None:
        """Notes the time since the request began."""
        self.timings_ms[name] = (perf_counter() - self._began_s) * 1e3
