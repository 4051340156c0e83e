"""How a pack's language network runs fastest on this machine: measured once, then remembered."""

from __future__ import annotations

import logging
import math
import os
import platform
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from importlib.metadata import version
from pathlib import Path
from time import perf_counter

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from bubo_desktop.engine.cancellation import Cancellation, CancelledWork
from bubo_desktop.engine.language_context import Context
from bubo_desktop.engine.language_weights import Weights, gpu_attempts
from bubo_desktop.packs.manifest import LanguagePart

CACHE_NAME = "tuning.json"
MAX_BATCH = 512

# What is weighed: a prompt with a picture, and an answer of a few sentences.
N_PROMPT, N_ANSWER = 100, 50
ALL_CORES_GAIN = 1.25  # less is not worth the stalls when another program wants a core: all threads wait for the last
SMALL_BYTES = 100 * 1024 * 1024
N_MEASURED_PROMPT = 128


class Tuning(Struct, frozen=True):
    """Whether weights are repacked for this CPU, threads that compute, and positions per batch."""

    repack: bool
    n_threads: int
    n_batch: int


class _Effort(Struct, frozen=True):
    """How much is measured: repetitions (the best counts), tokens generated in each, and the batches compared."""

    n_repetitions: int
    n_answer: int
    batches: tuple[int, ...]


SMALL_EFFORT = _Effort(n_repetitions=2, n_answer=16, batches=(128, 64, 32))
LARGE_EFFORT = _Effort(n_repetitions=1, n_answer=4, batches=(128, 64))


def default_tuning() -> Tuning:
    """What is safe unmeasured: a core left free, and batches beyond which a prompt is read no faster."""
    return Tuning(repack=False, n_threads=max(_n_cores() - 1, 1), n_batch=128)


def clamped_tuning(tuning: Tuning) -> Tuning:
    """The same within what this machine has: llama.cpp crashes on absurd numbers of threads."""
    n_threads = min(max(tuning.n_threads, 1), _n_cores())
    return Tuning(tuning.repack, n_threads, min(max(tuning.n_batch, 1), MAX_BATCH))


def remembered_tuning(part: LanguagePart, folder: Path, cache_dir: Path) -> Tuning:
    """Returns the tuning measured earlier for this file on this machine, else measures it and remembers it.

    Raises:
        PackError, EngineError: the file cannot be loaded.
    """
    cache, key = cache_dir / CACHE_NAME, _key(folder / part.file)
    known = _read(cache)
    if key not in known:
        known[key] = measure_tuning(part, folder)
        _write(cache, known)
    return known[key]


def measure_tuning(part: LanguagePart, folder: Path) -> Tuning:
    """Returns the fastest tuning for the CPU; where there is a GPU, which computes instead, the default.

    A small network is measured in a fraction of a second; of a large one, three batches of 128 positions and a dozen
    tokens are computed for each way of packing its weights.

    Raises:
        PackError, EngineError: the file cannot be loaded.
    """
    if gpu_attempts(-1) != (0,):
        return default_tuning()
    path = folder / part.file
    effort = SMALL_EFFORT if path.is_file() and path.stat().st_size < SMALL_BYTES else LARGE_EFFORT
    best = (math.inf, default_tuning())
    for repack in (False, True):
        with closing(Weights(path, repack=repack)) as weights:
            best = min(best, _best_packed(weights, repack, effort, best[0]), key=lambda timed: timed[0])
    return best[1]


def _best_packed(weights: Weights, repack: bool, effort: _Effort, limit_s: float) -> tuple[float, Tuning]:
    """Compares numbers of threads at the first size of batch, then the other sizes at the best number of threads."""
    best = (limit_s, Tuning(repack, default_tuning().n_threads, effort.batches[0]))

    def faster(choice: Tuning) -> tuple[float, Tuning]:
        return min(best, (_time_request(weights, choice, effort, best[0]), choice), key=lambda timed: timed[0])

    for n_threads in sorted({best[1].n_threads, _n_cores()}):
        best = faster(Tuning(repack, n_threads, effort.batches[0]))
    for n_batch in effort.batches[1:]:
        best = faster(Tuning(repack, best[1].n_threads, n_batch))
    return best


def _time_request(weights: Weights, tuning: Tuning, effort: _Effort, limit_s: float) -> float:
    """Seconds that reading `N_PROMPT` positions and generating `N_ANSWER` tokens would take.

    All cores are charged more than they took. Infinite where it is far more than `limit_s`: on a busy machine, one
    thread too many is slower a hundred times.
    """
    ids = np.arange(N_MEASURED_PROMPT, dtype=np.int32) % weights.n_tokens
    prompt = [ids[start : start + tuning.n_batch] for start in range(0, len(ids), tuning.n_batch)]
    answer = [ids[:1]] * effort.n_answer
    n_ctx = len(ids) + effort.n_answer
    handicap = ALL_CORES_GAIN if tuning.n_threads > default_tuning().n_threads else 1.0

    def time_once() -> float:
        context.rewind_to([])
        prompt_s, answer_s = _time_runs(context, prompt), _time_runs(context, answer)
        return handicap * (prompt_s / len(ids) * N_PROMPT + answer_s / effort.n_answer * N_ANSWER)

    with closing(Context(weights, n_ctx=n_ctx, n_batch=tuning.n_batch, n_threads=tuning.n_threads)) as context:
        try:
            with _cancelling_after(2 * effort.n_repetitions * limit_s) as hurry, context.interrupted_by(hurry):
                context.read(ids[:1])  # the first call reserves memory
                return min(time_once() for _ in range(effort.n_repetitions))
        except CancelledWork:
            return math.inf


def _time_runs(context: Context, runs: Sequence[NDArray[np.int32]]) -> float:
    started_s = perf_counter()
    for run in runs:
        context.read(run)
    return perf_counter() - started_s


@contextmanager
def _cancelling_after(duration_s: float) -> Iterator[Cancellation]:
    cancellation = Cancellation()
    timer = threading.Timer(min(duration_s, threading.TIMEOUT_MAX), cancellation.cancel)
    timer.start()
    try:
        yield cancellation
    finally:
        timer.cancel()
        timer.join()


def _key(path: Path) -> str:
    """What a measurement holds for: this file, this processor, this build of llama.cpp."""
    stat = path.stat() if path.is_file() else None
    file = (path.name, stat.st_size, stat.st_mtime_ns) if stat else (path.name,)
    machine = (_processor(), _n_cores(), version("llama-cpp-python"))
    return " | ".join(map(str, file + machine))


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.is_file() else []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor() or platform.machine())


def _n_cores() -> int:
    """Cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _read(cache: Path) -> dict[str, Tuning]:
    """What is remembered; nothing where the file is missing or damaged, so that it is written anew."""
    try:
        return msgspec.json.decode(cache.read_bytes(), type=dict[str, Tuning])
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return {}


def _write(cache: Path, known: dict[str, Tuning]) -> None:
    unfinished = cache.with_suffix(".part")
    try:
        unfinished.write_bytes(msgspec.json.encode(known))
        unfinished.replace(cache)
    except OSError as error:
        logging.getLogger(__name__).warning("The tuning could not be remembered: %s", type(error).__name__)
