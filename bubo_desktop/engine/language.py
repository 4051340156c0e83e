"""The pack's language network: reads a prompt of texts and embeddings, and writes an answer piece by piece."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from time import perf_counter
from typing import Literal

import numpy as np

from bubo_desktop.data import Sampling
from bubo_desktop.engine.batches import Run, cut, marks_of, n_cells, n_same, run_of_rows, run_of_tokens
from bubo_desktop.engine.cancellation import Cancellation
from bubo_desktop.engine.kept_states import KeptStates
from bubo_desktop.engine.language_context import Context
from bubo_desktop.engine.language_devices import gpu_names
from bubo_desktop.engine.language_rows import token_rows
from bubo_desktop.engine.language_weights import Weights, gpu_attempts
from bubo_desktop.engine.levers import Levers, default_levers
from bubo_desktop.engine.prompt import Embeddings, Segment, Text
from bubo_desktop.engine.sampling import Sampler
from bubo_desktop.engine.stops import TextStream
from bubo_desktop.engine.tuning import Tuning, clamped_tuning, default_tuning, identity_of
from bubo_desktop.errors import EngineError, InputError, PackError
from bubo_desktop.packs.manifest import LanguagePart

WORTH_KEEPING_S = 0.5  # what takes longer to read is kept on disk
WORTH_TAKING = 16  # cells; fewer are read as fast as a state is checked

Ending = Literal["stop", "cap", "length"]
"""How an answer ended: by itself, at `Sampling.max_tokens`, or at the end of the context."""


class Language:
    """The language network of a pack. Only one thread may use it, and nobody after `close`.

    Args:
        part: of the manifest.
        folder: the pack's.
        gpu_layers: layers to put on a GPU, -1 for as many as it can hold.
        tuning: how it is computed; what is safe unmeasured where there is none.
        levers: ways to spare reading; those that suit the file's size where there are none.
        states_dir: where what was read is kept, if the levers say so; None: nowhere.

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

    def __init__(
        self,
        part: LanguagePart,
        folder: Path,
        *,
        gpu_layers: int = -1,
        tuning: Tuning | None = None,
        levers: Levers | None = None,
        states_dir: Path | None = None,
    ) -> None:
        started_s = perf_counter()
        path = folder / part.file
        self._part = part
        self._tuning = clamped_tuning(tuning or default_tuning())
        self._levers = levers or default_levers(path)
        self.notes: tuple[str, ...] = ()
        self._load(path, gpu_layers)
        self._states: KeptStates | None = None
        if states_dir and self._levers.kept:
            settings = f"{part.n_ctx} {self._tuning} {self._levers} {self.device}"
            self._states = KeptStates(states_dir, f"{identity_of(path)} {settings}")
        self._cell_s = 0.0  # time to read a cell, of the latest prompt that took a while
        self.n_generated = 0
        self.ending: Ending = "stop"
        self.load_ms = (perf_counter() - started_s) * 1e3

    @property
    def weights(self) -> Weights:
        """The file in memory, for an encoder that was made for it."""
        return self._weights

    def count(self, segments: Sequence[Segment]) -> int:
        """The cells a prompt takes, with the start token. Raises `EngineError` where `prefill` would."""
        return n_cells(self._runs(segments))

    def prompt_room(self, max_tokens: int) -> int:
        """The cells a prompt may take so that an answer of so many tokens, or a quarter of the context, fits too."""
        return self._part.n_ctx - min(max_tokens, self._part.n_ctx // 4)

    def prefill(
        self, segments: Sequence[Segment], cancellation: Cancellation, on_progress: Callable[[float], None]
    ) -> int:
        """Reads a prompt; what it shares with the beginning of what was read last, or of a state on disk, is not
        computed again.

        Args:
            segments: texts and embeddings in order, without the start token.
            cancellation: ends it in the middle of a layer.
            on_progress: told the fraction read, 0..1, several times.

        Returns:
            The prompt's length in cells.

        Raises:
            CancelledWork: cancelling was asked for.
            InputError: the prompt is longer than the pack can hold.
            EngineError: embeddings are of the wrong width or not finite, or computing failed.
        """
        runs = self._runs(segments)
        n = n_cells(runs)
        if n >= self._part.n_ctx:
            percent = 100 * (self._part.n_ctx - 1) // n
            message = f"The question is too long: the pack can take in only about {percent} % of it."
            raise InputError(message, "Ask something shorter or begin a new conversation.")
        self._read(runs, cancellation, on_progress)
        return n

    def read_ahead(
        self, segments: Sequence[Segment], cancellation: Cancellation, on_progress: Callable[[float], None]
    ) -> None:
        """Reads a prompt that is yet to be finished: all of it, as if this were the question, or no further than its
        last medium, as the levers say. What turns out otherwise is read again from the first token that differs.

        Raises what `prefill` raises; a prompt that is too long is passed over.
        """
        runs = self._runs(segments)
        if self._levers.exact or not self._levers.ahead:
            runs = runs[: max((number for number, run in enumerate(runs, 1) if not run.has_tokens), default=0)]
        is_there = n_same(marks_of(runs), self._context.marks) == n_cells(runs)
        if not is_there and n_cells(runs) < self._part.n_ctx:
            self._read(runs, cancellation, on_progress)

    def keep(self, cancellation: Cancellation) -> None:
        """Writes what was read to the disk where reading it again would take long; for an idle moment.

        Raises:
            CancelledWork: cancelling was asked for.
        """
        context = self._context
        if self._states and context.n_cells * self._cell_s >= WORTH_KEEPING_S:
            self._states.keep(context.marks, context.ends, context.state_bytes, context.save, cancellation)

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
        n_room = self._part.n_ctx - self._context.n_cells
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
            self._context.read((run_of_tokens([token]),))

    def _read(self, runs: list[Run], cancellation: Cancellation, on_progress: Callable[[float], None]) -> None:
        context, n = self._context, n_cells(runs)
        self._take_state(runs)
        with context.interrupted_by(cancellation):
            batches = context.rewind_to(runs)
            started_s, n_read = perf_counter(), n - context.n_cells
            for batch in batches:
                on_progress(context.n_cells / n)
                cancellation.check()
                context.read(batch)
        if n_read >= WORTH_TAKING:
            self._cell_s = (perf_counter() - started_s) / n_read
        on_progress(1.0)

    def _take_state(self, runs: list[Run]) -> None:
        """Takes cells from the disk where more of them are of use than of those in memory."""
        if not self._states:
            return
        context = self._context
        state, n_spared = self._states.best(lambda marks, ends: context.n_reusable(runs, marks, ends))
        if state and n_spared >= context.n_reusable(runs, context.marks, context.ends) + WORTH_TAKING:
            path = self._states.take(state)
            if path:
                context.load(path, cut(runs, n_spared)[0], state.ends)

    def _runs(self, segments: Sequence[Segment]) -> list[Run]:
        """Neighbouring tokens are one run."""
        runs: list[Run] = []
        ids = self._weights.start
        for segment in segments:
            if isinstance(segment, Text):
                ids += self._weights.tokens(segment.text, control=segment.trusted)
            elif isinstance(segment, Embeddings):
                runs += [run_of_tokens(ids), self._checked(segment)]
                ids = []
            else:
                ids += segment.ids.tolist()
        return [run for run in [*runs, run_of_tokens(ids)] if len(run)]

    def _checked(self, medium: Embeddings) -> Run:
        rows = medium.rows
        if rows.ndim != 2 or rows.shape[1] != self._part.width:
            raise EngineError(f"Embeddings of shape {rows.shape} do not fit a network {self._part.width} wide.")
        if not np.isfinite(rows).all():
            raise EngineError("A picture or sound was encoded into something that is no number.", "Try another file.")
        return run_of_rows(rows, medium.is_causal, medium.offsets)

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
        self.device = self._described(n_layers)
        if gpu_layers > 0 and attempts == (0,):
            self.notes = ("This installation cannot use a GPU; the CPU computes.",)
        elif n_layers != attempts[0]:
            rest = f"it computes {n_layers} of its layers" if n_layers else "the CPU computes"
            self.notes = (f"The GPU has too little memory for the whole pack: {rest}.",)

    def _described(self, gpu_layers: int) -> str:
        n_threads = self._tuning.n_threads
        if not gpu_layers:
            return f"CPU, {n_threads} thread{'s' * (n_threads > 1)}"
        return f"{' and '.join(gpu_names())}, {'all' if gpu_layers < 0 else gpu_layers} layers"

    def _open(self, path: Path, gpu_layers: int) -> None:
        with ExitStack() as opened:
            weights = Weights(path, repack=self._tuning.repack, gpu_layers=gpu_layers)
            opened.callback(weights.close)
            if weights.width != self._part.width:
                message = f"{path.name} is {weights.width} wide, where the pack says {self._part.width}."
                raise PackError(message, "Install the pack again.")
            context = Context(
                weights,
                n_ctx=self._part.n_ctx,
                n_batch=self._tuning.n_batch,
                n_threads=self._tuning.n_threads,
                exact=self._levers.exact,
                token_rows=token_rows(path, weights) if self._levers.joined else None,
            )
            opened.callback(context.close)
            self._weights, self._context, self._opened = weights, context, opened.pop_all()
