"""Pictures of the world as the eyes' networks take them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bubo_desktop.engine.imaging import Fit, Picture, network_input
from bubo_desktop.packs.manifest import PixelInput
from build.nano.eyes.targets import Drawn
from build.world.facts import COLOURS, NATURAL, Vocabulary
from build.world.painter import Painting
from build.world.pictures import Pictures

INPUT_PX = 224
_LARGER_SHARE, _LARGER = 0.25, (1.2, 2.5)  # of pictures that come from larger ones, and how much larger


def pixel_input(side_px: int) -> PixelInput:
    """The eyes' input, square with so many pixels a side; what pads a picture is 0 after normalisation."""
    return PixelInput(side_px, side_px, "letterbox", mean=(0.5, 0.5, 0.5), std=(0.25, 0.25, 0.25))


class Views:
    """Draws random views of the world; a `Draw` of the eyes' lessons."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._pictures = Pictures.of(vocabulary)
        self._label_index = {label: index for index, label in enumerate(vocabulary.labels)}

    def __call__(self, rng: np.random.Generator, side_px: int) -> tuple[NDArray[np.float32], Drawn]:
        """Returns a picture (3, side_px, side_px) in its frame, and what is in it."""
        larger = rng.uniform(*_LARGER) if rng.random() < _LARGER_SHARE else 1.0
        return self.frame(self._pictures.draw(rng, round(larger * side_px)), side_px)

    def frame(self, painting: Painting, side_px: int) -> tuple[NDArray[np.float32], Drawn]:
        """Puts a painting into an input (3, side_px, side_px), as the engine does."""
        height_px, width_px = painting.rgb.shape[:2]
        pixels = pixel_input(side_px)
        boxes = Fit.of(width_px, height_px, pixels).to_network(painting.boxes_px).astype(np.float32)
        labels = np.array([self._label_index[thing.label] for thing in painting.objects], np.int64)
        colours = np.array([_colour_index(thing.colour) for thing in painting.objects], np.int64)
        return network_input(Picture.from_array(painting.rgb), pixels)[0], Drawn(labels, colours, boxes)


def _colour_index(colour: str) -> int:
    return -1 if colour == NATURAL else COLOURS.index(colour)
