"""The Q-Formers in training: first they learn words, then to serve the language network."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor
from transformers import LlamaForCausalLM

from build.nano.alignment.lessons import Lesson
from build.nano.alignment.losses import image_loss, sound_loss
from build.nano.alignment.readers import Projections, QFormers
from build.nano.tongue.network import answer_loss, embed_packed, exact_matches, predict_answers
from build.training.pupil import Judged, Pupil

WORD_WEIGHT = 2.0  # of the words of one picture or recording, beside one token of the answers about it


class Told(NamedTuple):
    """What the Q-Formers say of a lesson's pictures and recordings: bags (B, slots, words), None where there are none,
    and what that is worth.
    """

    images: Tensor | None
    sounds: Tensor | None
    judged: Judged


def tell(qformers: QFormers, lesson: Lesson) -> Told:
    """Lets the Q-Formers say what is there; the loss, of shape (), is summed over pictures and recordings."""
    images = sounds = None
    loss, is_right = torch.zeros((), device=lesson.pixels.device), []
    if len(lesson.pixels):
        said = qformers.image(lesson.pixels)
        images = qformers.image.bags(said)
        picture_loss, hits = image_loss(said, lesson.seen, qformers.image.group_sizes)
        loss, is_right = loss + picture_loss, [hits.flatten()]
    if len(lesson.mel):
        noticed = qformers.sound(lesson.mel)
        sounds = qformers.sound.bags(noticed)
        recording_loss, hits = sound_loss(noticed, lesson.heard)
        loss, is_right = loss + recording_loss, [*is_right, hits]
    weight = torch.tensor(float(len(lesson.pixels) + len(lesson.mel)), device=loss.device)
    right = torch.cat(is_right) if is_right else torch.zeros(0, dtype=torch.bool)
    return Told(images, sounds, Judged(loss, weight, right))


class WordsPupil(Pupil):
    """Stage 1: both Q-Formers learn to say what is there.

    Attributes:
        qformers: what learns.
    """

    def __init__(self, qformers: QFormers) -> None:
        super().__init__()
        self.qformers = qformers

    def matrices(self) -> frozenset[str]:
        """Those of the Q-Formers' blocks."""
        return _matrices_of_blocks(self)

    def judge(self, lesson: Lesson) -> Judged:
        """Names what is there; the loss, of shape (), is summed over pictures and recordings."""
        return tell(self.qformers, lesson).judged


class TalkPupil(Pupil):
    """Stage 2: the Q-Formers and their projections learn through the frozen language network.

    Attributes:
        qformers: what learns.
        projections: likewise.
        network: what does not.
    """

    def __init__(self, qformers: QFormers, projections: Projections, network: LlamaForCausalLM) -> None:
        super().__init__()
        self.qformers, self.projections = qformers, projections
        self.network = network.eval().requires_grad_(False)

    def matrices(self) -> frozenset[str]:
        """Those of the Q-Formers' blocks."""
        return _matrices_of_blocks(self)

    def judge(self, lesson: Lesson) -> Judged:
        """Answers about what is there; the loss, of shape (), is summed over answer tokens by their weights."""
        assert lesson.packed is not None
        told = tell(self.qformers, lesson)
        images = _in_rows(told.images, self.projections.image, lesson.picture_rows, lesson.n_rows)
        sounds = _in_rows(told.sounds, self.projections.sound, lesson.recording_rows, lesson.n_rows)
        embedded = embed_packed(self.network, lesson.packed, images, sounds)
        logits = predict_answers(self.network, lesson.packed, embedded)
        loss, weight = answer_loss(logits, lesson.packed)
        right = torch.cat((told.judged.is_right, exact_matches(logits, lesson.packed)))
        return Judged(loss + WORD_WEIGHT * told.judged.loss, weight, right)


def _in_rows(bags: Tensor | None, table: Tensor, rows: Tensor, n_rows: int) -> Tensor | None:
    """The embeddings of bags (B, slots, words) in the rows that they are of, 0 in others: (n_rows, slots, width)."""
    if bags is None:
        return None
    embeddings = bags @ table
    return embeddings.new_zeros(n_rows, *embeddings.shape[1:]).index_copy(0, rows, embeddings)


def _matrices_of_blocks(pupil: Pupil) -> frozenset[str]:
    return frozenset(name for name, value in pupil.learning().items() if ".block" in name and value.ndim == 2)
