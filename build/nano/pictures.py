"""Drawn pictures as the eyes' networks take them: pixels in the input frame, and where everything is."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

import numpy as np
from numpy.typing import NDArray

from bubo_desktop.engine.imaging import Fit, Picture, network_input
from bubo_desktop.geometry import box_iou
from bubo_desktop.packs.manifest import PixelInput
from build.nano.facts import GRID, Placed
from build.nano.networks import INPUT_PX
from build.nano.painter import Painting, paint, side_unit
from build.nano.scenes import random_scene

PIXELS = PixelInput(INPUT_PX, INPUT_PX, "letterbox", mean=(0.5, 0.5, 0.5), std=(0.25, 0.25, 0.25))
ASPECTS = (1.0, 1.0, 1.0, 1.0, 4 / 3, 3 / 4, 16 / 9, 9 / 16, 2.0, 0.5, 4.0, 0.25)
EMPTY_SHARE = 0.12  # of pictures without any object, from which the eyes learn what to leave unnamed
MAX_OVERLAP = 0.15  # intersection over union, as in square scenes


@dataclass(frozen=True, slots=True)
class Framed:
    """A painting in the input frame: `pixels` float32 (3, 128, 128), `boxes` float32 (objects, 4) as x0, y0, x1, y1
    in 0..1 of the frame, in the order of `objects` (whose own boxes are relative to the picture).
    """

    pixels: NDArray[np.float32]
    objects: tuple[Placed, ...]
    boxes: NDArray[np.float32]

    def cells(self) -> list[int]:
        """The query cell, in reading order, that holds each object's centre in the frame."""
        columns_rows = np.minimum((self.boxes[:, :2] + self.boxes[:, 2:]) / 2 * GRID, GRID - 1).astype(int)
        return [int(row * GRID + column) for column, row in columns_rows]


def in_reading_order(framed: Framed) -> tuple[list[int], tuple[Placed, ...]]:
    """Returns the objects sorted by their query cells, and those cells."""
    pairs = sorted(zip(framed.cells(), framed.objects, strict=True), key=lambda pair: pair[0])
    return [cell for cell, _ in pairs], tuple(thing for _, thing in pairs)


def picture_size(aspect: float, longer_px: int) -> tuple[int, int]:
    """Returns width and height of a picture of that aspect (width / height) whose longer side is `longer_px`."""
    return (longer_px, round(longer_px / aspect)) if aspect >= 1 else (round(longer_px * aspect), longer_px)


def draw_painting(rng: np.random.Generator, longer_px: int, objects: tuple[Placed, ...] | None = None) -> Painting:
    """Draws a random picture (of `objects`, where given), its longer side `longer_px`.

    Its aspect is random; it becomes a square where objects would cover each other.
    """
    if objects is None:
        scene = random_scene(Random(int(rng.integers(2**62))), picture=True)
        objects = () if rng.random() < EMPTY_SHARE else scene.objects or ()
    size = picture_size(ASPECTS[rng.integers(len(ASPECTS))], longer_px)
    return paint(objects, *((longer_px, longer_px) if is_crowded(objects, *size) else size), rng)


def is_crowded(objects: tuple[Placed, ...], width_px: int, height_px: int) -> bool:
    """Whether two objects would overlap by more than MAX_OVERLAP in a picture of that size."""
    centres = np.array([thing.centre for thing in objects]).reshape(-1, 2) * (width_px, height_px)
    sides = np.array([thing.box[2] - thing.box[0] for thing in objects]) * side_unit(width_px, height_px)
    sides = np.minimum(sides, min(width_px, height_px))[:, None]
    half = np.hstack((sides, sides)) / 2
    centres = np.clip(centres, half, (width_px, height_px) - half)
    iou = box_iou(np.hstack((centres - half, centres + half)), np.hstack((centres - half, centres + half)))
    return bool((np.triu(iou, 1) > MAX_OVERLAP).any())


def draw_framed(rng: np.random.Generator, objects: tuple[Placed, ...] | None = None) -> Framed:
    """Draws a random picture into the input frame, now and then from twice its size."""
    return frame(draw_painting(rng, INPUT_PX * (2 if rng.random() < 0.2 else 1), objects))


def frame(painting: Painting) -> Framed:
    """Puts a painting into the input frame, as the engine does."""
    height_px, width_px = painting.rgb.shape[:2]
    pixels = network_input(Picture.from_array(painting.rgb), PIXELS)[0]
    boxes = Fit.of(width_px, height_px, PIXELS).to_network(painting.boxes_px)
    return Framed(pixels, painting.objects, boxes)
