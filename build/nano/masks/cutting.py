"""Crops round the objects of drawn pictures, each with the part of the object that can be seen in it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from bubo_desktop.engine.cropping import crops, grow
from bubo_desktop.engine.imaging import Picture
from bubo_desktop.geometry import box_iou
from bubo_desktop.packs.manifest import CropSegmenter
from build.world.painter import Mask, Painting

MAX_SPREAD = 0.1  # of a box's sides: the largest standard deviation of its edges' errors
_FARTHEST = 2.0  # standard deviations
SMALL_PX = 50.0
"""An object is small whose longer side is shorter."""


class Cut(NamedTuple):
    """A crop (4, size, size), the share of each of its pixels that the object covers (size, size), and its kind."""

    crop: NDArray[np.float32]
    covered: NDArray[np.float32]
    kind: str


def cut_objects(painting: Painting, part: CropSegmenter, rng: np.random.Generator) -> Iterator[Cut]:
    """A crop of each object of a painting that has masks, round a box as a detector finds it."""
    assert painting.masks is not None
    boxes = disturb(painting.boxes_px, rng)
    inputs, regions = crops(Picture.from_array(painting.rgb), boxes, part), grow(boxes, part.margin)
    kinds = kinds_of(painting.boxes_px)
    for crop, mask, region, kind in zip(inputs, painting.masks, regions, kinds, strict=True):
        yield Cut(crop, coverage(mask, region, part.size), kind)


def coverage(mask: Mask, region: NDArray[np.float64], size: int) -> NDArray[np.float32]:
    """Resamples a part of a mask (h, w) to a square as the engine resamples the picture's.

    Args:
        mask: of the picture.
        region: x0, y0, x1, y1 in pixels; beyond the picture its edge goes on, for nobody asks what is there.
        size: of the square.

    Returns:
        The covered share of each pixel, (size, size), 0..1.
    """
    x0, y0, x1, y1 = math.floor(region[0]), math.floor(region[1]), math.ceil(region[2]), math.ceil(region[3])
    rows = np.arange(y0, y1).clip(0, mask.shape[0] - 1)
    columns = np.arange(x0, x1).clip(0, mask.shape[1] - 1)
    box = (region[0] - x0, region[1] - y0, region[2] - x0, region[3] - y0)
    pixels = Image.fromarray(mask[rows[:, None], columns].astype(np.float32))
    return np.asarray(pixels.resize((size, size), Image.Resampling.BILINEAR, box))


def disturb(boxes: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """Boxes (n, 4), x0, y0, x1, y1, with errors such as a detector makes: some it finds well, others roughly."""
    sides = np.tile(boxes[:, 2:] - boxes[:, :2], 2)
    spread = rng.uniform(0, MAX_SPREAD, (len(boxes), 1))
    return boxes + sides * spread * rng.standard_normal(boxes.shape).clip(-_FARTHEST, _FARTHEST)


def kinds_of(boxes: NDArray[np.float64]) -> list[str]:
    """Of each of a picture's boxes (n, 4) in pixels: whether it is small, and whether another one reaches into it."""
    is_small = (boxes[:, 2:] - boxes[:, :2]).max(1) < SMALL_PX
    is_crowded = (box_iou(boxes, boxes) > 0).sum(1) > 1
    pairs = zip(is_small, is_crowded, strict=True)
    return [f"{'small' if small else 'large'} {'crowded' if crowded else 'alone'}" for small, crowded in pairs]
