"""Moments of the world with the words for them, and conversations about them, as lessons for the Q-Formers."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from build.nano.alignment.moments import Moment
from build.nano.alignment.truth import (
    Heard,
    Seen,
    describe_pictures,
    describe_recordings,
    picture_kinds,
    recording_kinds,
)
from build.nano.ears.network import CLIP_S
from build.nano.eyes.reader import N_QUERIES
from build.nano.tongue.packing import Packed, Row, pack_rows
from build.training.pupil import Share
from build.world.facts import LANGUAGES, Vocabulary
from build.world.talk.conversations import converse
from build.world.talk.kinds import Exchange
from build.world.talk.slots import N_SOUND_SLOTS
from build.world.talk.tokenizer import Tokenizer, content_words

Draw = Callable[[np.random.Generator, float], Moment]
"""Random numbers, and how long a recording may be in seconds -> a moment."""
_LONG_S, _LONG_EVERY = 14.0, 4  # recordings of more than one clip come every so many steps
_FRESH = 2**40  # batches of the held-out part are numbered from here on


@dataclass(frozen=True, slots=True)
class Lesson:
    """A share of a batch.

    Attributes:
        pixels: (pictures, 3, side, side).
        seen: what is in them.
        mel: (recordings, clips, 1, n_mels, n_frames).
        heard: what is in them.
        kinds: of each word of each object, each recording, and each exchange.
        packed: conversations about all moments, None where nobody talks.
        picture_rows: int64 (pictures,), which moment each is of.
        recording_rows: int64 (recordings,), likewise.
        n_rows: moments.
    """

    pixels: Tensor
    seen: Seen
    mel: Tensor
    heard: Heard
    kinds: Sequence[str]
    packed: Packed | None
    picture_rows: Tensor
    recording_rows: Tensor
    n_rows: int

    def to(self, device: torch.device) -> Lesson:
        """The same on a device."""
        parts = ("pixels", "seen", "mel", "heard", "picture_rows", "recording_rows")
        moved = {name: getattr(self, name).to(device) for name in parts}
        return replace(self, packed=self.packed and self.packed.to(device), **moved)


@dataclass(frozen=True, slots=True)
class Course:
    """How lessons are made up.

    Attributes:
        n_moments: a step.
        n_chains: conversations about each, 0 while only words are learnt.
        max_turns: of a conversation.
        n_validation: batches of fresh moments.
    """

    n_moments: int
    n_chains: int
    max_turns: int = 4
    n_validation: int = 8


class Lessons:
    """An endless stream; the same for the same seed, whatever the machine.

    Args:
        draw: draws what is talked about.
        vocabulary: all that there is a word for.
        tokenizer: of both languages; None while nobody talks.
        course: how lessons are made up.
        seed: of all that is drawn.
    """

    def __init__(
        self, draw: Draw, vocabulary: Vocabulary, tokenizer: Tokenizer | None, course: Course, seed: int
    ) -> None:
        self._draw, self._vocabulary, self._tokenizer = draw, vocabulary, tokenizer
        self._course, self._seed = course, seed

    @property
    def n_validation(self) -> int:
        """Batches of fresh moments; every other one is worded as training never is."""
        return self._course.n_validation

    def lesson(self, step: int, share: Share) -> Lesson:
        """A share of a step's moments."""
        return self._make(step, share, held_out=False)

    def validation(self, number: int, share: Share) -> Lesson:
        """A share of a batch of fresh moments."""
        return self._make(_FRESH + number, share, held_out=number % 2 == 1)

    def _make(self, step: int, share: Share, *, held_out: bool) -> Lesson:
        longest_s = _LONG_S if step % _LONG_EVERY == _LONG_EVERY - 1 else CLIP_S
        numbers = share.take(range(self._course.n_moments))
        rngs = [np.random.default_rng((self._seed, step, number)) for number in numbers]
        moments = [self._draw(rng, longest_s) for rng in rngs]
        rows = [self._talk_about(moment, rng, held_out=held_out) for moment, rng in zip(moments, rngs, strict=True)]
        exchanges = [exchange for row in rows for exchange in chain.from_iterable(row.chains)]
        pictures = {k: it.scene.objects for k, it in enumerate(moments) if it.scene.objects is not None}
        recordings = {k: it.scene.sounds for k, it in enumerate(moments) if it.scene.sounds is not None}
        truth = [*picture_kinds(pictures.values()), *recording_kinds(recordings.values())]
        return Lesson(
            pixels=_stack([moment.pixels for moment in moments]),
            seen=describe_pictures(list(pictures.values()), self._vocabulary),
            mel=_stack([moment.mel for moment in moments]),
            heard=describe_recordings(list(recordings.values()), self._vocabulary),
            kinds=[*truth, *_kinds_of_talk(exchanges, held_out=held_out)],
            packed=pack_rows(self._tokenizer, rows, self._content) if self._tokenizer else None,
            picture_rows=torch.tensor([*pictures]).long(),
            recording_rows=torch.tensor([*recordings]).long(),
            n_rows=len(moments),
        )

    @cached_property
    def _content(self) -> frozenset[int]:
        assert self._tokenizer is not None
        return frozenset(self._tokenizer.word_id(word) for word in content_words(self._vocabulary))

    def _talk_about(self, moment: Moment, rng: np.random.Generator, *, held_out: bool) -> Row:
        chance = random.Random(int(rng.integers(2**62)))
        chains = tuple(
            converse(
                moment.scene, chance, chance.choice(LANGUAGES), self._vocabulary,
                chance.randint(1, self._course.max_turns), held_out=held_out,
            )
            for _ in range(self._course.n_chains)
        )  # fmt: skip
        queries = N_QUERIES * (moment.pixels is not None), N_SOUND_SLOTS * (moment.mel is not None)
        return Row(*queries, chains)


def _stack(arrays: Sequence[NDArray[np.float32] | None]) -> Tensor:
    there = [array for array in arrays if array is not None]
    return torch.from_numpy(np.stack(there)) if there else torch.zeros(0)


def _kinds_of_talk(exchanges: Sequence[Exchange], *, held_out: bool) -> Sequence[str]:
    return [f"{exchange.kind} reworded" if held_out else exchange.kind for exchange in exchanges]
