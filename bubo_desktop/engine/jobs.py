"""The requests that have not ended, and the lanes in which they are worked on, each in a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue

from bubo_desktop.engine.cancellation import Cancellation
from bubo_desktop.protocol import Ask, Outline, Prepare, Sense

Work = Ask | Prepare | Outline | Sense
Pastime = tuple[float, Callable[[Cancellation], None]]
"""What to do once there was no job for so many more seconds; it is to end where its cancellation is asked for."""


@dataclass(slots=True)
class Job:
    """A request that has not ended. `pieces` are those of the answer so far; `leisure` ends what is done ahead of a
    question that has been asked meanwhile.
    """

    request: Work
    cancellation: Cancellation = field(default_factory=Cancellation)
    leisure: Cancellation = field(default_factory=Cancellation)
    pieces: list[str] = field(default_factory=list)
    is_started: bool = False


class Jobs:
    """All jobs by their requests' ids. Any thread may use it."""

    def __init__(self) -> None:
        self._jobs: dict[int, Job] = {}
        self._lock = threading.Lock()

    def add(self, job: Job) -> None:
        """Takes in a new one; a question ends what is done ahead of it."""
        with self._lock:
            earlier = list(self._jobs.values())
            self._jobs[job.request.id] = job
        for each in earlier if isinstance(job.request, Ask) else ():
            each.leisure.cancel()

    def start(self, job: Job) -> bool:
        """Whether the job may be worked on now: false where it was cancelled while it waited."""
        with self._lock:
            job.is_started = job.request.id in self._jobs
            return job.is_started

    def end(self, job: Job) -> None:
        """Forgets a job that was worked on."""
        with self._lock:
            del self._jobs[job.request.id]

    def cancel(self, number: int) -> bool:
        """Tells what works to end, forgets what waits, and leaves alone what has ended; returns whether it waited."""
        with self._lock:
            job = self._jobs.get(number)
            waited = job is not None and not job.is_started
            if waited:
                del self._jobs[number]
        if job:
            job.cancellation.cancel()
            job.leisure.cancel()
        return waited

    @property
    def answering(self) -> int:
        """The id of the request in work, `Sense` not counted; 0 where there is none."""
        with self._lock:
            started = (job.request for job in self._jobs.values() if job.is_started)
            return next((request.id for request in started if not isinstance(request, Sense)), 0)

    @property
    def numbers(self) -> tuple[int, ...]:
        """The ids of those that have not ended."""
        with self._lock:
            return tuple(self._jobs)


class Lane:
    """Jobs that wait for one another."""

    def __init__(self) -> None:
        self._queue: SimpleQueue[Job | None] = SimpleQueue()
        self._leisure = Cancellation()  # of what is done between jobs

    def put(self, job: Job | None) -> None:
        """Has a job done after those before; None is the last."""
        self._leisure.cancel()
        self._queue.put(job)

    def run(self, work: Callable[[Job], None], pastimes: Sequence[Pastime]) -> None:
        """Works until the last job.

        Args:
            work: does a job.
            pastimes: what to do, in this order, while there is none.
        """
        while job := self._next(pastimes):
            work(job)

    def _next(self, pastimes: Sequence[Pastime]) -> Job | None:
        self._leisure = leisure = Cancellation()
        for wait_s, pastime in pastimes:
            try:
                return self._queue.get(timeout=wait_s)
            except Empty:
                pastime(leisure)
        return self._queue.get()
