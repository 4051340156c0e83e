"""The facts of nano's world: what a scene holds, apart from how it is drawn, heard or talked about.

A `Scene` is the ground truth that the painter draws, the synthesiser plays and the dialogues talk about. Places and
lengths are in units of the picture's width and height (0..1), origin top left.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

import msgspec

HERE = Path(__file__).parent
Language = Literal["en", "es"]
LANGUAGES: tuple[Language, ...] = ("en", "es")
NATURAL = "natural"
COLOURS: tuple[str, ...] = ("red", "yellow", "green", "blue", "purple")
SIZES: tuple[str, ...] = ("small", "medium", "large")
SIZE_LIMITS = (0.2, 0.36)  # of the longer side: below the first an object is small, from the second on it is large
COLUMNS, ROWS = ("left", "center", "right"), ("top", "center", "bottom")
MAX_OBJECTS = 8
MAX_SOUNDS = 3


class ObjectWord(msgspec.Struct, frozen=True):
    """A kind of object: a line of `objects.toml`.

    Attributes:
        en, es: its name, one word in small letters, unlike all others; `en` is the label everywhere.
        gender: of the Spanish noun.
        glyph: the character that shows it.
        sounds: names in `sounds.toml` of the sounds it makes.
        plural_en, plural_es: where they are irregular.
    """

    en: str
    es: str
    gender: Literal["m", "f"]
    glyph: str
    sounds: tuple[str, ...] = ()
    plural_en: str = ""
    plural_es: str = ""


class SoundWord(msgspec.Struct, frozen=True):
    """A sound, a line of `sounds.toml`: `en`, its label, is `barking` of `a dog barking`; `es` is `ladrando`."""

    en: str
    es: str


@dataclass(frozen=True)
class Vocabulary:
    """All that there is a word for."""

    objects: tuple[ObjectWord, ...]
    sounds: tuple[SoundWord, ...]

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """The objects' English names, in their order."""
        return tuple(word.en for word in self.objects)

    @cached_property
    def sound_labels(self) -> tuple[str, ...]:
        """The sounds' English names, in their order."""
        return tuple(word.en for word in self.sounds)

    @cached_property
    def source_of(self) -> dict[str, str]:
        """Each sound's object; every sound has one."""
        return {sound: word.en for word in self.objects for sound in word.sounds}

    @cached_property
    def by_label(self) -> dict[str, ObjectWord]:
        """The objects by their English names."""
        return {word.en: word for word in self.objects}


def read_vocabulary(folder: Path = HERE) -> Vocabulary:
    """Reads `objects.toml` and `sounds.toml` of a folder."""
    objects = msgspec.toml.decode((folder / "objects.toml").read_bytes(), type=dict[str, tuple[ObjectWord, ...]])
    sounds = msgspec.toml.decode((folder / "sounds.toml").read_bytes(), type=dict[str, tuple[SoundWord, ...]])
    return Vocabulary(objects["object"], sounds["sound"])


@dataclass(frozen=True, slots=True)
class Placed:
    """An object in a picture.

    Attributes:
        label: its English name.
        colour: one of COLOURS, or NATURAL.
        box: x0, y0, x1, y1 of what can be seen of it, in 0..1 of the picture.
        side: its longer side, what is hidden of it too, in 0..1 of the picture's longer side; at most a fifth more
            than what can be seen.
    """

    label: str
    colour: str
    box: tuple[float, float, float, float]
    side: float

    @property
    def centre(self) -> tuple[float, float]:
        """x, y of the middle of what can be seen, in 0..1."""
        x0, y0, x1, y1 = self.box
        return (x0 + x1) / 2, (y0 + y1) / 2

    @property
    def size(self) -> str:
        """One of SIZES."""
        return SIZES[sum(self.side >= limit for limit in SIZE_LIMITS)]

    @property
    def place(self) -> tuple[str, str]:
        """The third of the picture's height, and of its width, that holds the centre: one of ROWS, one of COLUMNS."""
        x, y = self.centre
        return ROWS[min(int(y * 3), 2)], COLUMNS[min(int(x * 3), 2)]


@dataclass(frozen=True, slots=True)
class Heard:
    """A sound in a recording; `sound` is its English name."""

    sound: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Scene:
    """What is seen and heard.

    Attributes:
        objects: from left to right by their centres; None without a picture, empty where there is nothing to see.
        sounds: different ones, by when they begin; None without a recording, empty where it is silent.
    """

    objects: tuple[Placed, ...] | None
    sounds: tuple[Heard, ...] | None
