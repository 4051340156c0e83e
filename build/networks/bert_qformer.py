"""BLIP-2's Q-Former without text, and the projection behind it: an encoder's features -> embeddings for the language.

Source: arXiv 2301.12597; tensor names of `blip2_pretrained_flant5xxl.pth` and `bubogpt_7b.pth`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import torch
from torch import Tensor, nn

from build.blockwise import Block, take
from build.checkpoint import LazyTensor
from build.dims import Dims
from build.networks.attention import attend

EMBEDDINGS = "embeddings"
"""The last block: (b, queries, width of the language network)."""
NORM_EPS = 1e-12
MIN_COSINE = 0.99994  # its errors pass through a norm after every sum, so that they add up more than in an encoder
CROSS_EVERY = 2  # layers 0, 2, 4, ... look at the features
_LAYER_NAMES = {
    "attention.self.query": "attention.query", "attention.self.key": "attention.key",
    "attention.self.value": "attention.value", "attention.output.dense": "attention.out",
    "attention.output.LayerNorm": "attention.norm", "intermediate_query.dense": "mlp.0",
    "output_query.dense": "mlp.2", "output_query.LayerNorm": "norm",
}  # fmt: skip
_CROSS_NAMES = {
    f"cross{theirs}": ours.replace("attention", "cross")
    for theirs, ours in _LAYER_NAMES.items()
    if "attention" in theirs
}


class Queries(nn.Module):
    """features (b, n, d) -> the learned queries, normalised, for each of the batch: (b, queries, width)."""

    def __init__(self, dims: Dims) -> None:
        super().__init__()
        self.queries = nn.Parameter(torch.empty(1, dims.nq, dims.q_hidden))
        self.norm = nn.LayerNorm(dims.q_hidden, NORM_EPS)

    def forward(self, features: Tensor) -> Tensor:
        """features: (b, n, d), for its batch only -> (b, queries, width)."""
        return self.norm(self.queries).expand(features.shape[0], -1, -1)


class Attention(nn.Module):
    """Post-norm attention to the queries themselves or to features."""

    def __init__(self, width: int, seen_width: int, n_heads: int) -> None:
        super().__init__()
        self.n_heads = n_heads
        self.query, self.out = nn.Linear(width, width), nn.Linear(width, width)
        self.key, self.value = nn.Linear(seen_width, width), nn.Linear(seen_width, width)
        self.norm = nn.LayerNorm(width, NORM_EPS)

    def forward(self, queries: Tensor, seen: Tensor) -> Tensor:
        """queries: (b, queries, width), seen: (b, n, d) -> (b, queries, width)."""
        attended = attend(self.query(queries), self.key(seen), self.value(seen), self.n_heads)
        return self.norm(queries + self.out(attended))


class Layer(nn.Module):
    """A post-norm transformer block of the queries; with `seen_width` they look at the encoder's features too."""

    def __init__(self, dims: Dims, seen_width: int = 0) -> None:
        super().__init__()
        width = dims.q_hidden
        self.attention = Attention(width, width, dims.q_heads)
        self.cross = Attention(width, seen_width, dims.q_heads) if seen_width else None
        self.mlp = nn.Sequential(nn.Linear(width, dims.q_ffn), nn.GELU(), nn.Linear(dims.q_ffn, width))
        self.norm = nn.LayerNorm(width, NORM_EPS)

    def forward(self, queries: Tensor, features: Tensor | None = None) -> Tensor:
        """queries: (b, queries, width), features: (b, n, d) -> (b, queries, width)."""
        queries = self.attention(queries, queries)
        if self.cross is not None and features is not None:
            queries = self.cross(queries, features)
        return self.norm(queries + self.mlp(queries))


def qformer_blocks(dims: Dims, features_width: int, tensors: Mapping[str, LazyTensor]) -> list[Block]:
    """From the value called `features` to `EMBEDDINGS`, with the tensors of both tables."""
    names = [f"reader.{number}" for number in range(dims.q_layers)]
    blocks = [Block("queries", partial(Queries, dims), ("features",), take(tensors, "queries"))]
    for number, name in enumerate(names):
        looks = number % CROSS_EVERY == 0
        inputs = (blocks[-1].name, "features") if looks else (blocks[-1].name,)
        make = partial(Layer, dims, features_width if looks else 0)
        blocks.append(Block(name, make, inputs, take(tensors, name), MIN_COSINE))
    project = partial(nn.Linear, dims.q_hidden, dims.llm)
    return [*blocks, Block(EMBEDDINGS, project, (names[-1],), take(tensors, EMBEDDINGS))]


def qformer_names(dims: Dims, prefix: str = "") -> dict[str, str]:
    """Names of a Q-Former that stands under `prefix` -> ours."""
    bert = f"{prefix}Qformer.bert"
    names = {f"{prefix}query_tokens": "queries.queries"}
    names |= {f"{bert}.embeddings.LayerNorm.{kind}": f"queries.norm.{kind}" for kind in ("weight", "bias")}
    for number in range(dims.q_layers):
        parts = _LAYER_NAMES | (_CROSS_NAMES if number % CROSS_EVERY == 0 else {})
        for theirs, ours in parts.items():
            layer = f"{bert}.encoder.layer.{number}.{theirs}"
            names |= {f"{layer}.{kind}": f"reader.{number}.{ours}.{kind}" for kind in ("weight", "bias")}
    return names


def qformer_dropped(prefix: str = "") -> tuple[str, ...]:
    """What of a Q-Former under `prefix` (a regular expression) is for text only."""
    bert = rf"{prefix}Qformer\.bert"
    return (
        rf"{prefix}Qformer\.cls\..+",
        rf"{bert}\.embeddings\.(position_ids|(word|position)_embeddings\.weight)",
        rf"{bert}\.encoder\.layer\.\d+\.(intermediate\.dense|output\.dense|output\.LayerNorm)\.(weight|bias)",
    )
