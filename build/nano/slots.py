"""Slots: what the language network reads in pre-training in place of a Q-Former's output.

The embedding of a slot is the sum of the token embeddings of its words (`facts.image_slots`, `facts.sound_slots`), or
of one word for "nothing here", disturbed so that imperfect features are survived later.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import embedding_bag

from build.nano.dialogues import content_words
from build.nano.facts import N_IMAGE_QUERIES, Scene, image_slots, sound_slots
from build.nano.tokenizer import Tokenizer

EMPTY_WORD = "nothing"
_MAX_WORDS = 6  # label, colour, size and two of position, or two pairs of source and sound; and a ghost


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


def embed_slots(
    table: Tensor, tokenizer: Tokenizer, scenes: Sequence[Scene], rng: random.Random, disturbance: Disturbance = TYPICAL
) -> tuple[Tensor, Tensor]:
    """Embeds the slots of `scenes` from the network's embedding `table` (pieces, width).

    Returns:
        images (scenes, N_IMAGE_QUERIES, width) and sounds (scenes, N_SOUND_QUERIES, width).
    """
    content = [tokenizer.word_id(word) for word in content_words()]
    bags: list[list[int]] = []
    strengths: list[list[float]] = []
    for scene in scenes:
        for words in (*image_slots(scene.objects or ()), *sound_slots(scene.sounds or ())):
            ids = [tokenizer.word_id(word) for word in words or (EMPTY_WORD,)]
            scales = [1 + disturbance.scale * rng.uniform(-1, 1) for _ in ids]
            if rng.random() < disturbance.ghosts:
                ids.append(rng.choice(content))
                scales.append(rng.uniform(0, disturbance.ghost_scale))
            n_free = _MAX_WORDS - len(ids)
            bags.append(ids + [0] * n_free)
            strengths.append(scales + [0.0] * n_free)
    slots = embedding_bag(torch.tensor(bags), table, per_sample_weights=torch.tensor(strengths), mode="sum")
    noise = disturbance.noise * table.detach().std()
    slots = (slots + noise * torch.randn_like(slots)).view(len(scenes), -1, table.shape[1])
    return slots[:, :N_IMAGE_QUERIES], slots[:, N_IMAGE_QUERIES:]
