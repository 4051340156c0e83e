"""Writes small LLaMA networks with random weights as GGUF files, for tests and benchmarks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import gguf
import numpy as np
from gguf import TokenType
from numpy.typing import NDArray

from bubo_desktop.packs.manifest import LanguagePart

Vocabulary = list[tuple[str, float, TokenType]]

UNKNOWN, BOS, EOS = 0, 1, 2
CONTROL_TOKENS = ("<user>", "<bot>", "<img>", "</img>", "<aud>", "</aud>")
WORDS = ("▁what", "▁is", "▁this", "▁the", "▁dog", "▁cat", "▁left", "###", "##")


@dataclass(frozen=True)
class TinyShape:
    """Sizes of a tiny network; `scale` is the standard deviation of its weights times the root of their fan-in.

    With `rope_sections`, the pairs of a head that turn with each dimension of a position, it is a Qwen2-VL.
    """

    n_layers: int = 2
    width: int = 64
    n_heads: int = 4
    n_ctx: int = 256
    scale: float = 1.0
    seed: int = 0
    rope_sections: tuple[int, ...] = ()


def spm_vocabulary(n_tokens: int = 512) -> Vocabulary:
    """An SPM vocabulary: control tokens, all 256 bytes, letters, some words, and fillers up to `n_tokens`."""
    entries: Vocabulary = [
        ("<unk>", 0.0, TokenType.UNKNOWN), ("<s>", 0.0, TokenType.CONTROL), ("</s>", 0.0, TokenType.CONTROL),
    ]  # fmt: skip
    entries += [(name, 0.0, TokenType.CONTROL) for name in CONTROL_TOKENS]
    entries += [(f"<0x{byte:02X}>", 0.0, TokenType.BYTE) for byte in range(256)]
    pieces = ["▁", *(chr(code) for code in range(33, 127)), *_merges()]
    entries += [(piece, -float(rank), TokenType.NORMAL) for rank, piece in enumerate(pieces)]
    fillers = range(n_tokens - len(entries))
    return entries + [(f"▁w{number}", -1e4 - number, TokenType.NORMAL) for number in fillers]


def _merges() -> list[str]:
    """Every beginning of every word, so that the tokenizer's pairwise merging can reach the word."""
    beginnings = [word[:end] for word in WORDS for end in range(2, len(word) + 1)]
    return list(dict.fromkeys(beginnings))


def write_language(path: Path, vocabulary: Vocabulary, shape: TinyShape, chat_template: str = "") -> None:
    """Writes a random network of this shape with this SPM vocabulary; its best token is never a control token."""
    writer = gguf.GGUFWriter(path, "qwen2vl" if shape.rope_sections else "llama")
    _write_header(writer, shape, len(vocabulary))
    _write_vocabulary(writer, vocabulary)
    if chat_template:
        writer.add_chat_template(chat_template)
    for name, tensor in _random_tensors(shape, len(vocabulary)):
        if name == "output.weight":
            tensor[[kind == TokenType.CONTROL for _, _, kind in vocabulary]] = 0.0
        writer.add_tensor(name, tensor)
    finish(writer)


def finish(writer: gguf.GGUFWriter) -> None:
    """Writes the file of a writer that was given everything."""
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def write_part(folder: Path, shape: TinyShape = TinyShape(), vocabulary: Vocabulary | None = None) -> LanguagePart:
    """Writes `folder/tiny.gguf` and returns the part of a manifest that describes it."""
    write_language(folder / "tiny.gguf", vocabulary or spm_vocabulary(), shape)
    return LanguagePart(file="tiny.gguf", width=shape.width, n_ctx=shape.n_ctx, quantization="F32")


def _write_header(writer: gguf.GGUFWriter, shape: TinyShape, n_tokens: int) -> None:
    writer.add_context_length(shape.n_ctx)
    writer.add_embedding_length(shape.width)
    writer.add_block_count(shape.n_layers)
    writer.add_feed_forward_length(2 * shape.width)
    writer.add_head_count(shape.n_heads)
    writer.add_head_count_kv(shape.n_heads)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_rope_freq_base(10000.0)
    writer.add_rope_dimension_count(shape.width // shape.n_heads)
    writer.add_vocab_size(n_tokens)
    if shape.rope_sections:
        writer.add_rope_dimension_sections(shape.rope_sections)


def _write_vocabulary(writer: gguf.GGUFWriter, vocabulary: Vocabulary) -> None:
    pieces, scores, kinds = zip(*vocabulary, strict=True)
    writer.add_tokenizer_model("llama")
    writer.add_token_list(pieces)
    writer.add_token_scores(scores)
    writer.add_token_types(kinds)
    writer.add_bos_token_id(BOS)
    writer.add_eos_token_id(EOS)
    writer.add_unk_token_id(UNKNOWN)
    writer.add_add_space_prefix(True)


def _random_tensors(shape: TinyShape, n_tokens: int) -> list[tuple[str, NDArray[np.float32]]]:
    draw = np.random.default_rng(shape.seed)

    def matrix(n_out: int, n_in: int) -> NDArray[np.float32]:
        return draw.normal(0.0, shape.scale / n_in**0.5, (n_out, n_in)).astype(np.float32)

    ones, width = np.ones(shape.width, np.float32), shape.width
    embeddings = draw.normal(0.0, 1.0, (n_tokens, width)).astype(np.float32)
    tensors = [
        ("token_embd.weight", embeddings),
        ("output_norm.weight", ones),
        ("output.weight", matrix(n_tokens, width)),
    ]
    for layer in range(shape.n_layers):
        squares = [(name, matrix(width, width)) for name in ("attn_q", "attn_k", "attn_v", "attn_output")]
        wide = [("ffn_gate", matrix(2 * width, width)), ("ffn_up", matrix(2 * width, width))]
        rest = [("ffn_down", matrix(width, 2 * width)), ("attn_norm", ones), ("ffn_norm", ones)]
        tensors += [(f"blk.{layer}.{name}.weight", tensor) for name, tensor in squares + wide + rest]
    return tensors
