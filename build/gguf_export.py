"""From a Hugging Face LLaMA and its SentencePiece model to a GGUF, and its quantised forms.

`python -m build.gguf_export FOLDER TARGET.gguf [--name NAME] [--quantize Q8_0]`. One tensor at a time is in memory.

Source: GGUF specification, github.com/ggml-org/ggml/blob/master/docs/gguf.md; names and permutation as in
github.com/ggml-org/llama.cpp, convert_hf_to_gguf.py (LlamaModel).
"""

from __future__ import annotations

import argparse
import ctypes
import os
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import gguf
import llama_cpp
import numpy as np
import sentencepiece
from numpy.typing import NDArray
from transformers import LlamaConfig

from bubo_desktop.engine.language_log import library_log
from build.checkpoint import LazyTensor, read_checkpoint
from build.errors import BuildError

FILE_TYPES = {
    "F32": llama_cpp.LLAMA_FTYPE_ALL_F32, "F16": llama_cpp.LLAMA_FTYPE_MOSTLY_F16,
    "Q8_0": llama_cpp.LLAMA_FTYPE_MOSTLY_Q8_0, "Q4_0": llama_cpp.LLAMA_FTYPE_MOSTLY_Q4_0,
    "Q4_K_M": llama_cpp.LLAMA_FTYPE_MOSTLY_Q4_K_M,
}  # fmt: skip
_MAX_BUFFER_BYTES = 2**30  # rows the quantiser holds at once: the largest matrix of a 13B has 0.7 GB as float32
_GLOBAL_NAMES = {
    "model.embed_tokens.weight": "token_embd.weight",
    "model.norm.weight": "output_norm.weight",
    "lm_head.weight": "output.weight",
}
_LAYER_NAMES = {
    "input_layernorm": "attn_norm", "post_attention_layernorm": "ffn_norm",
    "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v", "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down",
}  # fmt: skip
_RECOMPUTED_SUFFIX = ".rotary_emb.inv_freq"  # stands in old checkpoints and follows from the rope base


def name_tensors(config: LlamaConfig) -> dict[str, str]:
    """Every tensor the network must have -> its name in the GGUF; the head only where it is not tied."""
    names = {
        f"model.layers.{layer}.{theirs}.weight": f"blk.{layer}.{ours}.weight"
        for layer in range(config.num_hidden_layers)
        for theirs, ours in _LAYER_NAMES.items()
    }
    tied = {"lm_head.weight"} if config.tie_word_embeddings else set()
    return {name: target for name, target in _GLOBAL_NAMES.items() if name not in tied} | names


def export_gguf(
    tensors: Mapping[str, LazyTensor],
    config: LlamaConfig,
    serialized_tokenizer: bytes,
    target: Path,
    name: str,
    precision: str = "F16",
) -> None:
    """Writes a GGUF with matrices of this precision, `F16` or `F32`, and float32 norms.

    Raises:
        BuildError: tensors are missing or unknown, or there are fewer embeddings than pieces; they are named.
    """
    names = name_tensors(config)
    _check_names(tensors, names, config)
    writer = gguf.GGUFWriter(target, "llama")
    _add_network(writer, config, name, precision)
    _add_tokenizer(writer, serialized_tokenizer, n_rows=tensors["model.embed_tokens.weight"].shape[0])
    for theirs, ours in names.items():
        shape = tensors[theirs].shape
        dtype = _dtype(len(shape), precision)
        writer.add_tensor_info(ours, shape, dtype, int(np.prod(shape)) * dtype.itemsize)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    for theirs in names:
        values = read_for_llama(theirs, tensors[theirs], config)
        writer.write_tensor_data(values.astype(_dtype(values.ndim, precision), copy=False))
    writer.close()


def quantize_gguf(source: Path, target: Path, quantization: str) -> None:
    """Quantises a GGUF by llama.cpp's own quantiser; `quantization` is a key of FILE_TYPES.

    Raises:
        BuildError: llama.cpp refused.
    """
    parameters = llama_cpp.llama_model_quantize_default_params()
    parameters.ftype = FILE_TYPES[quantization]
    parameters.nthread = os.cpu_count() or 1
    parameters.max_buf_size = _MAX_BUFFER_BYTES
    log = library_log()
    log.clear()
    if llama_cpp.llama_model_quantize(bytes(source), bytes(target), ctypes.byref(parameters)):
        raise BuildError(f"llama.cpp could not make {quantization} of {source.name}: {log.reason()}.")


def _check_names(tensors: Mapping[str, LazyTensor], names: Mapping[str, str], config: LlamaConfig) -> None:
    given = {name for name in tensors if not name.endswith(_RECOMPUTED_SUFFIX)}
    if config.tie_word_embeddings:
        given.discard("lm_head.weight")
    if missing := sorted(names.keys() - given):
        raise BuildError(f"The checkpoint lacks {', '.join(missing)}.")
    if unknown := sorted(given - names.keys()):
        raise BuildError(f"The checkpoint has tensors that a LLaMA has not: {', '.join(unknown)}.")


