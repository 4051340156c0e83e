"""What each place of a drawn picture should say.

Boxes are assigned by centre sampling, not Hungarian matching: every place in the middle of a box learns that box. Where
the middle itself is, a bell round it tells: its summit is one place, so that an object is counted once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from build.nano.eyes.network import place_centres

MIDDLE = 0.56  # places within this middle part of a box, each way, learn it
BELL = 0.12  # of a box's sides: the bell's standard deviation
MIN_BELL = 0.5  # of a place
_SLOPE = 0.99  # the most that a place beside the summit can be


class Targets(NamedTuple):
    """For each place of B pictures.

    Attributes:
        known: bool (B, P), whether it is inside of something.
        box: float32 (B, P, 4), x0, y0, x1, y1 in 0..1 of the picture, 0 where it is inside of nothing.
        middle: float32 (B, P) in 0..1: 1 where an object has its middle, less round it.
    """

    known: Tensor
    box: Tensor
    middle: Tensor


class Drawn(NamedTuple):
    """The objects of one drawn picture: `labels` and `colours` int64 (n,), -1 for a natural colour; `boxes` float32
    (n, 4), x0, y0, x1, y1 of what can be seen, in 0..1.
    """

    labels: NDArray[np.int64]
    colours: NDArray[np.int64]
    boxes: NDArray[np.float32]


def assign(pictures: Sequence[Drawn], rows: int, columns: int) -> Targets:
    """The targets of pictures of so many rows and columns of places."""
    places: NDArray[np.float32] = place_centres(rows, columns).numpy()
    step = np.array([1 / columns, 1 / rows], np.float32)
    each = [_assign_one(picture, places, step) for picture in pictures]
    return Targets(*(torch.from_numpy(np.stack(column)) for column in zip(*each, strict=True)))


def _assign_one(picture: Drawn, places: NDArray[np.float32], step: NDArray[np.float32]) -> tuple[NDArray[Any], ...]:
    known, middle = np.zeros(len(places), np.bool_), np.zeros(len(places), np.float32)
    box = np.zeros((len(places), 4), np.float32)
    sides = picture.boxes[:, 2:] - picture.boxes[:, :2]
    for k in np.argsort(-sides.prod(1)):  # smaller boxes win
        offset = np.abs(places - (picture.boxes[k, :2] + picture.boxes[k, 2:]) / 2)
        inside = (offset <= sides[k] / 2 * MIDDLE).all(1)
        inside[offset.sum(1).argmin()] = True
        known[inside], box[inside] = True, picture.boxes[k]
        bell = np.exp(-0.5 * ((offset / np.maximum(sides[k] * BELL, MIN_BELL * step)) ** 2).sum(1))
        summit = bell.argmax()
        middle = np.maximum(middle, np.minimum(bell / bell[summit], _SLOPE))
        middle[summit] = 1
    return known, box, middle.astype(np.float32)
