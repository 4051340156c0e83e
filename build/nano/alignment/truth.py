"""What is true of pictures and recordings, as the Q-Formers' words are held to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, Self

import torch
from torch import Tensor

from build.nano.alignment.words import GROUP_NAMES, HOLDER, image_groups
from build.world.facts import MAX_OBJECTS, Placed, Vocabulary
from build.world.facts import Heard as Sound
from build.world.talk.slots import N_SOUND_SLOTS, image_slots

NOTHING = -1
SAID = "said:"  # kinds of words begin with it


class Seen(NamedTuple):
    """The objects of B pictures from left to right, NOTHING behind the last of them.

    Attributes:
        boxes: float32 (B, n, 4), x0, y0, x1, y1 in 0..1 of the picture.
        words: int64 (B, n, groups), the word of each group.
        holder: int64 (B, n), the object that it is inside of; n where it is inside of none.
    """

    boxes: Tensor
    words: Tensor
    holder: Tensor

    def to(self, device: torch.device) -> Self:
        """The same on a device."""
        return type(self)(*(part.to(device) for part in self))


class Heard(NamedTuple):
    """The sounds of B recordings by their beginnings, NOTHING behind the last of them.

    Attributes:
        labels: int64 (B, slots).
        start_s: float32 (B, slots).
    """

    labels: Tensor
    start_s: Tensor

    def to(self, device: torch.device) -> Self:
        """The same on a device."""
        return type(self)(*(part.to(device) for part in self))


def describe_pictures(pictures: Sequence[Sequence[Placed]], vocabulary: Vocabulary) -> Seen:
    """What is in pictures, of which each has its objects from left to right."""
    groups = [{word: number for number, word in enumerate(group)} for group in image_groups(vocabulary)]
    boxes = torch.zeros(len(pictures), MAX_OBJECTS, 4)
    words = torch.full((len(pictures), MAX_OBJECTS, len(groups)), NOTHING)
    holder = torch.full((len(pictures), MAX_OBJECTS), MAX_OBJECTS)
    for picture, objects in enumerate(pictures):
        for number, (thing, said) in enumerate(zip(objects, image_slots(objects), strict=True)):
            boxes[picture, number] = torch.tensor(thing.box)
            pairs = zip(groups, said, strict=False)  # numbers stand behind the groups
            words[picture, number] = torch.tensor([group[word] for group, word in pairs])
            if said[-1].startswith(HOLDER):
                holder[picture, number] = int(said[-1].removeprefix(HOLDER))
    return Seen(boxes, words, holder)


def describe_recordings(recordings: Sequence[Sequence[Sound]], vocabulary: Vocabulary) -> Heard:
    """What is in recordings, of which each has its sounds by their beginnings."""
    labels = torch.full((len(recordings), N_SOUND_SLOTS), NOTHING)
    start_s = torch.zeros(len(recordings), N_SOUND_SLOTS)
    for recording, sounds in enumerate(recordings):
        for number, sound in enumerate(sounds):
            labels[recording, number] = vocabulary.sound_labels.index(sound.sound)
            start_s[recording, number] = sound.start_s
    return Heard(labels, start_s)


def picture_kinds(pictures: Iterable[Sequence[Placed]]) -> Iterator[str]:
    """The kind of each word of each object."""
    for objects in pictures:
        for _ in objects:
            yield from (f"{SAID} {name}" for name in (*GROUP_NAMES, "inside"))


def recording_kinds(recordings: Iterable[Sequence[Sound]]) -> Iterator[str]:
    """The kind of each recording."""
    yield from (f"{SAID} {len(sounds)} sounds" for sounds in recordings)
