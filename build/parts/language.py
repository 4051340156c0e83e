"""The language network: a Hugging Face LLaMA and its SentencePiece tokenizer as a GGUF, INT4 where asked."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
from transformers import LlamaConfig

from bubo_desktop.packs.manifest import LanguagePart
from build.checkpoint import LazyTensor
from build.dims import Dims
from build.errors import BuildError
from build.gguf_export import export_checkpoint
from build.gguf_proof import prove_weights
from build.workshop import Made, Workshop

FILE = "language.gguf"


def make(workshop: Workshop, options: Mapping[str, Any]) -> Made:
    """Makes `language.gguf`.

    Options: `source`; `n_ctx`; `quantization` (of the INT4 pack) and `precision` (of the other), both types of
    `build.gguf_export.FILE_TYPES`; `prefix`, where the language network is a part of the checkpoint: its tensors'
    names begin with it, and its sizes are the checkpoint's `text_config`.

    Raises:
        BuildError: files are missing, the sizes are not the recipe's, or tensors are missing or unknown.
    """
    folder = workshop.file(options["source"])
    prefix = options.get("prefix", "")
    config = read_config(folder)
    _check_sizes(config, workshop.dims)
    tensors = select_prefixed(workshop.checkpoint(options["source"]), prefix)
    quantization = options["quantization"] if workshop.quantize == "int4" else options["precision"]
    target = workshop.scratch_dir / FILE
    workshop.report(f"Writing {config.num_hidden_layers} layers as {quantization}.")
    tokenizer = (folder / "tokenizer.model").read_bytes()
    export_checkpoint(tensors, config, tokenizer, target, options["source"], quantization)
    figures = prove_weights(target, quantization, tensors, config)
    target.rename(workshop.out_dir / FILE)
    part = LanguagePart(FILE, config.hidden_size, options["n_ctx"], quantization)
    return Made(part, (FILE,), figures)


def read_config(folder: Path) -> LlamaConfig:
    """The language network's sizes from `config.json`, where it may be the `text_config` of a larger network.

    Raises:
        BuildError: it cannot be read, or is not that of a LLaMA.
    """
    try:
        raw = msgspec.json.decode((folder / "config.json").read_bytes(), type=dict[str, Any])
    except (OSError, msgspec.MsgspecError) as error:
        raise BuildError(f"{folder / 'config.json'} cannot be read: {error}.") from error
    raw = raw.get("text_config", raw)
    if raw.get("model_type") != "llama":
        raise BuildError(f"{folder} holds a network of the kind {raw.get('model_type')!r} instead of 'llama'.")
    return LlamaConfig(**raw)


def select_prefixed(tensors: Mapping[str, LazyTensor], prefix: str) -> dict[str, LazyTensor]:
    """The tensors whose names begin with `prefix`, without it; the others are another part's on purpose."""
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}


def _check_sizes(config: LlamaConfig, dims: Dims) -> None:
    compared = {
        "width": (config.hidden_size, dims.llm),
        "layers": (config.num_hidden_layers, dims.llm_layers),
        "heads": (config.num_attention_heads, dims.llm_heads),
        "feed-forward width": (config.intermediate_size, dims.llm_ffn),
    }
    wrong = [f"{what} {found} instead of {wanted}" for what, (found, wanted) in compared.items() if found != wanted]
    if wrong:
        raise BuildError(f"The language network is not the recipe's: {', '.join(wrong)}.")
