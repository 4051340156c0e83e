"""Which object is at a point of a picture."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from functools import cached_property
from itertools import accumulate, chain

from bubo_desktop.data import Thing


class Regions:
    """The areas of objects, for questions by the pointer: answered from the run-lengths, without drawing a mask."""

    def __init__(self, things: Sequence[Thing]) -> None:
        self._regions = sorted((_Region(thing) for thing in things), key=lambda region: region.area_px)

    def at(self, x_px: float, y_px: float, tolerance_px: float) -> int | None:
        """The id of the smallest object there: by its mask, else by its box, else by its box grown by the tolerance.

        A tiny object would otherwise be hard to hit.
        """
        hits = chain(
            (region.id for region in self._regions if region.covers(x_px, y_px)),
            (region.id for region in self._regions if region.has_in_box(x_px, y_px, 0)),
            (region.id for region in self._regions if region.has_in_box(x_px, y_px, tolerance_px)),
        )
        return next(hits, None)


class _Region:
    """One object's box, and where the runs of its mask end, counted in pixels column by column."""

    def __init__(self, thing: Thing) -> None:
        self.id = thing.id
        self._box = thing.box_xyxy_px
        self._mask = thing.mask_rle

    @property
    def area_px(self) -> float:
        if self._mask:
            return sum(self._mask.counts[1::2])
        x0, y0, x1, y1 = self._box
        return (x1 - x0) * (y1 - y0)

    def covers(self, x_px: float, y_px: float) -> bool:
        if not self._mask:
            return False
        height, width = self._mask.size
        column, row = int(x_px // 1), int(y_px // 1)
        if not (0 <= column < width and 0 <= row < height):
            return False
        return bisect_right(self._ends, column * height + row) % 2 == 1

    def has_in_box(self, x_px: float, y_px: float, tolerance_px: float) -> bool:
        x0, y0, x1, y1 = self._box
        inside_x = x0 - tolerance_px <= x_px < x1 + tolerance_px
        return inside_x and y0 - tolerance_px <= y_px < y1 + tolerance_px

    @cached_property
    def _ends(self) -> list[int]:
        return list(accumulate(self._mask.counts)) if self._mask else []
