"""Pairs that do not belong together: the picture of one caption with the sound of another."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import overload

from build.errors import BuildError
from build.training import wordings
from build.training.samples import Exchange, Sample, Samples

THEY_SEEM_UNRELATED = "They seem unrelated."
SHARE_SAID_UNASKED = 0.5
TRIES = 8
COMMON_SHARE = 0.1  # a word in more of the captions than this tells nothing of what a caption is about


class Unrelated(Sequence[Sample]):
    """Each picture with sounds that have nothing to do with it, and both captions to say.

    The answer begins by saying that they seem unrelated, always where that is asked and half of the time otherwise.
    Source: BuboGPT, section 3.2 of https://arxiv.org/abs/2307.08581, and `AudioImageNegDataset` in
        https://github.com/magic-research/bubogpt.

    The original takes any sound, and so calls a barking dog unrelated to the picture of a dog. Here a sound of the
    same video or class never comes with a picture, and of a few sounds drawn the one is taken whose caption shares
    the fewest words with the picture's.

    Args:
        pictures: samples of a picture and one caption.
        sounds: samples of a sound and one caption.
        seed: of the pairing: a sample is a function of the seed and its index.
        rounds: how many sounds each picture comes with.

    Raises:
        BuildError: there are no pictures or no sounds.
    """

    def __init__(self, pictures: Samples, sounds: Samples, seed: int, rounds: int = 1) -> None:
        if not pictures or not sounds:
            raise BuildError("Unrelated pairs need pictures with captions and sounds with captions.")
        self._pictures, self._sounds, self._seed, self._rounds = pictures, sounds, seed, rounds
        self._common_words = _find_common_words(sample.exchanges[0].answer for sample in (*pictures, *sounds))

    def __len__(self) -> int:
        return len(self._pictures) * self._rounds

    @overload
    def __getitem__(self, index: int) -> Sample: ...

    @overload
    def __getitem__(self, index: slice) -> list[Sample]: ...

    def __getitem__(self, index: int | slice) -> Sample | list[Sample]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        number = range(len(self))[index]
        draw = random.Random(f"{self._seed}:{number}")
        picture = self._pictures[number % len(self._pictures)]
        sound = self._draw_sound(picture, draw)
        question = draw.choice((*wordings.DO_THEY_BELONG, *wordings.PICTURE_AND_SOUND))
        is_said = question in wordings.DO_THEY_BELONG or draw.random() < SHARE_SAID_UNASKED
        captions = (picture.exchanges[0].answer, sound.exchanges[0].answer)
        answer = " ".join((THEY_SEEM_UNRELATED, *captions) if is_said else captions)
        return Sample("unrelated", (Exchange(question, answer),), picture.image, sound.sound)

    def _draw_sound(self, picture: Sample, draw: random.Random) -> Sample:
        """Raises BuildError: every sound is of the picture's own class."""
        first = draw.randrange(len(self._sounds))
        strange: list[Sample] = []
        for step in range(len(self._sounds)):
            sound = self._sounds[(first + step) % len(self._sounds)]
            if not _are_known_relatives(picture, sound):
                strange.append(sound)
            if len(strange) == TRIES:
                break
        if not strange:
            raise BuildError("There is a picture to which every sound is related.")
        return min(strange, key=lambda sound: self._count_shared_words(picture, sound))

    def _count_shared_words(self, picture: Sample, sound: Sample) -> int:
        shared = _split(picture.exchanges[0].answer) & _split(sound.exchanges[0].answer)
        return len(shared - self._common_words)


def _are_known_relatives(picture: Sample, sound: Sample) -> bool:
    has_one_class = picture.label is not None and picture.label == sound.label
    return has_one_class or not picture.identities.isdisjoint(sound.identities)


def _find_common_words(captions: Iterable[str]) -> frozenset[str]:
    words = [_split(caption) for caption in captions]
    counts = Counter(word for of_one in words for word in of_one)
    return frozenset(word for word, count in counts.items() if count > max(2, COMMON_SHARE * len(words)))


def _split(caption: str) -> frozenset[str]:
    """Its words in small letters, without a plural's s, and without those too short to name a thing."""
    return frozenset(word.removesuffix("s") for word in re.findall(r"[^\W\d_]{3,}", caption.lower()))
