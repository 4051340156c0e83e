"""Inputs that show the quantiser which values to expect: fresh pictures, crops and recordings of the world."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain, islice
from typing import Self

import numpy as np

from bubo_desktop.engine.imaging import Picture, network_input
from build.nano.ears.export import clip_inputs
from build.nano.ears.recordings import draw_recordings
from build.nano.eyes.views import INPUT_PX, pixel_input
from build.nano.masks.cutting import cut_objects
from build.nano.masks.network import PART as SEGMENTER
from build.onnx_export import Inputs
from build.world.facts import Vocabulary
from build.world.pictures import Pictures

SEED = 201
PIXELS = pixel_input(INPUT_PX)


@dataclass(frozen=True, slots=True)
class Calibration:
    """As many inputs of each sort.

    Attributes:
        pictures: `pixel_values` (1, 3, INPUT_PX, INPUT_PX).
        crops: `crops` (1, 4, size, size).
        clips: `mel` (1, 1, 1, n_mels, n_frames): one clip of one recording.
    """

    pictures: tuple[Inputs, ...]
    crops: tuple[Inputs, ...]
    clips: tuple[Inputs, ...]

    @classmethod
    def draw(cls, vocabulary: Vocabulary, n: int) -> Self:
        """Draws `n` of each."""
        rng, drawn = np.random.default_rng(SEED), Pictures.of(vocabulary)
        paintings = [drawn.draw(rng, INPUT_PX, masks=True) for _ in range(n)]
        while not any(painting.objects for painting in paintings):
            paintings.append(drawn.draw(rng, INPUT_PX, masks=True))
        pictures = (network_input(Picture.from_array(painting.rgb), PIXELS) for painting in paintings)
        cuts = chain.from_iterable(cut_objects(painting, SEGMENTER, rng) for painting in paintings)
        clips = clip_inputs(draw_recordings(n, SEED, vocabulary.sound_labels))
        return cls(
            tuple({"pixel_values": pixels} for pixels in islice(pictures, n)),
            tuple({"crops": cut.crop[None]} for cut in islice(cuts, n)),
            tuple(clips[:n]),
        )
