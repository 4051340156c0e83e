"""EVA-CLIP's image encoder ViT-g/14 as BLIP-2 uses it: without its last block, final norm and head.

Source: arXiv 2211.07636; arXiv 2301.12597; tensor names of `eva_vit_g.pth`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from build.blockwise import Block, chain_shapes, take
from build.checkpoint import LazyTensor
from build.dims import Dims
from build.networks.vit import Layer, layer_blocks
from build.tensor_table import Shapes, TensorTable

FEATURES = "features"
"""The last block: (b, 1 + patches, width), normalised by BLIP-2's `ln_vision`."""
FEATURES_EPS = 1e-5  # torch's default, which `ln_vision` has
_LAYER_NAMES = {
    "norm1": "attention_norm", "norm2": "mlp_norm",
    "attn.proj": "attention.out", "mlp.fc1": "mlp.0", "mlp.fc2": "mlp.2",
}  # fmt: skip


class Patches(nn.Module):
    """pixel_values (b, 3, h, w) -> tokens (b, 1 + patches, width): the class token, then the patches row by row."""

    def __init__(self, dims: Dims) -> None:
        super().__init__()
        n_places = 1 + (dims.img // dims.patch) ** 2
        self.projection = nn.Conv2d(3, dims.v_dim, dims.patch, dims.patch)
        self.class_token = nn.Parameter(torch.empty(1, 1, dims.v_dim))
        self.positions = nn.Parameter(torch.empty(1, n_places, dims.v_dim))

    def forward(self, pixel_values: Tensor) -> Tensor:
        """pixel_values: (b, 3, h, w) -> (b, 1 + patches, width)."""
        patches = self.projection(pixel_values).flatten(2).transpose(1, 2)
        return torch.cat([self.class_token.expand(patches.shape[0], -1, -1), patches], 1) + self.positions


def eva_blocks(dims: Dims, tensors: Mapping[str, LazyTensor]) -> list[Block]:
    """The encoder from `pixel_values` to `FEATURES`.

    Args:
        dims: sizes.
        tensors: `read_eva`'s, and `features.weight` and `features.bias` of `ln_vision`.
    """
    layer = partial(Layer, dims.v_dim, dims.v_heads, dims.v_mlp)
    layers = layer_blocks(layer, dims.v_depth, "patches", tensors)
    norm = partial(nn.LayerNorm, dims.v_dim, FEATURES_EPS)
    return [
        Block("patches", partial(Patches, dims), ("pixel_values",), take(tensors, "patches")),
        *layers,
        Block(FEATURES, norm, (layers[-1].name,), take(tensors, FEATURES)),
    ]


def read_eva(checkpoint: Mapping[str, LazyTensor], dims: Dims) -> dict[str, LazyTensor]:
    """The encoder's tensors from those of `eva_vit_g.pth`. Raises what `TensorTable.select` raises."""
    tensors = eva_table(dims).select(checkpoint)
    for number in range(dims.v_depth):
        name = f"layers.{number}.attention"
        queries, values = (tensors.pop(f"{name}.{part}_bias") for part in "qv")
        tensors[f"{name}.qkv.bias"] = LazyTensor((3 * dims.v_dim,), partial(_join_biases, queries, values))
    return tensors


def eva_table(dims: Dims) -> TensorTable:
    """Names in `eva_vit_g.pth`."""
    names = {"cls_token": "patches.class_token", "pos_embed": "patches.positions"}
    names |= {f"patch_embed.proj.{kind}": f"patches.projection.{kind}" for kind in ("weight", "bias")}
    for number in range(dims.v_depth):
        theirs, ours = f"blocks.{number}", f"layers.{number}"
        names |= {f"{theirs}.attn.{part}": f"{ours}.attention.{part}" for part in ("qkv.weight", "q_bias", "v_bias")}
        for their_part, our_part in _LAYER_NAMES.items():
            names |= {f"{theirs}.{their_part}.{kind}": f"{ours}.{our_part}.{kind}" for kind in ("weight", "bias")}
    unused = (rf"blocks\.{dims.v_depth}\..+", r"norm\.(weight|bias)", r"head\.(weight|bias)")
    return TensorTable("the image encoder's checkpoint", names, unused)


def eva_source_shapes(dims: Dims) -> Shapes:
    """What `eva_vit_g.pth` must hold."""
    biases = {
        f"layers.{number}.attention.{part}_bias": (dims.v_dim,) for number in range(dims.v_depth) for part in "qv"
    }
    return eva_table(dims).source_shapes({**chain_shapes(eva_blocks(dims, {})), **biases})


def _join_biases(queries: LazyTensor, values: LazyTensor) -> NDArray[np.float32]:
    """Keys have no bias."""
    first, last = queries.read(), values.read()
    return np.concatenate([first, np.zeros_like(first), last])
