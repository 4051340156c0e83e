"""Queries of Q-Formers: how they look at each other and at what an encoder made, and in which order they end."""

from __future__ import annotations

import torch
from torch import Tensor, nn

_REACH = 1e3  # no position lies further


class Attention(nn.Module):
    """Multi-head attention. Source: Vaswani et al., Attention Is All You Need, 2017, section 3.2."""

    def __init__(self, width: int, seen_width: int, n_heads: int = 4) -> None:
        super().__init__()
        self.n_heads = n_heads
        self.query, self.out = nn.Linear(width, width), nn.Linear(width, width)
        self.key, self.value = nn.Linear(seen_width, width), nn.Linear(seen_width, width)

    def forward(self, queries: Tensor, seen: Tensor, bias: Tensor) -> Tensor:
        """queries: (B, n, width), seen: (B, m, seen_width), bias added to scores: (B, 1, n, m) -> (B, n, width)."""
        q, k, v = (self._split(x) for x in (self.query(queries), self.key(seen), self.value(seen)))
        weights = (q @ k.transpose(-1, -2) * (q.shape[-1] ** -0.5) + bias).softmax(-1)
        return self.out((weights @ v).transpose(1, 2).flatten(2))

    def _split(self, x: Tensor) -> Tensor:
        return x.unflatten(-1, (self.n_heads, -1)).transpose(1, 2)


class Block(nn.Module):
    """Pre-norm: queries look at each other and at what is seen, then each thinks for itself."""

    def __init__(self, width: int, seen_width: int) -> None:
        super().__init__()
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(3))
        self.own, self.cross = Attention(width, width), Attention(width, seen_width)
        self.feed = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, queries: Tensor, seen: Tensor, nearness: Tensor) -> Tensor:
        """queries: (B, n, width), seen: (B, m, seen_width), nearness: (B, 1, n, m) -> (B, n, width)."""
        normed = self.norms[0](queries)
        queries = queries + self.own(normed, normed, torch.zeros_like(nearness[..., :1]))
        queries = queries + self.cross(self.norms[1](queries), seen, nearness)
        return queries + self.feed(self.norms[2](queries))


def line_up(position: Tensor, nothing: Tensor, n_slots: int) -> Tensor:
    """Which query each slot holds: int64 (B, n_slots), those that say something by their positions, then the others.

    Args:
        position: (B, n) where a query's object stands, or when its sound begins; from 0 to _REACH.
        nothing: logits (B, n) of there being nothing.
        n_slots: at most n.
    """
    return torch.where(nothing < 0, position / _REACH, 1 + torch.sigmoid(nothing)).topk(n_slots, largest=False).indices


def pick(values: Tensor, chosen: Tensor) -> Tensor:
    """Rows `chosen` (B, m) of values (B, n, k) -> (B, m, k)."""
    return values.gather(1, chosen[..., None].expand(-1, -1, values.shape[-1]))
