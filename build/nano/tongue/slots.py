"""Slots as embeddings: what the language network reads in pre-training in place of a Q-Former's output.

The embedding of a slot is the sum of the token embeddings of its words, or that of one word for "nothing here",
disturbed so that imperfect features are survived later.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import embedding_bag

from build.world.talk.tokenizer import Tokenizer

EMPTY_WORD = "nothing"


@dataclass(frozen=True, slots=True)
class Disturbance:
    """How slots are disturbed.

    Attributes:
        scale: each word counts 1 +- this.
        noise: standard deviation of what is added, in those of the embeddings.
        ghosts: share of slots with a wrong word in them.
        ghost_scale: strength of that word at most.
    """

    scale: float = 0.3
    noise: float = 0.15
    ghosts: float = 0.1
    ghost_scale: float = 0.3


TYPICAL = Disturbance()
UNDISTURBED = Disturbance(0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Bags:
    """The words of rows of slots: piece ids int64 and strengths float32, both (rows, slots, words), 0 where unused."""

    ids: Tensor
    strengths: Tensor

    def embed(self, table: Tensor, noise: float) -> Tensor:
        """The slots as sums of rows of an embedding table (pieces, width), with noise added: (rows, slots, width)."""
        flat = embedding_bag(self.ids.flatten(0, 1), table, per_sample_weights=self.strengths.flatten(0, 1), mode="sum")
        slots = flat.unflatten(0, self.ids.shape[:2])
        return slots + noise * table.detach().std() * torch.randn_like(slots)


def fill_bags(
    rows: Sequence[Sequence[Sequence[str]]],
    n_slots: int,
    tokenizer: Tokenizer,
    ghosts: Sequence[int],
    rng: random.Random,
    disturbance: Disturbance,
) -> Bags:
    """The words of each row's slots as pieces; slots without words, and those a row lacks, hold EMPTY_WORD.

    Args:
        rows: for each row the words of its slots, in order.
        n_slots: of every row.
        tokenizer: has each word as one piece.
        ghosts: pieces of words that may be there wrongly.
        rng: source of randomness.
        disturbance: how much is disturbed.
    """
    filled = [
        [_fill(words, tokenizer, ghosts, rng, disturbance) for words in (*row, *[()] * (n_slots - len(row)))]
        for row in rows
    ]
    n_words = max(len(slot) for row in filled for slot in row)
    padded = torch.tensor([[slot + [(0, 0.0)] * (n_words - len(slot)) for slot in row] for row in filled])
    return Bags(padded[..., 0].long(), padded[..., 1])


def _fill(
    words: Sequence[str], tokenizer: Tokenizer, ghosts: Sequence[int], rng: random.Random, disturbance: Disturbance
) -> list[tuple[int, float]]:
    slot = [(tokenizer.word_id(word), 1 + disturbance.scale * rng.uniform(-1, 1)) for word in words or (EMPTY_WORD,)]
    if rng.random() < disturbance.ghosts:
        slot.append((rng.choice(ghosts), rng.uniform(0, disturbance.ghost_scale)))
    return slot
