"""Q-Formers of nano: learned queries that read a sense's tokens and speak in the language network's embeddings.

Between the queries and the language width stands a layer of named words (labels, colours, sizes, positions,
sounds): each query says how much of each word it sees, and the linear layer turns the words into embeddings. It is
first trained on the words alone (stage 1), so that it can be joined to any language network by that network's own
word embeddings, and then through the language network (stage 2).

Source of queries that read frozen tokens, and of the two stages: Li et al., BLIP-2, 2023, section 3.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from build.nano.facts import COLOURS, GRID, N_SOUND_QUERIES, NATURAL, OBJECTS, SIZES, SOUND_SOURCES, SOUNDS
from build.nano.slots import EMPTY_WORD

POSITIONS = ("top", "bottom", "left", "right", "center")
IMAGE_WORDS: tuple[str, ...] = (*OBJECTS, *COLOURS, NATURAL, *SIZES, *POSITIONS, EMPTY_WORD)
SOUND_WORDS: tuple[str, ...] = (*SOUND_SOURCES.values(), *SOUNDS, EMPTY_WORD)


class Attention(nn.Module):
    """Multi-head attention of queries (B, n, width) to tokens (B, m, token_width).

    Source: Vaswani et al., Attention Is All You Need, 2017, section 3.2.
    """

    def __init__(self, width: int, token_width: int, n_heads: int) -> None:
        super().__init__()
        self.n_heads = n_heads
        self.query = nn.Linear(width, width)
        self.key = nn.Linear(token_width, width)
        self.value = nn.Linear(token_width, width)
        self.out = nn.Linear(width, width)

    def forward(self, queries: Tensor, tokens: Tensor, bias: Tensor) -> Tensor:
        """queries: (B, n, width), tokens: (B, m, token_width), bias added to scores: (n, m) -> (B, n, width)."""
        q, k, v = (self._split(x) for x in (self.query(queries), self.key(tokens), self.value(tokens)))
        weights = (q @ k.transpose(-1, -2) * (q.shape[-1] ** -0.5) + bias).softmax(-1)
        return self.out((weights @ v).transpose(1, 2).flatten(2))

    def _split(self, x: Tensor) -> Tensor:
        return x.unflatten(-1, (self.n_heads, -1)).transpose(1, 2)


class Block(nn.Module):
    """Pre-norm self-attention among queries, cross-attention to tokens, feed-forward."""

    def __init__(self, width: int, token_width: int, n_heads: int) -> None:
        super().__init__()
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(3))
        self.own = Attention(width, width, n_heads)
        self.cross = Attention(width, token_width, n_heads)
        self.feed = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, queries: Tensor, tokens: Tensor, nearness: Tensor) -> Tensor:
        """queries: (B, n, width), tokens: (B, m, token_width), nearness: (n, m) -> (B, n, width)."""
        normed = self.norms[0](queries)
        queries = queries + self.own(normed, normed, torch.zeros((), device=queries.device))
        queries = queries + self.cross(self.norms[1](queries), tokens, nearness)
        return queries + self.feed(self.norms[2](queries))


class QFormer(nn.Module):
    """Tokens (B, n_tokens, token_width) -> logits of words (B, n_queries, words).

    `nearness` (n_queries, n_tokens) is added to the scores of cross-attention: it turns each query to the tokens that
    are its business, which it would otherwise need many more pictures to learn.
    """

    nearness: Tensor

    def __init__(
        self,
        words: tuple[str, ...],
        nearness: Tensor,
        token_width: int,
        width: int = 192,
        n_blocks: int = 3,
    ) -> None:
        super().__init__()
        n_queries, n_tokens = nearness.shape
        self.words = words
        self.register_buffer("nearness", nearness, persistent=False)
        self.enter = nn.Linear(token_width, width)
        self.places = nn.Parameter(torch.randn(n_tokens, width) * 0.3)
        self.queries = nn.Parameter(torch.randn(n_queries, width) * 0.3)
        self.norm_tokens = nn.LayerNorm(width)
        self.blocks = nn.ModuleList(Block(width, width, 4) for _ in range(n_blocks))
        self.norm = nn.LayerNorm(width)
        self.speak = nn.Linear(width, len(words))
        nn.init.constant_(self.speak.bias, -4.0)

    def forward(self, tokens: Tensor) -> Tensor:
        """tokens: (B, n_tokens, token_width) -> logits (B, n_queries, words)."""
        tokens = self.norm_tokens(self.enter(tokens) + self.places)
        queries = self.queries.expand(tokens.shape[0], -1, -1)
        for block in self.blocks:
            queries = block(queries, tokens, self.nearness)
        return self.speak(self.norm(queries))


class Projection(nn.Module):
    """Logits of words -> embeddings of the language network, at first the sum of the words' own.

    `word_embeddings` is (words, width).
    """

    def __init__(self, word_embeddings: Tensor) -> None:
        super().__init__()
        self.linear = nn.Linear(*word_embeddings.shape)
        with torch.no_grad():
            self.linear.weight.copy_(word_embeddings.T)
            self.linear.bias.zero_()

    def forward(self, logits: Tensor) -> Tensor:
        """logits: (B, n_queries, words) -> embeddings (B, n_queries, width)."""
        return self.linear(torch.sigmoid(logits))


def image_qformer(places: Tensor, token_width: int) -> QFormer:
    """The Q-Former of the eyes: one query a cell of the frame. `places` (n_tokens, 2) are the tokens' x, y in 0..1."""
    steps = (torch.arange(GRID) + 0.5) / GRID
    y, x = torch.meshgrid(steps, steps, indexing="ij")
    cells = torch.stack((x.flatten(), y.flatten()), -1)
    distance = torch.cdist(cells, places) * GRID  # in cells
    return QFormer(IMAGE_WORDS, -0.5 * distance**2, token_width)


def sound_qformer(n_tokens: int, token_width: int) -> QFormer:
    """The Q-Former of the ears: each query listens to all of the clip."""
    return QFormer(SOUND_WORDS, torch.zeros(N_SOUND_QUERIES, n_tokens), token_width, n_blocks=2)


def word_targets(slots: list[list[str]], words: tuple[str, ...]) -> Tensor:
    """Words each query stands for -> (n_queries, words) of 0 and 1; a query without any stands for EMPTY_WORD."""
    target = torch.zeros(len(slots), len(words))
    for query, slot in enumerate(slots):
        for word in slot or [EMPTY_WORD]:
            target[query, words.index(word)] = 1
    return target
