"""The rows that stand for tokens, so that texts can be read in one batch with pictures and sounds.

llama.cpp takes a batch of tokens or one of rows. Rows of tokens are looked up here as it does it itself: dequantised by
ggml's own functions, they are the same to the last bit.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from llama_cpp._ctypes_extensions import load_shared_library
from llama_cpp._ggml import libggml_base_path
from numpy.typing import NDArray

from bubo_desktop.engine.language_weights import Weights

TENSOR = b"token_embd.weight"
# Architectures whose embeddings enter the first layer as they are: neither scaled, nor normed, nor joined by others.
# Source: github.com/ggml-org/llama.cpp, src/models/llama.cpp.
PLAIN_ARCHITECTURES = frozenset({"llama"})
F32 = 0  # Source: GGML_TYPE_F32 in ggml.h

_Decoder = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64)


class _InitParams(ctypes.Structure):
    """Source: gguf_init_params in gguf.h."""

    _fields_ = (("no_alloc", ctypes.c_bool), ("ctx", ctypes.c_void_p))


class _TypeTraits(ctypes.Structure):
    """The beginning of ggml_type_traits. Source: ggml.h."""

    _fields_ = (
        ("type_name", ctypes.c_char_p),
        ("blck_size", ctypes.c_int64),
        ("blck_size_interleave", ctypes.c_int64),
        ("type_size", ctypes.c_size_t),
        ("is_quantized", ctypes.c_bool),
        ("to_float", ctypes.c_void_p),
    )


class TokenRows:
    """The token embeddings of a GGUF, mapped from its file.

    Args:
        rows: the stored bytes, uint8 (vocabulary, bytes of a row).
        width: values of a row.
        decoder: turns the bytes of a row into float32; None where they are that already.
    """

    def __init__(self, rows: NDArray[np.uint8], width: int, decoder: ctypes._FuncPointer | None) -> None:
        self._rows = rows
        self._width = width
        self._decoder = decoder

    def write(self, ids: NDArray[np.int32], target: NDArray[np.float32]) -> None:
        """Writes the rows of these tokens into `target`, contiguous float32 (n, width)."""
        stored = self._rows[ids]
        if self._decoder is None:
            target[:] = stored.view(np.float32)
            return
        for source, row in zip(stored, target, strict=True):
            self._decoder(source.ctypes.data, row.ctypes.data, self._width)


def token_rows(path: Path, weights: Weights) -> TokenRows | None:
    """The rows of a loaded GGUF's tokens; None where llama.cpp would do more to them than to look them up."""
    if weights.fact("general.architecture") not in PLAIN_ARCHITECTURES:
        return None
    ggml = _library()
    with _described(ggml, path) as file:
        number = ggml.gguf_find_tensor(file, TENSOR)
        if number < 0:
            return None
        kind = ggml.gguf_get_tensor_type(file, number)
        start = ggml.gguf_get_data_offset(file) + ggml.gguf_get_tensor_offset(file, number)
        n_bytes = ggml.gguf_get_tensor_size(file, number)
    row_bytes = ggml.ggml_row_size(kind, weights.width)
    to_float = ggml.ggml_get_type_traits(kind).contents.to_float
    if n_bytes != weights.n_tokens * row_bytes or (kind != F32 and not to_float):
        return None
    rows = np.memmap(path, np.uint8, "r", start, (weights.n_tokens, row_bytes))
    return TokenRows(rows, weights.width, None if kind == F32 else _Decoder(to_float))


@contextmanager
def _described(ggml: ctypes.CDLL, path: Path) -> Iterator[ctypes.c_void_p]:
    """What a GGUF says of its tensors, as ggml reads it; llama.cpp has accepted the file before."""
    file = ctypes.c_void_p(ggml.gguf_init_from_file(os.fsencode(path), _InitParams(no_alloc=True, ctx=None)))
    try:
        yield file
    finally:
        ggml.gguf_free(file)


def _library() -> ctypes.CDLL:
    """Ggml's functions that llama-cpp-python does not declare. Source: ggml.h and gguf.h."""
    ggml = load_shared_library("ggml-base", libggml_base_path)
    pointer, number, size = ctypes.c_void_p, ctypes.c_int64, ctypes.c_size_t
    for name, result, *arguments in (
        ("gguf_init_from_file", pointer, ctypes.c_char_p, _InitParams),
        ("gguf_free", None, pointer),
        ("gguf_find_tensor", number, pointer, ctypes.c_char_p),
        ("gguf_get_data_offset", size, pointer),
        ("gguf_get_tensor_offset", size, pointer, number),
        ("gguf_get_tensor_size", size, pointer, number),
        ("gguf_get_tensor_type", ctypes.c_int, pointer, number),
        ("ggml_row_size", size, ctypes.c_int, number),
        ("ggml_get_type_traits", ctypes.POINTER(_TypeTraits), ctypes.c_int),
    ):
        function = getattr(ggml, name)
        function.restype, function.argtypes = result, arguments
    return ggml
