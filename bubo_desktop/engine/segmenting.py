"""Segmenting: which pixels belong to the object in a box."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bubo_desktop.data import BoxXyxyPx
from bubo_desktop.engine.cancellation import Cancellation
from bubo_desktop.engine.cropping import crops, paste
from bubo_desktop.engine.imaging import Picture
from bubo_desktop.engine.sessions import Session
from bubo_desktop.geometry import box_iou, mask_bounds
from bubo_desktop.packs.manifest import CropSegmenter

_AGREEMENT_IOU = 0.5  # below it the mask shows something else than the box


class Segmenter:
    """The pack's `CropSegmenter`. Raises what `Session` raises."""

    def __init__(self, part: CropSegmenter, folder: Path, n_threads: int) -> None:
        self._part = part
        self.session = Session(folder / part.file, n_threads, ["crops"], ["mask_logits"])

    def masks(
        self, picture: Picture, boxes: Sequence[BoxXyxyPx], cancellation: Cancellation | None = None
    ) -> list[NDArray[np.bool_]]:
        """Returns a mask, bool [height, width] of the picture, for each box in picture pixels, all in one batch.

        Raises what `Session.run` raises.
        """
        if not boxes:
            return []
        corners = np.array(boxes, np.float64)
        logits = self.session.run(cancellation, crops=crops(picture, corners, self._part))["mask_logits"]
        return [paste(grid, box, self._part.margin, picture) for grid, box in zip(logits, corners, strict=True)]

    def refine(self, box: BoxXyxyPx, mask: NDArray[np.bool_]) -> BoxXyxyPx:
        """Returns the tight box of a mask [height, width] where the pack says so and it agrees with `box`, else `box`.

        A mask is as sharp as the picture; a box found in the network's small input is not.
        """
        bounds = mask_bounds(mask) if self._part.refines_boxes else None
        if bounds is None or box_iou(np.array([bounds]), np.array([box]))[0, 0] < _AGREEMENT_IOU:
            return box
        return bounds
