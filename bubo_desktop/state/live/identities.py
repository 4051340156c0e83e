"""Objects keep their numbers from one look to the next, so that their colours and words stay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import count
from typing import NamedTuple

import numpy as np

from bubo_desktop.data import BoxXyxyPx, Thing
from bubo_desktop.geometry import box_iou

MIN_OVERLAP = 0.3  # intersection over union: between two looks a thing moves, and is followed
REMEMBERED_S = 2.0  # a thing that a few looks have missed is still the same


class _Known(NamedTuple):
    label: str
    box_xyxy_px: BoxXyxyPx
    seen_s: float


class Identities:
    """Remembers what was there lately."""

    def __init__(self) -> None:
        self._known: dict[int, _Known] = {}

    def follow(self, places: Mapping[int, BoxXyxyPx]) -> None:
        """Known objects are here now."""
        for number, box in places.items():
            if number in self._known:
                self._known[number] = self._known[number]._replace(box_xyxy_px=box)

    def number(self, things: Sequence[Thing], now_s: float) -> tuple[int, ...]:
        """The number of each: the one it had, where something so called was about here, else the smallest free one."""
        self._known = {n: known for n, known in self._known.items() if now_s - known.seen_s <= REMEMBERED_S}
        numbers = self._recognise(things)
        free = (n for n in count(1) if n not in self._known)
        ordered = tuple(numbers[place] if place in numbers else next(free) for place in range(len(things)))
        for number, thing in zip(ordered, things, strict=True):
            self._known[number] = _Known(thing.label, thing.box_xyxy_px, now_s)
        return ordered

    def _recognise(self, things: Sequence[Thing]) -> dict[int, int]:
        """Known numbers by places in `things`: those that overlap most first, each once."""
        if not (things and self._known):
            return {}
        overlaps = box_iou(
            _boxes([it.box_xyxy_px for it in things]), _boxes([it.box_xyxy_px for it in self._known.values()])
        )
        pairs = sorted(
            ((overlaps[place, column], place, number)
             for place, thing in enumerate(things)
             for column, (number, known) in enumerate(self._known.items())
             if known.label == thing.label and overlaps[place, column] >= MIN_OVERLAP),
            reverse=True,
        )  # fmt: skip
        recognised: dict[int, int] = {}
        for _, place, number in pairs:
            if place not in recognised and number not in recognised.values():
                recognised[place] = number
        return recognised


def _boxes(boxes_xyxy_px: Sequence[BoxXyxyPx]) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return np.array(boxes_xyxy_px, np.float64)
