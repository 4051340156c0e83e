"""What each way to spare reading is worth at this size: the engine's own context, with it and without."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

import numpy as np
from numpy.typing import NDArray

from bubo_desktop.engine.batches import Run, run_of_rows, run_of_tokens
from bubo_desktop.engine.cancellation import Cancellation
from bubo_desktop.engine.kept_states import KeptStates
from bubo_desktop.engine.language_context import Context
from bubo_desktop.engine.language_rows import token_rows
from bubo_desktop.engine.language_weights import Weights
from build.compare.encoders import Encoder, time_ours
from build.compare.figures import Figure, Goal
from build.compare.native import Settings

# A question about a picture: the words before it, its rows, and the words after it, of which the last are the question.
N_BEFORE, N_ROWS, N_AFTER, N_QUESTION = 24, 32, 40, 16
N_KEPT = 80  # cells of the chat that is opened again
N_TYPED_AFTER = 3  # the last word and the template's words behind it
_ROW_DEVIATION = 0.02


class Reader:
    """Reads prompts with the engine's context, and says what that took."""

    def __init__(self, network: Path, weights: Weights, settings: Settings, *, joined: bool) -> None:
        rows = token_rows(network, weights) if joined else None
        n_ctx, n_batch, n_threads = settings.n_ctx, settings.n_batch, settings.n_threads
        self.context = Context(
            weights, n_ctx=n_ctx, n_batch=n_batch, n_threads=n_threads, exact=False, token_rows=rows
        )  # fmt: skip

    def close(self) -> None:
        """Frees the memory."""
        self.context.close()

    def read(self, runs: Sequence[Run], *, anew: bool = True) -> float:
        """Processor seconds; unless `anew`, what was read before is used again."""
        started_s = process_time()
        if anew:
            self.context.forget()
        for batch in self.context.rewind_to(runs):
            self.context.read(batch)
        return process_time() - started_s


def compare_levers(network: Path, settings: Settings, encoders: Sequence[Encoder], n_rounds: int) -> list[Figure]:
    """Each lever beside doing without it; the best round counts."""
    with ExitStack() as opened:
        weights = opened.enter_context(closing(Weights(network, repack=settings.repack)))
        apart, joined = (
            opened.enter_context(closing(Reader(network, weights, settings, joined=joined))) for joined in (False, True)
        )
        return [
            _compare_rows(network, weights, apart, n_rounds),
            _compare_batches(weights, apart, joined, n_rounds),
            *_compare_reuse(weights, joined, encoders, n_rounds),
            _compare_restoring(weights, joined, n_rounds),
        ]


def _compare_rows(network: Path, weights: Weights, reader: Reader, n_rounds: int) -> Figure:
    """Embeddings cost what tokens cost."""
    run = _words(weights, N_BEFORE + N_AFTER)
    table = token_rows(network, weights)
    rows = np.zeros((len(run), weights.width), np.float32)
    if table is not None:
        table.write(run.values.astype(np.int32), rows)
    pairs = [(reader.read([run_of_rows(rows)]), reader.read([run])) for _ in range(n_rounds)]
    ours_s, theirs_s = map(min, zip(*pairs, strict=True))
    return Figure(f"{len(run)} embeddings, as many tokens", "ms", 1e3 * ours_s, 1e3 * theirs_s, Goal(1.02))


def _compare_batches(weights: Weights, apart: Reader, joined: Reader, n_rounds: int) -> Figure:
    runs = _picture_question(weights)
    pairs = [(joined.read(runs), apart.read(runs)) for _ in range(n_rounds)]
    ours_s, theirs_s = map(min, zip(*pairs, strict=True))
    name = "words and picture in one batch, in three"
    return Figure(name, "ms", 1e3 * ours_s, 1e3 * theirs_s, Goal(1.4, at_least=True))


def _compare_reuse(weights: Weights, reader: Reader, encoders: Sequence[Encoder], n_rounds: int) -> list[Figure]:
    """The same question asked coldly, asked when the picture was read ahead, and when all but its end was."""
    runs = _picture_question(weights)
    seen_s = sum(time_ours(encoder, n_rounds) for encoder in encoders if encoder.name == "vision")
    cold_s, warm_s, typed_s = [], [], []
    for _ in range(n_rounds):
        cold_s.append(reader.read(runs) + seen_s)
        warm_s.append(_read_end(reader, runs, N_QUESTION))
        typed_s.append(_read_end(reader, runs, N_TYPED_AFTER))
    cold_ms = 1e3 * min(cold_s)
    return [
        Figure(f"first token of {N_QUESTION}, picture and all", "ms", 1e3 * min(warm_s), cold_ms, Goal(0.3)),
        Figure("first token, words read as typed", "ms", 1e3 * min(typed_s), cold_ms),
    ]


def _compare_restoring(weights: Weights, reader: Reader, n_rounds: int) -> Figure:
    """A chat from the disk beside reading it again. Wall time for the disk, which the processor does not wait for."""
    run, context = _words(weights, N_KEPT), reader.context
    read_s, restored_s = [], []
    with TemporaryDirectory() as folder:
        states = KeptStates(Path(folder), "compare")
        for _ in range(n_rounds):
            read_s.append(reader.read([run]))
            states.keep(context.marks, context.ends, context.state_bytes, context.save, Cancellation())
            context.forget()
            started_s = perf_counter()
            state, _ = states.best(lambda marks, _: len(marks))
            path = states.take(state) if state else None
            if state and path:
                context.load(path, [run], state.ends)
            restored_s.append(perf_counter() - started_s)
    name = f"{N_KEPT} cells from disk, read again"
    return Figure(name, "ms", 1e3 * min(restored_s), 1e3 * min(read_s), Goal(20.0, at_least=True))


def _read_end(reader: Reader, runs: Sequence[Run], n_end: int) -> float:
    """Forgets the last `n_end` tokens, and reads them."""
    *before, last = runs
    reader.read([*before, last.part(0, len(last) - n_end)], anew=False)
    return reader.read(runs, anew=False)


def _picture_question(weights: Weights) -> list[Run]:
    draw = np.random.default_rng(1)
    rows: NDArray[np.float32] = draw.standard_normal((N_ROWS, weights.width), np.float32) * np.float32(_ROW_DEVIATION)
    words = _words(weights, N_BEFORE + N_AFTER)
    return [words.part(0, N_BEFORE), run_of_rows(rows), words.part(N_BEFORE, len(words))]


def _words(weights: Weights, n: int) -> Run:
    ids = np.random.default_rng(0).integers(0, weights.n_tokens, n - len(weights.start))
    return run_of_tokens([*weights.start, *ids])
