"""The pack's language network: reads a prompt of texts and embeddings, and writes an answer piece by piece."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from time import perf_counter
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from bubo_desktop.data import Sampling
from bubo_desktop.engine.cancellation import Cancellation
from bubo_desktop.engine.language_context import Context, Run
from bubo_desktop.engine.language_weights import Weights, gpu_attempts
from bubo_desktop.engine.prompt import Segment, Text
from bubo_desktop.engine.sampling import Sampler
from bubo_desktop.engine.stops import TextStream
from bubo_desktop.engine.tuning import Tuning, clamped_tuning, default_tuning
from bubo_desktop.errors import EngineError, InputError, PackError
from bubo_desktop.packs.manifest import LanguagePart

Ending = Literal["stop", "cap", "length"]
"""How an answer ended: by itself, at `Sampling.max_tokens`, or at the end of the context."""


class Language:
    """The language network of a pack. Only one thread may use it, and nobody after `close`.

    Attributes:
        device: in words, what computes.
        notes: fallbacks the user should know of, as sentences.
        load_ms: time it took to load.
        n_generated: tokens of the latest answer so far.
        ending: how the latest answer ended; holds once `generate` is exhausted.

    Raises:
        PackError: the file is missing, damaged, or of another width than the manifest says.
        EngineError: there is not enough memory.
    """

    def __init__(self, part: LanguagePart, folder: Path, *, gpu_layers: int = -1, tuning: Tuning | None = None) -> None:
        started_s = perf_counter()
        self._part = part
        self._tuning = clamped_tuning(tuning or default_tuning())
        self.notes: tuple[str, ...] = ()
        self._load(folder / part.file, gpu_layers)
        self.n_generated = 0
        self.ending: Ending = "stop"
        self.load_ms = (perf_counter() - started_s) * 1e3

    def prefill(
        self, segments: Sequence[Segment], cancellation: Cancellation, on_progress: Callable[[float], None]
    ) -> int:
        """Reads a prompt; what it shares with the beginning of the last one is not computed again.

        Args:
            segments: texts and embeddings in order, without the start token.
            cancellation: ends it in the middle of a layer.
            on_progress: told the fraction read, 0..1, several times.

        Returns:
            The prompt's length in positions.

        Raises:
            CancelledWork: cancelling was asked for.
            InputError: the prompt is longer than the pack can hold.
            EngineError: embeddings are of the wrong width or not finite, or computing failed.
        """
        runs = self._runs(segments)
        n_positions = sum(map(len, runs))
        if n_positions >= self._part.n_ctx:
            percent = 100 * (self._part.n_ctx - 1) // n_positions
            message = f"The question is too long: the pack can take in only about {percent} % of it."
            raise InputError(message, "Ask something shorter or begin a new conversation.")
        with self._context.interrupted_by(cancellation):
            for run in runs[self._context.rewind_to(runs) :]:
                on_progress(self._context.n_positions / n_positions)
                cancellation.check()
                self._context.read(run)
        on_progress(1.0)
        return n_positions

    def generate(self, sampling: Sampling, stop: Sequence[str], cancellation: Cancellation) -> Iterator[str]:
        """Writes the answer to the prompt just read, in pieces of whole characters; once per `prefill`.

        Args:
            sampling: how tokens are chosen, and the most there may be.
            stop: strings before which the answer ends; none of them is ever part of it.
            cancellation: ends it in the middle of a layer.

        Raises:
            CancelledWork: cancelling was asked for.
            InputError: a sampling setting is out of range.
            EngineError: computing failed.
        """
        sampler, stream = Sampler(sampling), TextStream(stop)
        with self._context.interrupted_by(cancellation):
            for piece in self._pieces(sampler, sampling.max_tokens, cancellation):
                if text := stream.push(piece):
                    yield text
                if stream.stopped:
                    return
        if text := stream.finish():
            yield text

    def close(self) -> None:
        """Frees the memory."""
        del self._context, self._weights
        self._opened.close()

    def _pieces(self, sampler: Sampler, max_tokens: int, cancellation: Cancellation) -> Iterator[bytes]:
        n_room = self._part.n_ctx - self._context.n_positions
        self.n_generated, self.ending = 0, "stop"
        while True:
            token = sampler.choose(self._context.logits)
            piece = self._weights.piece(token)
            if piece is None:
                return
            self.n_generated += 1
            yield piece
            if self.n_generated >= min(max_tokens, n_room):
                self.ending = "cap" if self.n_generated >= max_tokens else "length"
                return
            cancellation.check()
            self._context.read(np.array([token], np.int32))

    def _runs(self, segments: Sequence[Segment]) -> list[Run]:
        """Neighbouring texts are one run; no run is longer than a batch."""
        runs: list[Run] = []
        ids = self._weights.start
        for segment in segments:
            if isinstance(segment, Text):
                ids += self._weights.tokens(segment.text, control=segment.trusted)
            else:
                runs += [np.array(ids, np.int32), self._checked(segment.rows)]
                ids = []
        runs.append(np.array(ids, np.int32))
        n_batch = self._tuning.n_batch
        return [run[start : start + n_batch] for run in runs for start in range(0, len(run), n_batch)]

    def _checked(self, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        if rows.ndim != 2 or rows.shape[1] != self._part.width:
            raise EngineError(f"Embeddings of shape {rows.shape} do not fit a network {self._part.width} wide.")
        own_rows = np.array(
            rows, np.float32
        )  # compared with those of the next prompt, whatever happens to the original
        if not np.isfinite(own_rows).all():
            raise EngineError("A picture or sound was encoded into something that is no number.", "Try another file.")
        return own_rows

    def _load(self, path: Path, gpu_layers: int) -> None:
        attempts = gpu_attempts(gpu_layers)
        for n_layers in attempts:
            try:
                self._open(path, n_layers)
            except (PackError, EngineError):
                if n_layers == attempts[-1]:
                    raise
            else:
                break
        n_threads = self._tuning.n_threads
        on_gpu = "GPU, all layers" if n_layers < 0 else f"GPU, {n_layers} layers"
        self.device = on_gpu if n_layers else f"CPU, {n_threads} thread{'s' * (n_threads > 1)}"
        if gpu_layers > 0 and attempts == (0,):
            self.notes = ("This installation cannot use a GPU; the CPU computes.",)
        elif n_layers != attempts[0]:
            self.notes = (f"The GPU has too little memory for the whole pack: it computes {n_layers} of its layers.",)

    def _open(self, path: Path, gpu_layers: int) -> None:
        with ExitStack() as opened:
            weights = Weights(path, repack=self._tuning.repack, gpu_layers=gpu_layers)
            opened.callback(weights.close)
            if weights.width != self._part.width:
                message = f"{path.name} is {weights.width} wide, where the pack says {self._part.width}."
                raise PackError(message, "Install the pack again.")
            tuning = self._tuning
            context = Context(weights, n_ctx=self._part.n_ctx, n_batch=tuning.n_batch, n_threads=tuning.n_threads)
            opened.callback(context.close)
            self._weights, self._context, self._opened = weights, context, opened.pop_all()
