"""What a language network has read so far: cells of a key-value cache, filled once and used again while they hold."""

from __future__ import annotations

import ctypes
import math
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import takewhile
from pathlib import Path

import numpy as np
from llama_cpp import llama_cpp
from numpy.typing import NDArray

from bubo_desktop.engine.batches import Batch, Marks, Run, cut, marks_of, n_cells, n_same, pack
from bubo_desktop.engine.cancellation import Cancellation, CancelledWork
from bubo_desktop.engine.language_rows import TokenRows
from bubo_desktop.engine.language_weights import Weights
from bubo_desktop.errors import EngineError

MAX_BATCH = 512  # cells
ABORTED = 2  # Source: llama_decode in llama.h
SEQUENCE = 0  # the only one


class Context:
    """The key-value cache of one conversation. Only one thread may use it.

    Args:
        weights: the network.
        n_ctx: cells it can hold.
        n_batch: cells of a batch, at most `MAX_BATCH`; more where a run must stay whole.
        n_threads: threads that compute.
        exact: see `Levers`.
        token_rows: with them, tokens and rows are read in the same batches.

    Attributes:
        logits: float32 (vocabulary,) after the last cell; llama.cpp's memory, overwritten by the next `read`.

    Raises:
        EngineError: there is not enough memory.
    """

    def __init__(
        self,
        weights: Weights,
        *,
        n_ctx: int,
        n_batch: int,
        n_threads: int,
        exact: bool = True,
        token_rows: TokenRows | None = None,
    ) -> None:
        self._abort = AbortFlag()
        self._handle = llama_cpp.llama_init_from_model(weights.handle, self._params(n_ctx, n_threads))
        if not self._handle:
            raise EngineError("The language network does not fit into the memory.", "Close other programs.")
        self._memory = llama_cpp.llama_get_memory(self._handle)
        self._n_batch, self._exact, self._is_joined = n_batch, exact, token_rows is not None
        self._buffers = BatchBuffers(weights, token_rows)
        self._past: list[Batch] = []
        self._marks = np.zeros(n_ctx, np.uint64)
        self._n_cells = self._n_positions = 0
        self._n_tokens = weights.n_tokens
        self._logits_address = 0
        self.logits: NDArray[np.float32] = np.zeros(0, np.float32)

    @property
    def n_cells(self) -> int:
        """Cells filled so far."""
        return self._n_cells

    @property
    def marks(self) -> Marks:
        """The marks of the cells filled so far."""
        return self._marks[: self._n_cells]

    @property
    def ends(self) -> list[int]:
        """The number of cells after each batch read so far."""
        return _ends(self._past)

    @contextmanager
    def interrupted_by(self, cancellation: Cancellation) -> Iterator[None]:
        """Inside, cancelling ends a `read` that has begun, at the next node of the network's graph (CPU only).

        Raises:
            CancelledWork: cancelling was asked for.
        """
        self._abort.clear()
        with cancellation.interrupting(self._abort.set):
            yield

    def n_reusable(self, runs: Sequence[Run], marks: Marks, ends: Sequence[int]) -> int:
        """How many leading cells of `runs` need not be read where cells of these marks, read in batches of these ends,
        are there. The last cell is always read, because its logits are wanted.
        """
        n_most = min(n_same(marks_of(runs), marks), n_cells(runs) - 1)
        if not self._exact:
            return n_cells(cut(runs, n_most)[0])
        pairs = takewhile(lambda pair: pair[0] == pair[1] <= n_most, zip(_ends(self._pack(runs)), ends, strict=False))
        return max((end for end, _ in pairs), default=0)

    def rewind_to(self, runs: Sequence[Run]) -> list[Batch]:
        """Forgets everything after what was read of `runs`; returns the batches of it that are still to be read."""
        self._keep(self.n_reusable(runs, self.marks, self.ends))
        return self._pack(cut(runs, self._n_cells)[1])

    def forget(self) -> None:
        """Forgets everything."""
        self._keep(0)

    def read(self, batch: Batch) -> None:
        """Decodes what follows and sets `logits`.

        A failure is answered by clearing the cache and decoding everything again, once: a value that is no number
        stays in it otherwise, even after its cells are removed.

        Raises:
            CancelledWork: it was interrupted; what was read before stays.
            EngineError: it failed again; nothing is kept.
        """
        try:
            self._decode(batch)
        except EngineError:
            self._read_again([*self._past, batch])

    @property
    def state_bytes(self) -> int:
        """The size of what `save` writes."""
        return int(llama_cpp.llama_state_seq_get_size(self._handle, SEQUENCE))

    def save(self, path: Path) -> None:
        """Writes the cells into a file, which `load` reads. Raises `OSError` where that fails."""
        nothing = (llama_cpp.llama_token * 1)()
        if not llama_cpp.llama_state_seq_save_file(self._handle, os.fsencode(path), SEQUENCE, nothing, 0):
            raise OSError(f"{path.name} could not be written")

    def load(self, path: Path, runs: Sequence[Run], ends: Sequence[int]) -> None:
        """Takes over the cells of a file of `save`, as far as `runs` go, which were read in batches of these ends.

        The file must come from this network, these settings and this version of llama.cpp, and be whole.
        """
        self._clear()
        nothing, count = (llama_cpp.llama_token * 1)(), ctypes.c_size_t()
        loaded = llama_cpp.llama_state_seq_load_file(
            self._handle, os.fsencode(path), SEQUENCE, nothing, len(nothing), ctypes.byref(count)
        )
        if loaded:
            for start, end in zip([0, *ends], [*ends, n_cells(runs)], strict=True):
                if part := tuple(cut(cut(runs, end)[0], start)[1]):
                    self._note(part)
        self._keep(self._n_cells)

    def close(self) -> None:
        """Frees the memory."""
        llama_cpp.llama_free(self._handle)

    def _params(self, n_ctx: int, n_threads: int) -> llama_cpp.llama_context_params:
        params = llama_cpp.llama_context_default_params()
        params.n_ctx, params.n_seq_max, params.n_outputs_max = n_ctx, 1, 1
        params.n_batch = params.n_ubatch = MAX_BATCH
        params.n_threads = params.n_threads_batch = n_threads
        params.flash_attn_type = llama_cpp.LLAMA_FLASH_ATTN_TYPE_DISABLED  # gains nothing on CPUs, and rounds more
        params.no_perf = True
        params.abort_callback, params.abort_callback_data = self._abort.callback, self._abort.address
        return params

    def _pack(self, runs: Sequence[Run]) -> list[Batch]:
        return pack(runs, self._n_batch, joined=self._is_joined, at_media=self._exact)

    def _decode(self, batch: Batch) -> None:
        is_causal = all(run.is_causal for run in batch)
        llama_cpp.llama_set_causal_attn(self._handle, is_causal)
        code = llama_cpp.llama_decode(self._handle, self._buffers.fill(batch, self._n_positions))
        if code == ABORTED:
            self._keep(self._n_cells)
            raise CancelledWork
        if code != 0:
            raise EngineError("The language network failed to compute.", "Ask again, or restart the engine.")
        self._view_logits()
        if not math.isfinite(self.logits.max()):
            raise EngineError("The language network computed something that is no number.", "Ask again.")
        self._note(batch)

    def _view_logits(self) -> None:
        pointer = llama_cpp.llama_get_logits_ith(self._handle, -1)
        address = ctypes.addressof(pointer.contents)
        if address != self._logits_address:  # the view is made once, as long as the buffer stays where it is
            self.logits = np.ctypeslib.as_array(pointer, (self._n_tokens,))
            self._logits_address = address

    def _read_again(self, batches: list[Batch]) -> None:
        """In the same batches where that matters, else in as few as possible."""
        self._clear()
        again = batches if self._exact else self._pack([run for batch in batches for run in batch])
        try:
            for batch in again:
                self._decode(batch)
        except EngineError:
            self._clear()
            raise

    def _note(self, batch: Batch) -> None:
        end = self._n_cells + n_cells(batch)
        self._marks[self._n_cells : end] = marks_of(batch)
        self._past.append(batch)
        self._n_cells = end
        self._n_positions += sum(run.n_positions for run in batch)

    def _keep(self, n: int) -> None:
        """Forgets what stands in and after cell `n`; all of it where a network cannot forget a part, as recurrent ones
        cannot.
        """
        while self._n_cells > n:
            batch = self._past.pop()
            self._n_cells -= n_cells(batch)
            self._n_positions -= sum(run.n_positions for run in batch)
            if self._n_cells < n:
                self._note(tuple(cut(batch, n - self._n_cells)[0]))
        if not llama_cpp.llama_memory_seq_rm(self._memory, SEQUENCE, self._n_positions, -1):
            self._clear()

    def _clear(self) -> None:
        self._past.clear()
        self._n_cells = self._n_positions = 0
        llama_cpp.llama_memory_clear(self._memory, True)  # with the data: see `read`


