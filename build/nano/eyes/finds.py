"""What a finder that learns no more finds in drawn pictures: the boxes that the namer will be asked about."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from bubo_desktop.geometry import box_iou
from build.nano.eyes.close_ups import Framed, frame_roughly
from build.nano.eyes.detector import N_LOOKS
from build.nano.eyes.network import Finder
from build.nano.eyes.peaks import choose
from build.nano.eyes.targets import Drawn
from build.nano.queries import pick

_LEAST_LOGIT = -6.0  # of a find that is worth a look
_SAME, _OTHER = 0.4, 0.25  # a find that overlaps a thing as much is of it; one that overlaps all less is of none


class FinderFrames:
    """Frames what a finder finds, beside the things themselves; a `Frame` of the namer's lessons.

    What is neither clearly of a thing nor clearly of none teaches nothing, and is left out.

    Args:
        finder: finds.
    """

    def __init__(self, finder: Finder) -> None:
        self._finder = finder.eval().requires_grad_(False)

    def __call__(self, rng: np.random.Generator, pixels: NDArray[np.float32], drawn: Drawn) -> Framed:
        """pixels: (3, side, side) -> the boxes of finds, then those of `frame_roughly`."""
        _, boxes, middles = self._finder(torch.from_numpy(pixels.copy())[None])
        surest = choose(middles, boxes, N_LOOKS)
        found: NDArray[np.float32] = pick(boxes, surest.chosen)[0].numpy()
        shares = np.column_stack((box_iou(found, drawn.boxes), np.zeros(len(found))))
        best, things = shares.max(1), shares.argmax(1)
        is_clear = (surest.logit[0].numpy() >= _LEAST_LOGIT) & ((best >= _SAME) | (best < _OTHER))
        things = np.where(best >= _SAME, things, -1)
        rough = frame_roughly(rng, pixels, drawn)
        return Framed(np.concatenate((found[is_clear], rough.boxes)), np.concatenate((things[is_clear], rough.things)))
