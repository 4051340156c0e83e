"""Work in a process of its own, which starts with nothing loaded, and what it cost."""

from __future__ import annotations

import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter, process_time
from typing import Any, NamedTuple, TypeVar

Result = TypeVar("Result")


class Cost(NamedTuple):
    """Processor time of all threads, wall time, and the most memory that was resident at once."""

    cpu_s: float
    wall_s: float
    peak_bytes: int


def run_apart(work: Callable[..., Result], *arguments: Any) -> tuple[Result, Cost]:
    """Runs `work` in a new interpreter; it, its arguments and its result must be such that pickle can send them.

    Raises:
        Exception: whatever `work` raises.
        BrokenProcessPool: the process died, for want of memory perhaps.
    """
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_run_measured, work, arguments).result()


def peak_bytes() -> int:
    """The most memory this process has had resident at once.

    Not `ru_maxrss` where it can be helped: on Linux a process inherits it from the one that started it.
    """
    status = Path("/proc/self/status")
    if status.is_file():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    from resource import RUSAGE_SELF, getrusage

    return getrusage(RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def _run_measured(work: Callable[..., Result], arguments: tuple[Any, ...]) -> tuple[Result, Cost]:
    started_s = perf_counter()
    result = work(*arguments)
    return result, Cost(process_time(), perf_counter() - started_s, peak_bytes())
