"""What a GGUF kept of the weights it was made of: read back from the file, and compared with the checkpoint's."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import gguf
import numpy as np
from transformers import LlamaConfig

from build.checkpoint import LazyTensor
from build.gguf_export import name_tensors, read_for_llama
from build.quantize import cosine

N_ROWS = 64  # of each matrix that are compared, evenly spread
# What llama.cpp gives a matrix on purpose; it takes another type where a row is no multiple of a block.
# Source: github.com/ggml-org/llama.cpp, src/llama-quant.cpp.
_MATRIX_TYPES = {
    "F32": ("F32",), "F16": ("F16",), "Q8_0": ("Q8_0",), "Q4_0": ("Q4_0", "Q6_K"), "Q4_K_M": ("Q4_K", "Q6_K"),
}  # fmt: skip


def prove_weights(
    path: Path, quantization: str, tensors: Mapping[str, LazyTensor], config: LlamaConfig
) -> dict[str, float | str]:
    """Compares a GGUF with the checkpoint it was made of, one matrix at a time.

    Args:
        path: the GGUF.
        quantization: what was asked for, a key of `build.gguf_export.FILE_TYPES`.
        tensors: the checkpoint's.
        config: its sizes.

    Returns:
        `mean_weight_cosine`, `lowest_weight_cosine` and `lowest_weight` (its name); `n_fallbacks`, the matrices stored
        in another type than asked, and for each such type `stored_as_...` their names.
    """
    stored = {tensor.name: tensor for tensor in gguf.GGUFReader(path).tensors}
    cosines = {}
    for theirs, ours in name_tensors(config).items():
        values = read_for_llama(theirs, tensors[theirs], config)
        chosen = slice(None, None, max(len(values) // N_ROWS, 1))
        kept = gguf.dequantize(stored[ours].data[chosen], stored[ours].tensor_type)
        cosines[ours] = cosine(values[chosen], kept)
    lowest = min(cosines, key=lambda name: cosines[name])
    agreement: dict[str, float | str] = {
        "mean_weight_cosine": float(np.mean(list(cosines.values()))),
        "lowest_weight_cosine": cosines[lowest],
        "lowest_weight": lowest,
    }
    types = {name: tensor.tensor_type.name for name, tensor in stored.items() if len(tensor.shape) == 2}
    return agreement | _describe_fallbacks(types, quantization)


def _describe_fallbacks(types: Mapping[str, str], quantization: str) -> dict[str, float | str]:
    fallbacks = {name: kind for name, kind in types.items() if kind not in _MATRIX_TYPES[quantization]}
    told: dict[str, float | str] = {"n_fallbacks": len(fallbacks)}
    for kind in sorted(set(fallbacks.values())):
        told[f"stored_as_{kind}"] = ", ".join(name for name, of in fallbacks.items() if of == kind)
    return told
