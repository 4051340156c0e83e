"""What a language network has read so far: runs of positions, decoded once and reused while they stay the same."""

from __future__ import annotations

import ctypes
import math
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import takewhile

import numpy as np
from llama_cpp import llama_cpp
from numpy.typing import NDArray

from bubo_desktop.engine.cancellation import Cancellation, CancelledWork
from bubo_desktop.engine.language_weights import Weights
from bubo_desktop.errors import EngineError

Run = NDArray[np.int32] | NDArray[np.float32]
"""What is decoded in one batch: token ids int32 (n,) or embeddings float32 (n, width)."""

ABORTED = 2  # Source: llama_decode in llama.h
SEQUENCE = 0  # the only one


class Context:
    """The key-value cache of one conversation. Only one thread may use it.

    A prompt is read in the same runs whether or not its beginning is still in the cache, so that the logits are the
    same to the last bit: batches of other sizes would round differently.

    Args:
        weights: the network.
        n_ctx: positions it can hold.
        n_batch: the most positions of one run.
        n_threads: threads that compute.

    Attributes:
        logits: float32 (vocabulary,) after the last position; llama.cpp's memory, overwritten by the next `read`.

    Raises:
        EngineError: there is not enough memory.
    """

    def __init__(self, weights: Weights, *, n_ctx: int, n_batch: int, n_threads: int) -> None:
        self._abort = AbortFlag()
        self._handle = llama_cpp.llama_init_from_model(weights.handle, self._params(n_ctx, n_batch, n_threads))
        if not self._handle:
            raise EngineError("The language network does not fit into the memory.", "Close other programs.")
        self._memory = llama_cpp.llama_get_memory(self._handle)
        self._past: list[Run] = []
        self._token_ids = np.zeros(n_batch, np.int32)
        self._token_batch = llama_cpp.llama_batch(token=self._token_ids.ctypes.data_as(llama_cpp.llama_token_p))
        self._rows = np.zeros((n_batch, weights.width), np.float32)
        self._row_batch = llama_cpp.llama_batch(embd=self._rows.ctypes.data_as(ctypes.POINTER(ctypes.c_float)))
        self._n_tokens = weights.n_tokens
        self._logits_address = 0
        self.logits: NDArray[np.float32] = np.zeros(0, np.float32)

    @property
    def n_positions(self) -> int:
        """Positions read so far."""
        return sum(map(len, self._past))

    @contextmanager
    def interrupted_by(self, cancellation: Cancellation) -> Iterator[None]:
        """Inside, cancelling ends a `read` that has begun, at the next node of the network's graph (CPU only).

        Raises:
            CancelledWork: cancelling was asked for.
        """
        self._abort.clear()
        with cancellation.interrupting(self._abort.set):
            yield

    def rewind_to(self, runs: Sequence[Run]) -> int:
        """Forgets everything after the leading runs that `runs` shares with what was read; returns their number.

        The last of `runs` is never kept, because its logits are wanted.
        """
        same = takewhile(lambda pair: np.array_equal(*pair), zip(self._past, runs[:-1], strict=False))
        n_kept = sum(1 for _ in same)
        self._forget(n_kept)
        return n_kept

    def read(self, run: Run) -> None:
        """Decodes the next run and sets `logits`.

        A failure is answered by clearing the cache and decoding everything again, once: a value that is no number
        stays in it otherwise, even after its positions are removed.

        Raises:
            CancelledWork: it was interrupted; what was read before stays.
            EngineError: it failed again; nothing is kept.
        """
        try:
            self._decode(run)
        except EngineError:
            self._read_again([*self._past, run])
        else:
            self._past.append(run)

    def close(self) -> None:
        """Frees the memory."""
        llama_cpp.llama_free(self._handle)

    def _params(self, n_ctx: int, n_batch: int, n_threads: int) -> llama_cpp.llama_context_params:
        params = llama_cpp.llama_context_default_params()
        params.n_ctx, params.n_seq_max, params.n_outputs_max = n_ctx, 1, 1
        params.n_batch = params.n_ubatch = n_batch
        params.n_threads = params.n_threads_batch = n_threads
        params.flash_attn_type = llama_cpp.LLAMA_FLASH_ATTN_TYPE_DISABLED  # gains nothing on CPUs, and rounds more
        params.no_perf = True
        params.abort_callback, params.abort_callback_data = self._abort.callback, self._abort.address
        return params

    def _decode(self, run: Run) -> None:
        batch, buffer = (self._token_batch, self._token_ids) if run.ndim == 1 else (self._row_batch, self._rows)
        batch.n_tokens = len(run)
        buffer[: len(run)] = run
        # Positions and the sequence are left out of the batch: llama.cpp then continues where the cache ends.
        code = llama_cpp.llama_decode(self._handle, batch)
        if code == ABORTED:
            self._forget(len(self._past))
            raise CancelledWork
        if code != 0:
            raise EngineError("The language network failed to compute.", "Ask again, or restart the engine.")
        self._view_logits()
        if not math.isfinite(self.logits.max()):
            raise EngineError("The language network computed something that is no number.", "Ask again.")

    def _view_logits(self) -> None:
        pointer = llama_cpp.llama_get_logits_ith(self._handle, -1)
        address = ctypes.addressof(pointer.contents)
        if address != self._logits_address:  # the view is made once, as long as the buffer stays where it is
            self.logits = np.ctypeslib.as_array(pointer, (self._n_tokens,))
            self._logits_address = address

    def _read_again(self, runs: list[Run]) -> None:
        self._clear()
        try:
            for run in runs:
                self._decode(run)
                self._past.append(run)
        except EngineError:
            self._clear()
            raise

    def _forget(self, n_kept: int) -> None:
        del self._past[n_kept:]
        llama_cpp.llama_memory_seq_rm(self._memory, SEQUENCE, self.n_positions, -1)

    def _clear(self) -> None:
        self._past.clear()
        llama_cpp.llama_memory_clear(self._memory, True)  # with the data: see `read`


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
