"""The blocks of a vision transformer, which encode pictures and spectrograms alike. Source: arXiv 2010.11929."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import torch
from torch import Tensor, nn

from build.blockwise import Block, take
from build.checkpoint import LazyTensor
from build.networks.attention import attend

LAYER_NORM_EPS = 1e-6


class SelfAttention(nn.Module):
    """Attention among tokens, with queries, keys and values from one product.

    Args:
        width: channels of a token.
        n_heads: heads of `width` / `n_heads` channels.
        extra_place: whether there is one learned key and value more, which stand for no token.
    """

    def __init__(self, width: int, n_heads: int, *, extra_place: bool = False) -> None:
        super().__init__()
        self.n_heads = n_heads
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.extra_key = nn.Parameter(torch.empty(1, 1, width)) if extra_place else None
        self.extra_value = nn.Parameter(torch.empty(1, 1, width)) if extra_place else None

    def forward(self, tokens: Tensor) -> Tensor:
        """tokens: (b, n, width) -> (b, n, width)."""
        queries, keys, values = self.qkv(tokens).chunk(3, -1)
        keys, values = _append(keys, self.extra_key), _append(values, self.extra_value)
        return self.out(attend(queries, keys, values, self.n_heads))


class Layer(nn.Module):
    """A pre-norm transformer block: tokens (b, n, width) -> the same. `mlp_width` is the MLP's inner width."""

    def __init__(self, width: int, n_heads: int, mlp_width: int, *, extra_place: bool = False) -> None:
        super().__init__()
        self.attention_norm = nn.LayerNorm(width, LAYER_NORM_EPS)
        self.attention = SelfAttention(width, n_heads, extra_place=extra_place)
        self.mlp_norm = nn.LayerNorm(width, LAYER_NORM_EPS)
        self.mlp = nn.Sequential(nn.Linear(width, mlp_width), nn.GELU(), nn.Linear(mlp_width, width))

    def forward(self, tokens: Tensor) -> Tensor:
        """tokens: (b, n, width) -> (b, n, width)."""
        tokens = tokens + self.attention(self.attention_norm(tokens))
        return tokens + self.mlp(self.mlp_norm(tokens))


def layer_blocks(make: partial[Layer], depth: int, source: str, tensors: Mapping[str, LazyTensor]) -> list[Block]:
    """`layers.0`, `layers.1`, ..., the first of which takes the value called `source`."""
    names = [f"layers.{number}" for number in range(depth)]
    return [
        Block(name, make, (before,), take(tensors, name)) for name, before in zip(names, [source, *names], strict=False)
    ]


def _append(places: Tensor, extra: Tensor | None) -> Tensor:
    return places if extra is None else torch.cat([places, extra.expand(places.shape[0], -1, -1)], 1)