def _ends(batches: Sequence[Batch]) -> list[int]:
    return np.cumsum([n_cells(batch) for batch in batches], dtype=int).tolist()


class BatchBuffers:
    """Where llama.cpp finds a batch; filled anew for each.

    Args:
        weights: the network.
        token_rows: for batches of tokens and rows.
    """

    DIMENSIONS = 4  # of a place in a network of M-RoPE. Source: GGML_MROPE_SECTIONS in ggml.h

    def __init__(self, weights: Weights, token_rows: TokenRows | None) -> None:
        kind = llama_cpp.llama_model_rope_type(weights.handle)
        places = kind in {llama_cpp.LLAMA_ROPE_TYPE_MROPE, llama_cpp.LLAMA_ROPE_TYPE_IMROPE}
        self._n_dimensions = self.DIMENSIONS if places else 1
        self._token_rows = token_rows
        self._ids = np.zeros(MAX_BATCH, np.int32)
        self._rows = np.zeros((MAX_BATCH, weights.width), np.float32)
        self._positions = np.zeros(MAX_BATCH * self._n_dimensions, np.int32)
        positions = self._positions.ctypes.data_as(ctypes.POINTER(llama_cpp.llama_pos))
        ids = self._ids.ctypes.data_as(llama_cpp.llama_token_p)
        rows = self._rows.ctypes.data_as(ctypes.POINTER(ctypes.c_float))
        self._of_tokens = llama_cpp.llama_batch(token=ids, pos=positions)
        self._of_rows = llama_cpp.llama_batch(embd=rows, pos=positions)

    def fill(self, batch: Batch, position: int) -> llama_cpp.llama_batch:
        """Returns the batch for `llama_decode`, its first cell at this position.

        Raises:
            EngineError: a run that must stay whole is too long.
        """
        n = n_cells(batch)
        if n > MAX_BATCH:
            raise EngineError("A picture or sound takes more room than can be read at once.", "Try a smaller one.")
        if all(run.has_tokens for run in batch):
            np.concatenate([run.values for run in batch], out=self._ids[:n])
            self._positions[:n] = np.arange(position, position + n)
            self._of_tokens.n_tokens = n
            return self._of_tokens
        self._fill_rows(batch)
        offsets = np.arange(n) if batch[0].offsets is None else batch[0].offsets
        self._positions[: n * self._n_dimensions].reshape(self._n_dimensions, n)[:] = position + offsets
        self._of_rows.n_tokens = n
        return self._of_rows

    def _fill_rows(self, batch: Batch) -> None:
        start = 0
        for run in batch:
            target = self._rows[start : start + len(run)]
            if self._token_rows and run.has_tokens:
                self._token_rows.write(run.values.astype(np.int32), target)
            else:
                target[:] = run.values
            start += len(run)


class AbortFlag:
    """A flag that llama.cpp looks at between the nodes of a graph, without the interpreter.

    The C library's `strlen` is the callback: of the flag's byte it says 0 while it is clear and 1 once it is set. A
    Python function would take 0.04 ms per token of a small network, and wait at each node for any busy thread.
    """

    def __init__(self) -> None:
        self._byte = ctypes.create_string_buffer(2)  # and the end of the string
        self.address = ctypes.addressof(self._byte)
        c_library = ctypes.CDLL("msvcrt" if sys.platform == "win32" else None)
        self.callback = llama_cpp.ggml_abort_callback(("strlen", c_library))

    def set(self) -> None:
        """Makes llama.cpp stop."""
        self._byte[0] = b"1"

    def clear(self) -> None:
        """Lets llama.cpp go on."""
        self._byte[0] = b"\0"
