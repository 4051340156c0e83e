"""Segmenting: which pixels belong to the object in a box."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bubo_desktop.data import BoxXyxyPx
from bubo_desktop.engine.abilities import Maps
from bubo_desktop.engine.cancellation import Cancellation
from bubo_desktop.engine.cropping import crops, paste
from bubo_desktop.engine.imaging import Picture
from bubo_desktop.engine.regions import tighten_box
from bubo_desktop.engine.shapes import check_shapes
from bubo_desktop.engine.shelf import Shelf
from bubo_desktop.packs.manifest import CropSegmenter


class Segmenter:
    """The pack's `CropSegmenter`. Raises what `Shelf.session` raises."""

    def __init__(self, part: CropSegmenter, shelf: Shelf) -> None:
        self._part = part
        self.session = shelf.session(part.file, ["crops"], ["mask_logits"])

    def see(self, _picture: Picture, _cancellation: Cancellation | None = None) -> Maps:
        """Returns nothing: each crop is looked at by itself."""
        return {}

    def masks(
        self,
        picture: Picture,
        boxes: Sequence[BoxXyxyPx],
        cancellation: Cancellation | None = None,
        _maps: Maps | None = None,
    ) -> list[NDArray[np.bool_]]:
        """Returns a mask, bool [height, width] of the picture, for each box in picture pixels, all in one batch.

        Raises what `Session.run` raises.
        """
        if not boxes:
            return []
        corners = np.array(boxes, np.float64)
        found = self.session.run(cancellation, crops=crops(picture, corners, self._part))
        check_shapes(self._part.file, found, mask_logits=(len(boxes), self._part.size, self._part.size))
        pairs = zip(found["mask_logits"], corners, strict=True)
        return [paste(grid, box, self._part.margin, picture) for grid, box in pairs]

    def refine(self, box: BoxXyxyPx, mask: NDArray[np.bool_]) -> BoxXyxyPx:
        """Returns `tighten_box` of a box and its mask [height, width] where the pack says so, else the box."""
        return tighten_box(box, mask) if self._part.refines_boxes else box
