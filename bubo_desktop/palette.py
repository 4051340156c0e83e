"""How objects look wherever they are shown: the same object always in the same colour and pattern."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Rgb = tuple[int, int, int]
Pattern = Literal["plain", "rising", "dotted", "falling", "level"]

# Told apart by colour-blind eyes too; black is left out, because it is no colour on a dark picture or screen.
# Source: Okabe and Ito, Color Universal Design, jfly.uni-koeln.de/color.
OKABE_ITO: tuple[Rgb, ...] = (
    (230, 159, 0), (86, 180, 233), (0, 158, 115), (240, 228, 66), (0, 114, 178), (213, 94, 0), (204, 121, 167),
)  # fmt: skip
PATTERNS: tuple[Pattern, ...] = ("plain", "rising", "dotted", "falling", "level")
BLACK: Rgb = (0, 0, 0)
WHITE: Rgb = (255, 255, 255)


@dataclass(frozen=True, slots=True)
class Look:
    """The colour and pattern of an object, and the colour in which text on it can be read."""

    colour: Rgb
    pattern: Pattern
    ink: Rgb

    @property
    def casing(self) -> Rgb:
        """What sets the colour off from any background."""
        return BLACK if self.ink == BLACK else WHITE


def look_of(object_id: int) -> Look:
    """The look of an object by its id; 35 ids in a row look different."""
    colour = OKABE_ITO[object_id % len(OKABE_ITO)]
    return Look(colour, PATTERNS[object_id % len(PATTERNS)], BLACK if _luminance(colour) > 0.18 else WHITE)


def looks_of(labels: Sequence[str]) -> tuple[Look, ...]:
    """The looks of the events of a recording, by their labels: those that sound alike look alike."""
    known = list(dict.fromkeys(labels))
    return tuple(look_of(known.index(label)) for label in labels)


def _luminance(colour: Rgb) -> float:
    """Relative luminance, 0..1; from 0.18 on, black text has the better contrast.

    Source: WCAG 2.2, definition of relative luminance.
    """
    red, green, blue = ((value / 255) ** 2.2 for value in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
