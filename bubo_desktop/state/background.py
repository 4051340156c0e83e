"""Work that must not hold up the window: done in threads, its result delivered where the window lives."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Signal
from shiboken6 import isValid

from bubo_desktop.errors import BuboError

T = TypeVar("T")
Callbacks = tuple[Callable[[Any], None], Callable[[BuboError], None] | None]


class Task:
    """A piece of work on its way. Abandoned, its result is dropped; that of work already begun, too.

    Who waits often keeps its task. So a task forgets its callbacks with the result: neither would otherwise be freed
    but by the collector of cycles, which may run in a thread where no widget can be freed.
    """

    def __init__(self, done: Callable[[Any], None], failed: Callable[[BuboError], None] | None) -> None:
        self._callbacks: Callbacks | None = (done, failed)

    @property
    def is_abandoned(self) -> bool:
        """Whether nothing will be called any more."""
        return self._callbacks is None

    def abandon(self) -> None:
        """Neither callback will be called any more."""
        self._callbacks = None

    def deliver(self, result: Any, error: Exception | None) -> None:
        """Calls back, once."""
        callbacks, self._callbacks = self._callbacks, None
        if callbacks is None or _is_deleted(getattr(callbacks[0], "__self__", None)):
            return
        done, failed = callbacks
        if error is None:
            done(result)
        elif isinstance(error, BuboError) and failed:
            failed(error)
        else:
            raise error


class Background(QObject):
    """A pool of threads whose results arrive in the thread that made this object, while its event loop turns."""

    _ended = Signal(object, object, object)

    def __init__(self, n_threads: int = 2, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = ThreadPoolExecutor(n_threads, thread_name_prefix="background")
        self._has_ended = False
        self._ended.connect(self._deliver)

    def run(
        self, work: Callable[[], T], done: Callable[[T], None], failed: Callable[[BuboError], None] | None = None
    ) -> Task:
        """Does `work` in a thread, then calls `done` with its result, or `failed` with the `BuboError` it raised.

        Neither is called where `done` is a method of a widget that was deleted meanwhile.
        Any other exception is a mistake of the program's: it is raised in the window's thread. After the end nothing
        is done any more, and nothing is called.
        """
        task = Task(done, failed)
        if not self._has_ended:
            future = self._pool.submit(self._work, task, work)
            future.add_done_callback(lambda future: task.abandon() if future.cancelled() else None)
        return task

    def close(self) -> None:
        """Waits for the work that has begun, and drops the rest."""
        self._has_ended = True
        self._pool.shutdown(cancel_futures=True)

    def finish(self) -> None:
        """Waits for all the work, also what has not begun."""
        self._has_ended = True
        self._pool.shutdown()

    def _work(self, task: Task, work: Callable[[], Any]) -> None:
        if task.is_abandoned:
            return
        result, error = None, None
        try:
            result = work()
        except Exception as problem:  # noqa: BLE001 - an edge: it is raised again in the window's thread
            error = problem
        self._ended.emit(task, result, error)

    def _deliver(self, task: Task, result: Any, error: Exception | None) -> None:
        task.deliver(result, error)  # here, in this object's thread


def _is_deleted(receiver: object) -> bool:
    return isinstance(receiver, QObject) and not isValid(receiver)
