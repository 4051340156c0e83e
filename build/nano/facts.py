"""The facts of nano's world: what a scene holds, apart from how it is drawn, heard or talked about.

A `Scene` is the ground truth that the painter draws, the synthesiser plays and the dialogues talk about.
Positions are in units of the picture's width and height (0..1), origin top left.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec

from bubo_desktop.packs.manifest import Word

NANO_DIR = Path(__file__).parents[2] / "models" / "nano"
VOCABULARY: tuple[Word, ...] = msgspec.json.decode((NANO_DIR / "vocabulary.json").read_bytes(), type=tuple[Word, ...])
OBJECTS: tuple[str, ...] = tuple(word.label_en for word in VOCABULARY)
SOUND_SOURCES: dict[str, str] = {sound: word.label_en for word in VOCABULARY for sound in word.sounds}
SOUNDS: tuple[str, ...] = tuple(SOUND_SOURCES)
COLOURS: tuple[str, ...] = ("red", "yellow", "green", "blue", "purple")
NATURAL = "natural"
SIZES: tuple[str, ...] = ("small", "large")

GRID = 4  # the Q-Former's image queries look at GRID x GRID cells, in reading order
N_IMAGE_QUERIES = GRID * GRID
N_SOUND_QUERIES = 8  # sound number k of SOUNDS belongs to query k % N_SOUND_QUERIES
MAX_OBJECTS = 5
MAX_SOUNDS = 2


@dataclass(frozen=True, slots=True)
class Placed:
    """An object in a picture: `colour` is one of COLOURS or NATURAL, `box` is x0, y0, x1, y1 in 0..1."""

    label: str
    colour: str
    size: str
    box: tuple[float, float, float, float]

    @property
    def centre(self) -> tuple[float, float]:
        """x, y of the box's centre in 0..1."""
        x0, y0, x1, y1 = self.box
        return (x0 + x1) / 2, (y0 + y1) / 2

    @property
    def position(self) -> str:
        """The name of the ninth of the picture that holds the centre: `top left` ... `bottom right`."""
        x, y = self.centre
        column = ("left", "", "right")[min(int(x * 3), 2)]
        row = ("top", "", "bottom")[min(int(y * 3), 2)]
        return f"{row} {column}".strip() or "center"

    @property
    def words(self) -> list[str]:
        """All that an embedding of the object stands for: label, colour, size and position."""
        return [self.label, self.colour, self.size, *self.position.split()]

    @property
    def cell(self) -> int:
        """Index of the query cell (reading order) that holds the centre."""
        x, y = self.centre
        return min(int(y * GRID), GRID - 1) * GRID + min(int(x * GRID), GRID - 1)


@dataclass(frozen=True, slots=True)
class Scene:
    """What is seen and heard. `objects` is None where there is no picture, `sounds` None where there is no sound;
    both are empty where there is nothing to see, or silence. Objects stand in reading order of cells.
    """

    objects: tuple[Placed, ...] | None
    sounds: tuple[str, ...] | None


def image_slots(objects: tuple[Placed, ...]) -> list[list[str]]:
    """The words each of the `N_IMAGE_QUERIES` image embeddings stands for: label, colour, size and position."""
    slots: list[list[str]] = [[] for _ in range(N_IMAGE_QUERIES)]
    for thing in objects:
        slots[thing.cell] += thing.words
    return slots


def sound_slots(sounds: tuple[str, ...]) -> list[list[str]]:
    """The words each of the `N_SOUND_QUERIES` sound embeddings stands for: the source object and the sound."""
    slots: list[list[str]] = [[] for _ in range(N_SOUND_QUERIES)]
    for sound in sounds:
        slots[SOUNDS.index(sound) % N_SOUND_QUERIES] += [SOUND_SOURCES[sound], sound]
    return slots
