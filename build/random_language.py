"""A LLaMA of full size with random weights, for measuring: quick to make, and as fast or slow as a trained one.

Two layers are drawn and quantised by llama.cpp, and repeated as often as the network has layers. llama.cpp gives some
layers' `attn_v` and `ffn_down` more bits; of the two drawn ones it does so for the second, which then stands wherever
the whole network would have such a layer.
"""

from __future__ import annotations

import io
import random
from collections.abc import Iterator
from functools import partial
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

import gguf
import numpy as np
import sentencepiece
from numpy.typing import NDArray
from transformers import LlamaConfig

from build.checkpoint import LazyTensor
from build.gguf_export import export_gguf, name_tensors, quantize_gguf
from build.tensor_table import random_tensors

N_DRAWN_LAYERS = 2
HEAD_GAIN = (
    6.0  # as peaked as a trained network's choices: about a thousand tokens stand within a millionth of the best
)
N_BYTE_AND_CONTROL = 259  # the first pieces: unknown, start, end and the 256 bytes
_HEAD = "lm_head.weight"
_CONSONANTS, _VOWELS, _ENDS = "b c d f g h k l m n p r s t v w br ch fl gr st tr".split(), "aeiou", ("", "n", "r", "s")


def train_random_tokenizer(n_pieces: int, seed: int = 0) -> bytes:
    """A SentencePiece BPE with byte fallback, trained on invented words, so that its pieces can be read aloud.

    Returns:
        The bytes of a `tokenizer.model`; `###` is one of its pieces.
    """
    trained = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=_invent_sentences(random.Random(seed), 3 * n_pieces // 2),
        model_writer=trained,
        model_type="bpe",
        vocab_size=n_pieces,
        byte_fallback=True,
        remove_extra_whitespaces=False,
        normalization_rule_name="identity",
        required_chars="".join(map(chr, range(33, 127))),
        num_threads=1,
        minloglevel=2,
    )
    return trained.getvalue()


def write_random_language(target: Path, config: LlamaConfig, quantization: str | None, seed: int = 0) -> None:
    """Writes a GGUF of `config`'s dimensions with an answer that hardly ever ends by itself.

    Args:
        target: the file.
        config: dimensions of the whole network.
        quantization: as in `build.gguf_export.FILE_TYPES`; None for float16.
        seed: of weights and words.
    """
    drawn = LlamaConfig(**{**config.to_dict(), "num_hidden_layers": N_DRAWN_LAYERS})
    tokenizer = train_random_tokenizer(config.vocab_size, seed)
    with TemporaryDirectory(dir=target.parent) as scratch:
        template = Path(scratch) / "template.gguf"
        export_gguf(draw_tensors(drawn, seed), drawn, tokenizer, template, target.stem)
        if quantization is not None:
            quantised = Path(scratch) / "quantised.gguf"
            quantize_gguf(template, quantised, quantization)
            template = quantised
        _repeat_layers(template, target, config.num_hidden_layers)


def has_more_bits(layer: int, n_layers: int) -> bool:
    """Whether llama.cpp quantises this layer's `attn_v` and `ffn_down` to more bits in its `_M` mixtures.

    Source: `use_more_bits` in github.com/ggml-org/llama.cpp, src/llama-quant.cpp.
    """
    eighth = n_layers // 8
    return layer < eighth or layer >= 7 * n_layers // 8 or (layer - eighth) % 3 == 2


def draw_tensors(config: LlamaConfig, seed: int) -> dict[str, LazyTensor]:
    """The tensors of a Hugging Face LLaMA of these dimensions, whose choices are about as sure as a trained one's."""
    width, inner, n_pieces = config.hidden_size, config.intermediate_size, config.vocab_size
    n_keys = config.num_key_value_heads * width // config.num_attention_heads
    matrices = {
        "embed_tokens": (n_pieces, width), "lm_head": (n_pieces, width), "k_proj": (n_keys, width),
        "v_proj": (n_keys, width), "gate_proj": (inner, width), "up_proj": (inner, width), "down_proj": (width, inner),
        "q_proj": (width, width), "o_proj": (width, width),
    }  # fmt: skip
    tensors = random_tensors({name: matrices.get(name.split(".")[-2], (width,)) for name in name_tensors(config)}, seed)
    head = tensors[_HEAD]
    return {**tensors, _HEAD: LazyTensor(head.shape, partial(_sharpen_head, head))}


def _invent_sentences(rng: random.Random, n_words: int) -> Iterator[str]:
    syllables = ["".join(parts) for parts in product(_CONSONANTS, _VOWELS, _ENDS)]
    for _ in range(n_words):
        word = "".join(rng.choices(syllables, k=rng.randint(1, 3)))
        yield f"{word} {word.capitalize()}: {word}, {word}.### {word}###"


def _sharpen_head(head: LazyTensor) -> NDArray[np.float32]:
    """Bytes and control pieces stay far below the best, so that an answer is words and goes on."""
    values = HEAD_GAIN * head.read()
    values[:N_BYTE_AND_CONTROL] = 0.0
    return values


def _repeat_layers(template: Path, target: Path, n_layers: int) -> None:
    """Copies a GGUF of `N_DRAWN_LAYERS` layers as one of `n_layers`; its tensors are mapped, not loaded."""
    source = gguf.GGUFReader(template)
    stored = {tensor.name: tensor for tensor in source.tensors}
    writer = gguf.GGUFWriter(target, "llama")
    _copy_header(source, writer, n_layers)
    names = _source_names(stored, n_layers)
    for ours, theirs in names.items():
        data = stored[theirs].data
        writer.add_tensor_info(ours, data.shape, data.dtype, data.nbytes, stored[theirs].tensor_type)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    for theirs in names.values():
        writer.write_tensor_data(stored[theirs].data)
    writer.close()


def _copy_header(source: gguf.GGUFReader, writer: gguf.GGUFWriter, n_layers: int) -> None:
    for key, field in source.fields.items():
        if key.startswith("GGUF.") or key == gguf.Keys.General.ARCHITECTURE:
            continue  # the writer's own
        value = n_layers if key == gguf.Keys.LLM.BLOCK_COUNT.format(arch="llama") else field.contents()
        writer.add_key_value(key, value, field.types[0], field.types[-1] if len(field.types) > 1 else None)


def _source_names(stored: dict[str, object], n_layers: int) -> dict[str, str]:
    """Every tensor of the whole network -> the template's tensor of which it is a copy."""
    first = "blk.0."
    parts = [name.removeprefix(first) for name in stored if name.startswith(first)]
    names = {name: name for name in stored if not name.startswith("blk.")}
    for layer in range(n_layers):
        copied = int(has_more_bits(layer, n_layers))
        names |= {f"blk.{layer}.{part}": f"blk.{copied}.{part}" for part in parts}
    return names
