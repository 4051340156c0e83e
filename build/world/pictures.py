"""Random pictures of nano's world in all shapes and looks, or only such as leave no doubt about any answer."""

from __future__ import annotations

import numpy as np

from build.world.facts import Vocabulary
from build.world.painter import Painter, Painting
from build.world.placing import is_clear, place_objects
from build.world.scenes import random_labels

ASPECTS = (1.0, 1.0, 1.0, 1.0, 4 / 3, 3 / 4, 3 / 2, 2 / 3, 16 / 9, 9 / 16, 2.0, 0.5)  # width / height
_TRIES = 200


class Pictures:
    """Draws random pictures of a painter's vocabulary."""

    def __init__(self, painter: Painter) -> None:
        self._painter = painter

    @classmethod
    def of(cls, vocabulary: Vocabulary) -> Pictures:
        """Pictures by a painter of their own."""
        return cls(Painter(vocabulary))

    def draw(self, rng: np.random.Generator, longer_px: int, *, clear: bool = False, masks: bool = False) -> Painting:
        """Draws a random picture, its aspect one of ASPECTS.

        Args:
            rng: source of randomness.
            longer_px: its longer side.
            clear: whether nothing that questions are about may be borderline in it.
            masks: whether the painting has masks.
        """
        width_px, height_px = picture_size(ASPECTS[rng.integers(len(ASPECTS))], longer_px)
        labels = random_labels(rng, self._painter.vocabulary)
        for _ in range(_TRIES):
            objects = place_objects(labels, rng, self._painter.glyphs.own_colours, width_px / height_px, clear=clear)
            layers = self._painter.arrange(objects, width_px, height_px, rng)
            if not clear or is_clear([layer.thing for layer in layers]):
                break
        return self._painter.finish(layers, width_px, height_px, rng, masks=masks)


def picture_size(aspect: float, longer_px: int) -> tuple[int, int]:
    """Returns width and height of a picture of that aspect (width / height) whose longer side is `longer_px`."""
    return (longer_px, round(longer_px / aspect)) if aspect >= 1 else (round(longer_px * aspect), longer_px)
