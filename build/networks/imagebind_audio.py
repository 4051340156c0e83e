"""ImageBind's audio encoder as BuboGPT uses it: every token of every clip, without the head.

Source: arXiv 2305.05665; arXiv 2307.08581; tensor names of `imagebind_huge.pth`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from build.blockwise import Block, chain_shapes, take
from build.checkpoint import LazyTensor
from build.dims import Dims
from build.networks.vit import Layer, layer_blocks
from build.tensor_table import Shapes, TensorTable

FEATURES = "features"
"""The last block: (b, 1 + places, width), the mean over the clips."""
PATCH, STRIDE = 16, 10  # spectrogram bins and frames
STEM_EPS = 1e-5
MAX_SCALE = 100.0
_STEM, _TRUNK = "modality_preprocessors.audio", "modality_trunks.audio.blocks"
_STEM_NAMES = {
    "cls_token": "class_token", "pos_embedding_helper.pos_embed": "positions",
    "rgbt_stem.proj.weight": "projection.weight",
    "rgbt_stem.norm_layer.weight": "norm.weight", "rgbt_stem.norm_layer.bias": "norm.bias",
}  # fmt: skip
_LAYER_NAMES = {
    "attn.in_proj_weight": "attention.qkv.weight", "attn.in_proj_bias": "attention.qkv.bias",
    "attn.bias_k": "attention.extra_key", "attn.bias_v": "attention.extra_value",
    "attn.out_proj.weight": "attention.out.weight", "attn.out_proj.bias": "attention.out.bias",
    "norm_1.weight": "attention_norm.weight", "norm_1.bias": "attention_norm.bias",
    "norm_2.weight": "mlp_norm.weight", "norm_2.bias": "mlp_norm.bias",
    "mlp.fc1.weight": "mlp.0.weight", "mlp.fc1.bias": "mlp.0.bias",
    "mlp.fc2.weight": "mlp.2.weight", "mlp.fc2.bias": "mlp.2.bias",
}  # fmt: skip


class Patches(nn.Module):
    """mel (b, clips, 1, bins, frames) -> tokens (b x clips, 1 + places, width): patches that overlap, normalised."""

    def __init__(self, dims: Dims) -> None:
        super().__init__()
        rows, columns = (1 + (size - PATCH) // STRIDE for size in (dims.mel_bins, dims.mel_frames))
        self.projection = nn.Conv2d(1, dims.a_dim, PATCH, STRIDE, bias=False)
        self.norm = nn.LayerNorm(dims.a_dim, STEM_EPS)
        self.class_token = nn.Parameter(torch.empty(1, 1, dims.a_dim))
        self.positions = nn.Parameter(torch.empty(1, 1 + rows * columns, dims.a_dim))

    def forward(self, mel: Tensor) -> Tensor:
        """mel: (b, clips, 1, bins, frames) -> (b x clips, 1 + places, width)."""
        patches = self.norm(self.projection(mel.flatten(0, 1)).flatten(2).transpose(1, 2))
        return torch.cat([self.class_token.expand(patches.shape[0], -1, -1), patches], 1) + self.positions


class ClipMean(nn.Module):
    """Tokens of all clips -> their mean over the clips, each token first scaled to one learned length."""

    def __init__(self) -> None:
        super().__init__()
        self.log_scale = nn.Parameter(torch.empty(()))

    def forward(self, tokens: Tensor, mel: Tensor) -> Tensor:
        """tokens: (b x clips, n, width), mel: (b, clips, ...), for its sizes only -> (b, n, width)."""
        scaled = F.normalize(tokens, dim=-1) * self.log_scale.exp().clamp(max=MAX_SCALE)
        return scaled.unflatten(0, mel.shape[:2]).mean(1)


def imagebind_blocks(dims: Dims, tensors: Mapping[str, LazyTensor]) -> list[Block]:
    """The encoder from `mel` to `FEATURES`, with the tensors of `imagebind_table`."""
    layer = partial(Layer, dims.a_dim, dims.a_heads, dims.a_mlp, extra_place=True)
    layers = layer_blocks(layer, dims.a_depth, "patches", tensors)
    return [
        Block("patches", partial(Patches, dims), ("mel",), take(tensors, "patches")),
        *layers,
        Block(FEATURES, ClipMean, (layers[-1].name, "mel"), take(tensors, FEATURES)),
    ]


def imagebind_table(dims: Dims) -> TensorTable:
    """Names in `imagebind_huge.pth`."""
    names = {f"{_STEM}.{theirs}": f"patches.{ours}" for theirs, ours in _STEM_NAMES.items()}
    for number in range(dims.a_depth):
        names |= {f"{_TRUNK}.{number}.{theirs}": f"layers.{number}.{ours}" for theirs, ours in _LAYER_NAMES.items()}
    names["modality_postprocessors.audio.1.log_logit_scale"] = f"{FEATURES}.log_scale"
    rooms = "preprocessors|trunks|heads|postprocessors"
    unused = (rf"modality_({rooms})\.(vision|text|depth|thermal|imu)\..+", r"modality_heads\.audio\..+")
    return TensorTable("the audio encoder's checkpoint", names, unused)


def imagebind_source_shapes(dims: Dims) -> Shapes:
    """What `imagebind_huge.pth` must hold."""
    return imagebind_table(dims).source_shapes(chain_shapes(imagebind_blocks(dims, {})))
