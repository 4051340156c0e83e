"""Work that is done beside other work, in a thread of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

from bubo_desktop.engine.cancellation import Cancellation


@contextmanager
def aside(work: Callable[[], None], cancellation: Cancellation) -> Iterator[Future[None]]:
    """Does `work` while the block runs, and waits for its end; its failure is raised by the future's `result`.

    Where the block fails, `cancellation`, which the work must heed, is set.
    """
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="aside") as threads:
        future = threads.submit(work)
        try:
            yield future
        except BaseException:
            cancellation.cancel()
            raise
