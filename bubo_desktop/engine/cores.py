"""How many of the machine's cores computing may use."""

from __future__ import annotations

import os

import psutil


def n_cores() -> int:
    """Cores this process may use; one that runs two threads at once counts twice."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def n_whole_cores() -> int:
    """The same, but a core's second thread does not count: it adds nothing to matrix products."""
    return min(n_cores(), psutil.cpu_count(logical=False) or n_cores())
