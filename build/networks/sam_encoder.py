"""SAM's image encoder in blocks: a ViT whose layers look through windows, and a few at the whole map.

Source: arXiv 2304.02643, appendix A; arXiv 2112.01526 (ViTDet); transformers, `SamVisionEncoder`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from transformers import SamVisionConfig

from build.blockwise import Block, take
from build.checkpoint import LazyTensor

OUTPUT = "image_embeddings"
MAX_SCORES = 2**20
"""Of a head that are worked out at once: those of all 4096 places for each other would take a gigabyte.

Measured: SAM ViT-B's whole-map layer, one core: 2^24 scores 3.5 GB and 1.1 s, 2^20 0.5 GB and 1.0 s.
"""
_NECK_EPS = 1e-6  # Source: transformers, `SamLayerNorm`
_LAYER_NAMES = {
    "layer_norm1": "attention_norm",
    "attn.qkv": "attention.qkv",
    "attn.proj": "attention.projection",
    "layer_norm2": "mlp_norm",
    "mlp.lin1": "mlp.0",
    "mlp.lin2": "mlp.2",
}


def pieces(length: int, scores_per_row: int) -> list[slice]:
    """Cuts `length` rows into pieces that have at most about `MAX_SCORES` scores."""
    n_rows = max(1, MAX_SCORES // scores_per_row)
    return [slice(first, min(first + n_rows, length)) for first in range(0, length, n_rows)]


class Patches(nn.Module):
    """(b, 3, height, width) -> (b, rows, columns, width), with learned positions."""

    def __init__(self, config: SamVisionConfig) -> None:
        super().__init__()
        n = config.image_size // config.patch_size
        self.projection = nn.Conv2d(3, config.hidden_size, config.patch_size, config.patch_size)
        self.positions = nn.Parameter(torch.empty(1, n, n, config.hidden_size))

    def forward(self, pixel_values: Tensor) -> Tensor:
        """Splits pictures into patches."""
        return self.projection(pixel_values).permute(0, 2, 3, 1) + self.positions


class MapAttention(nn.Module):
    """Self-attention on a square map, where scores know how far apart two places are down and across.

    A few rows of the map at a time look at all of it (`MAX_SCORES`).
    """

    def __init__(self, config: SamVisionConfig, size: int) -> None:
        super().__init__()
        width, self._n_heads, self._size = config.hidden_size, config.num_attention_heads, size
        self.qkv = nn.Linear(width, 3 * width, bias=config.qkv_bias)
        self.projection = nn.Linear(width, width)
        self.down = nn.Parameter(torch.empty(2 * size - 1, width // self._n_heads))
        self.across = nn.Parameter(torch.empty(2 * size - 1, width // self._n_heads))

    def forward(self, places: Tensor) -> Tensor:
        """(b, size, size, width) -> (b, size, size, width)."""
        split = self.qkv(places).unflatten(-1, (3, self._n_heads, -1)).permute(3, 0, 4, 1, 2, 5)
        queries, keys, values = split.unbind(0)  # (b, heads, size, size, channels)
        down = queries @ self._distances(self.down)
        across = (queries.transpose(2, 3) @ self._distances(self.across)).transpose(2, 3)
        keys = (keys * keys.shape[-1] ** -0.5).flatten(2, 3).transpose(2, 3)
        values = values.flatten(2, 3)
        seen = [
            self._look(queries[:, :, rows], down[:, :, rows], across[:, :, rows], keys, values)
            for rows in pieces(self._size, self._size**3)
        ]
        return self.projection(torch.cat(seen, 2).permute(0, 2, 3, 1, 4).flatten(3))

    def _distances(self, table: Tensor) -> Tensor:
        """From a vector for each distance to (size, channels, size): for each query, those to all keys."""
        places = torch.arange(self._size)
        return table[places[:, None] - places + self._size - 1].transpose(1, 2)

    def _look(self, queries: Tensor, down: Tensor, across: Tensor, keys: Tensor, values: Tensor) -> Tensor:
        """What some rows see, (b, heads, rows, size, channels)."""
        scores = (queries.flatten(2, 3) @ keys).unflatten(-1, (self._size, self._size))
        scores = scores + down.flatten(2, 3)[..., None]
        scores = scores + across.flatten(2, 3)[..., None, :]
        return (scores.flatten(-2).softmax(-1) @ values).unflatten(2, (-1, self._size))


class Layer(nn.Module):
    """Attention, within windows of `window` places where it is not 0, and an MLP, each normalised before and added."""

    def __init__(self, config: SamVisionConfig, window: int) -> None:
        super().__init__()
        width, self._size, self._window = config.hidden_size, config.image_size // config.patch_size, window
        self.attention_norm = nn.LayerNorm(width, config.layer_norm_eps)
        self.attention = MapAttention(config, window or self._size)
        self.mlp_norm = nn.LayerNorm(width, config.layer_norm_eps)
        self.mlp = nn.Sequential(nn.Linear(width, config.mlp_dim), nn.GELU(), nn.Linear(config.mlp_dim, width))

    def forward(self, places: Tensor) -> Tensor:
        """(b, size, size, width) -> (b, size, size, width)."""
        normed = self.attention_norm(places)
        seen = self._look_through_windows(normed) if self._window else self.attention(normed)
        places = places + seen
        return places + self.mlp(self.mlp_norm(places))

    def _look_through_windows(self, places: Tensor) -> Tensor:
        """Windows beyond the map's end see zeros there."""
        n = -(-self._size // self._window)
        padding = n * self._window - self._size
        cut = F.pad(places, (0, 0, 0, padding, 0, padding)).unflatten(2, (n, -1)).unflatten(1, (n, -1)).transpose(2, 3)
        seen = self.attention(cut.flatten(0, 2)).unflatten(0, (-1, n, n)).transpose(2, 3)
        return seen.flatten(3, 4).flatten(1, 2)[:, : self._size, : self._size]


class Neck(nn.Module):
    """(b, rows, columns, width) -> (b, channels, rows, columns)."""

    def __init__(self, config: SamVisionConfig) -> None:
        super().__init__()
        channels = config.output_channels
        self.first = nn.Conv2d(config.hidden_size, channels, 1, bias=False)
        self.first_norm = nn.LayerNorm(channels, _NECK_EPS)
        self.second = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.second_norm = nn.LayerNorm(channels, _NECK_EPS)

    def forward(self, places: Tensor) -> Tensor:
        """Mixes neighbouring places; norms are over channels."""
        mixed = self.first_norm(self.first(places.permute(0, 3, 1, 2)).permute(0, 2, 3, 1))
        return self.second_norm(self.second(mixed.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


def sam_blocks(config: SamVisionConfig, tensors: Mapping[str, LazyTensor]) -> list[Block]:
    """The encoder from `pixel_values` to `OUTPUT`; `tensors` are named as `sam_encoder_names` says."""
    windows = [0 if n in config.global_attn_indexes else config.window_size for n in range(config.num_hidden_layers)]
    names = ["patches", *(f"layers.{number}" for number in range(len(windows))), OUTPUT]
    layers = [partial(Layer, config, window) for window in windows]
    makers: list[Callable[[], nn.Module]] = [partial(Patches, config), *layers, partial(Neck, config)]
    steps = zip(names, makers, ["pixel_values", *names], strict=False)
    return [Block(name, make, (source,), take(tensors, name)) for name, make, source in steps]


def sam_encoder_names(config: SamVisionConfig) -> dict[str, str]:
    """Names in transformers' `SamModel` -> ours."""
    theirs = "vision_encoder"
    kinds = ("weight", "bias")
    names = {f"{theirs}.patch_embed.projection.{kind}": f"patches.projection.{kind}" for kind in kinds}
    names[f"{theirs}.pos_embed"] = "patches.positions"
    for number in range(config.num_hidden_layers):
        layer, ours = f"{theirs}.layers.{number}", f"layers.{number}"
        names |= {
            f"{layer}.{old}.{kind}": f"{ours}.{new}.{kind}" for old, new in _LAYER_NAMES.items() for kind in kinds
        }
        names |= {
            f"{layer}.attn.rel_pos_{axis}": f"{ours}.attention.{way}" for axis, way in (("h", "down"), ("w", "across"))
        }
    for number, name in ((1, "first"), (2, "second")):
        names[f"{theirs}.neck.conv{number}.weight"] = f"{OUTPUT}.{name}.weight"
        names |= {f"{theirs}.neck.layer_norm{number}.{kind}": f"{OUTPUT}.{name}_norm.{kind}" for kind in kinds}
    return names
