"""The sizes of every network of a pack. The defaults are BuboGPT-7B's; tests and the 13B change some.

Source: arXiv 2307.08581 and github.com/magic-research/bubogpt; for the tagger arXiv 2306.03514, Swin-L.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from build.errors import BuildError

_EVA_MLP_RATIO = 4.3637  # Source: EVA ViT-g/14, arXiv 2211.07636, table of architectures: 1408 -> 6144
_VIT_MLP_RATIO = 4


class RamDims(Struct, frozen=True):
    """Recognize Anything: a Swin transformer and a head of two cross-attention layers over the labels."""

    img: int = 384
    embed: int = 192
    depths: tuple[int, ...] = (2, 2, 18, 2)
    heads: tuple[int, ...] = (6, 12, 24, 48)
    window: int = 12
    q_hidden: int = 768
    q_layers: int = 2
    q_heads: int = 4
    q_ffn: int = 3072
    label_dim: int = 512
    classes: int = 4585


class Dims(Struct, frozen=True):
    """Sizes of BuboGPT's networks.

    Attributes:
        img: sides of the picture, px.
        patch: sides of a patch, px.
        v_dim, v_depth, v_heads, v_mlp: the image encoder's width, blocks, heads and MLP width (0: by its ratio).
        a_dim, a_depth, a_heads, a_mlp: the same of the audio encoder.
        mel_bins, mel_frames: a clip's filterbank.
        q_hidden, q_layers, q_heads, q_ffn, nq: both Q-Formers, and their number of queries.
        llm, llm_layers, llm_heads, llm_ffn, vocab: the language network.
        ram: the tagger.
    """

    img: int = 224
    patch: int = 14
    v_dim: int = 1408
    v_depth: int = 39
    v_heads: int = 16
    v_mlp: int = 0
    a_dim: int = 768
    a_depth: int = 12
    a_heads: int = 12
    a_mlp: int = 0
    mel_bins: int = 128
    mel_frames: int = 204
    q_hidden: int = 768
    q_layers: int = 12
    q_heads: int = 12
    q_ffn: int = 3072
    nq: int = 32
    llm: int = 4096
    llm_layers: int = 32
    llm_heads: int = 32
    llm_ffn: int = 11008
    vocab: int = 32000
    ram: RamDims = RamDims()

    def __post_init__(self) -> None:
        if not self.v_mlp:
            msgspec.structs.force_setattr(self, "v_mlp", int(self.v_dim * _EVA_MLP_RATIO))
        if not self.a_mlp:
            msgspec.structs.force_setattr(self, "a_mlp", self.a_dim * _VIT_MLP_RATIO)


def change_dims(dims: Dims, changes: dict[str, Any]) -> Dims:
    """The same sizes but for those named in `changes`; names that are no size are left alone.

    Raises:
        BuildError: a size is of the wrong type.
    """
    sizes = msgspec.to_builtins(dims)
    derived = {ours: 0 for ours, width in (("v_mlp", "v_dim"), ("a_mlp", "a_dim")) if width in changes}
    ram = sizes["ram"] | changes.get("ram", {})
    try:
        return msgspec.convert(sizes | derived | changes | {"ram": ram}, Dims)
    except msgspec.ValidationError as error:
        raise BuildError(f"The sizes are not valid: {error}.") from error


def read_dims(path: Path, dims: Dims) -> Dims:
    """`dims` with the changes of a JSON file.

    Raises:
        BuildError: the file cannot be read, is no JSON object, or a size is of the wrong type.
    """
    try:
        return change_dims(dims, msgspec.json.decode(path.read_bytes(), type=dict[str, Any]))
    except (OSError, msgspec.MsgspecError) as error:
        raise BuildError(f"The sizes in {path} cannot be read: {error}.") from error