def _add_network(writer: gguf.GGUFWriter, config: LlamaConfig, name: str, precision: str) -> None:
    writer.add_name(name)
    writer.add_file_type(FILE_TYPES[precision])
    writer.add_vocab_size(config.vocab_size)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_rope_dimension_count(config.hidden_size // config.num_attention_heads)
    writer.add_rope_freq_base(float(config.rope_parameters["rope_theta"]))
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)


def _add_tokenizer(writer: gguf.GGUFWriter, serialized: bytes, n_rows: int) -> None:
    processor = sentencepiece.SentencePieceProcessor(model_proto=serialized)
    ids = range(processor.get_piece_size())
    n_unexplained = n_rows - len(ids)
    if n_unexplained < 0:
        raise BuildError(f"The tokenizer has {len(ids)} pieces, the network only {n_rows} embeddings.")
    unused = [f"[PAD{k}]" for k in range(n_unexplained)]
    writer.add_tokenizer_model("llama")
    writer.add_tokenizer_pre("default")
    writer.add_token_list([*(processor.id_to_piece(k) for k in ids), *unused])
    writer.add_token_scores([*(processor.get_score(k) for k in ids), *(-1000.0 for _ in unused)])
    writer.add_token_types([*(_piece_type(processor, k) for k in ids), *(gguf.TokenType.UNUSED for _ in unused)])
    writer.add_bos_token_id(processor.bos_id())
    writer.add_eos_token_id(processor.eos_id())
    writer.add_unk_token_id(processor.unk_id())
    writer.add_add_bos_token(True)
    writer.add_add_eos_token(False)
    writer.add_add_space_prefix(True)


def _piece_type(processor: sentencepiece.SentencePieceProcessor, piece: int) -> gguf.TokenType:
    if processor.is_unknown(piece):
        return gguf.TokenType.UNKNOWN
    if processor.is_control(piece):
        return gguf.TokenType.CONTROL
    if processor.is_unused(piece):
        return gguf.TokenType.UNUSED
    return gguf.TokenType.BYTE if processor.is_byte(piece) else gguf.TokenType.NORMAL


def _dtype(n_axes: int, precision: str) -> np.dtype[np.generic]:
    return np.dtype(np.float16 if n_axes == 2 and precision == "F16" else np.float32)


def read_for_llama(name: str, tensor: LazyTensor, config: LlamaConfig) -> NDArray[np.float32]:
    """A tensor by its name in the checkpoint, float32 (out, in) or (out,), with its rows in llama.cpp's order."""
    values = tensor.read()
    if name.endswith("q_proj.weight"):
        return _interleave_rotary(values, config.num_attention_heads)
    if name.endswith("k_proj.weight"):
        return _interleave_rotary(values, config.num_key_value_heads)
    return values


def _interleave_rotary(values: NDArray[np.float32], n_heads: int) -> NDArray[np.float32]:
    """Rotary pairs stand half a head apart with Hugging Face, side by side with llama.cpp."""
    n_out, n_in = values.shape
    halves = values.reshape(n_heads, 2, n_out // n_heads // 2, n_in)
    return np.ascontiguousarray(halves.swapaxes(1, 2)).reshape(n_out, n_in)


def export_checkpoint(
    tensors: Mapping[str, LazyTensor],
    config: LlamaConfig,
    serialized_tokenizer: bytes,
    target: Path,
    name: str,
    quantization: str,
) -> None:
    """Writes a GGUF in a type of `FILE_TYPES`; while llama.cpp quantises it, a float16 one lies beside it.

    Raises:
        BuildError: as `export_gguf` and `quantize_gguf`.
    """
    if quantization in {"F16", "F32"}:
        export_gguf(tensors, config, serialized_tokenizer, target, name, quantization)
        return
    with TemporaryDirectory(dir=target.parent) as folder:
        whole = Path(folder) / target.name
        export_gguf(tensors, config, serialized_tokenizer, whole, name)
        quantize_gguf(whole, target, quantization)


def export_folder(folder: Path, target: Path, name: str, quantization: str = "F16") -> LlamaConfig:
    """Exports a folder with `config.json`, weights and `tokenizer.model`; returns its config."""
    config = LlamaConfig.from_pretrained(folder)
    tokenizer = (folder / "tokenizer.model").read_bytes()
    export_checkpoint(read_checkpoint(folder), config, tokenizer, target, name, quantization)
    return config


def main() -> None:
    """Reads the command line and exports a folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("--name", default="language")
    parser.add_argument("--quantize", choices=sorted(FILE_TYPES), default="F16")
    arguments = parser.parse_args()
    export_folder(arguments.folder, arguments.target, arguments.name, arguments.quantize)


if __name__ == "__main__":
    main()
