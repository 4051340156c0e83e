"""How a pack's language network runs fastest on this machine: measured once, then remembered."""

from __future__ import annotations

import logging
import math
import platform
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from importlib.metadata import version
from pathlib import Path
from time import perf_counter

import msgspec
import numpy as np
import psutil
from msgspec import Struct

from bubo_desktop.engine.batches import Batch, run_of_tokens
from bubo_desktop.engine.cancellation import Cancellation, CancelledWork
from bubo_desktop.engine.cores import n_cores
from bubo_desktop.engine.language_context import MAX_BATCH, Context
from bubo_desktop.engine.language_weights import Weights, gpu_attempts
from bubo_desktop.engine.levers import SMALL_BYTES
from bubo_desktop.packs.manifest import LanguagePart

CACHE_NAME = "tuning.json"

# What is weighed: a prompt with a picture, and an answer of a few sentences.
N_PROMPT, N_ANSWER = 100, 50
ALL_CORES_GAIN = 1.25  # less is not worth the stalls when another program wants a core: all threads wait for the last
N_MEASURED_PROMPT = 128
REPACKED_COPIES = 2  # in memory: what llama.cpp rearranges it does not map

OnProgress = Callable[[float], None]


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


CLEARLY = 1.05  # faster by less may be chance; what comes first in the comparison is gentler to memory and start
HURRY = 1.25  # of the best time so far: what takes longer is not waited for

SMALL_EFFORT = _Effort(n_repetitions=2, n_answer=16, batches=(128, 64, 32))
LARGE_EFFORT = _Effort(n_repetitions=1, n_answer=4, batches=(128, 64))


def default_tuning() -> Tuning:
    """What is safe unmeasured: a core left free, and batches beyond which a prompt is read no faster."""
    return Tuning(repack=False, n_threads=max(n_cores() - 1, 1), n_batch=128)


def clamped_tuning(tuning: Tuning) -> Tuning:
    """The same within what this machine has: llama.cpp crashes on absurd numbers of threads."""
    n_threads = min(max(tuning.n_threads, 1), n_cores())
    return Tuning(tuning.repack, n_threads, min(max(tuning.n_batch, 1), MAX_BATCH))


def remembered_tuning(
    part: LanguagePart, folder: Path, cache_dir: Path, on_progress: OnProgress = lambda _: None
) -> Tuning:
    """Returns the tuning measured earlier for this file on this machine, else measures it and remembers it.

    Args:
        part: of the manifest.
        folder: the pack's.
        cache_dir: where it is remembered.
        on_progress: told the fraction measured, 0..1, where it is.

    Raises:
        PackError, EngineError: the file cannot be loaded.
    """
    cache, key = cache_dir / CACHE_NAME, identity_of(folder / part.file)
    known = _read(cache)
    if key not in known:
        known[key] = measure_tuning(part, folder, on_progress)
        _write(cache, known)
    return known[key]


def measure_tuning(part: LanguagePart, folder: Path, on_progress: OnProgress = lambda _: None) -> Tuning:
    """Returns the fastest tuning for the CPU; where there is a GPU, which computes instead, the default.

    A small network is measured in a fraction of a second; of a large one, at most three prompts of 128 cells and a
    dozen tokens are computed for each way of packing its weights. Where memory is short they are left as they are.

    Raises:
        PackError, EngineError: the file cannot be loaded.
    """
    if gpu_attempts(-1) != (0,):
        return default_tuning()
    path = folder / part.file
    n_bytes = path.stat().st_size if path.is_file() else 0
    effort = SMALL_EFFORT if n_bytes < SMALL_BYTES else LARGE_EFFORT
    best = (math.inf, default_tuning())
    has_room = psutil.virtual_memory().available > REPACKED_COPIES * n_bytes
    for repack in (False, True) if has_room else (False,):
        on_progress(0.5 * repack)
        with closing(Weights(path, repack=repack)) as weights:
            best = _best_packed(weights, repack, effort, best)
    on_progress(1.0)
    return best[1]


def _best_packed(weights: Weights, repack: bool, effort: _Effort, best: tuple[float, Tuning]) -> tuple[float, Tuning]:
    """Compares numbers of threads at the first size of batch, then, where the packing is worth it, the other sizes."""

    def faster(choice: Tuning) -> tuple[float, Tuning]:
        took_s = _time_request(weights, choice, effort, best[0])
        return (took_s, choice) if took_s * CLEARLY < best[0] else best

    for n_threads in sorted({default_tuning().n_threads, n_cores()}):
        best = faster(Tuning(repack, n_threads, effort.batches[0]))
    for n_batch in effort.batches[1:] if best[1].repack == repack else ():
        best = faster(Tuning(repack, best[1].n_threads, n_batch))
    return best


def _time_request(weights: Weights, tuning: Tuning, effort: _Effort, limit_s: float) -> float:
    """Seconds that reading `N_PROMPT` positions and generating `N_ANSWER` tokens would take.

    All cores are charged more than they took. Infinite where it is more than `limit_s`: on a busy machine, one thread
    too many is slower a hundred times.
    """
    prompt = run_of_tokens(np.arange(N_MEASURED_PROMPT) % weights.n_tokens)
    n_ctx = len(prompt) + effort.n_answer
    handicap = ALL_CORES_GAIN if tuning.n_threads > default_tuning().n_threads else 1.0

    def time_once() -> float:
        context.forget()
        prompt_s = _time(context, context.rewind_to([prompt]))
        answer_s = _time(context, [(prompt.part(0, 1),)] * effort.n_answer)
        return handicap * (prompt_s / len(prompt) * N_PROMPT + answer_s / effort.n_answer * N_ANSWER)

    with closing(Context(weights, n_ctx=n_ctx, n_batch=tuning.n_batch, n_threads=tuning.n_threads)) as context:
        try:
            with _cancelling_after(HURRY * effort.n_repetitions * limit_s) as hurry, context.interrupted_by(hurry):
                context.read((prompt.part(0, 1),))  # the first call reserves memory
                return min(time_once() for _ in range(effort.n_repetitions))
        except CancelledWork:
            return math.inf


def _time(context: Context, batches: Sequence[Batch]) -> float:
    started_s = perf_counter()
    for batch in batches:
        context.read(batch)
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


def identity_of(path: Path) -> str:
    """What a measurement, or anything computed, holds for: this file, this processor, this build of llama.cpp."""
    stat = path.stat() if path.is_file() else None
    file = (path.name, stat.st_size, stat.st_mtime_ns) if stat else (path.name,)
    machine = (_processor(), n_cores(), version("llama-cpp-python"))
    return " | ".join(map(str, file + machine))


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.is_file() else []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor() or platform.machine())


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
