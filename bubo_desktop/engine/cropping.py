"""Square crops round boxes for a mask network, and its masks back in the picture. Boxes are in picture pixels."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from bubo_desktop.engine.imaging import Picture
from bubo_desktop.packs.manifest import CropSegmenter

_MIDDLE_GREY = 128  # stands outside the picture while resampling, so that edges blend into the padding
_REDUCING_GAP = 3.0  # shrink large crops in two steps; Pillow calls 3.0 almost indistinguishable and it is 3x faster


def grow(boxes: NDArray[np.floating], margin: float) -> NDArray[np.float64]:
    """Grows boxes [n, 4] by `margin` of their width and height on each side; a box thinner than a pixel has one."""
    boxes = np.asarray(boxes, np.float64).reshape(-1, 4)
    centre, half = (boxes[:, :2] + boxes[:, 2:]) / 2, np.maximum(boxes[:, 2:] - boxes[:, :2], 1.0) / 2
    half = half * (1 + 2 * margin)
    return np.concatenate([centre - half, centre + half], axis=1)


def crops(picture: Picture, boxes: NDArray[np.floating], part: CropSegmenter) -> NDArray[np.float32]:
    """Returns the network's input for boxes [n, 4]: float32 [n, 4, size, size] as `CropSegmenter` says.

    Resampling is bilinear with antialiasing. Whether a crop's pixel lies in the box or in the picture is decided at
    its centre.
    """
    stack = np.empty((len(boxes), 4, part.size, part.size), np.float32)
    centres = (np.arange(part.size) + 0.5) / part.size
    inside = np.abs(centres - 0.5) <= 0.5 / (1 + 2 * part.margin)
    stack[:, 3] = inside[:, None] & inside
    for crop, (x0, y0, x1, y1) in zip(stack, grow(boxes, part.margin), strict=True):
        crop[:3] = ((_resampled(picture, (x0, y0, x1, y1), part.size) / 255 - 0.5) / 0.25).transpose(2, 0, 1)
        across, down = x0 + centres * (x1 - x0), y0 + centres * (y1 - y0)
        crop[:3, :, (across < 0) | (across > picture.width)] = 0
        crop[:3, (down < 0) | (down > picture.height)] = 0
    return stack


def _resampled(picture: Picture, region: tuple[float, float, float, float], size: int) -> NDArray[np.float32]:
    """Returns float32 [size, size, 3] in 0..255 of a region that may reach beyond the picture."""
    x0, y0, x1, y1 = math.floor(region[0]), math.floor(region[1]), math.ceil(region[2]), math.ceil(region[3])
    pixels = picture.rgb[max(y0, 0) : max(y1, 0), max(x0, 0) : max(x1, 0)]
    if pixels.shape[:2] != (y1 - y0, x1 - x0):
        canvas = np.full((y1 - y0, x1 - x0, 3), _MIDDLE_GREY, np.uint8)
        top, left = max(-y0, 0), max(-x0, 0)
        canvas[top : top + pixels.shape[0], left : left + pixels.shape[1]] = pixels
        pixels = canvas
    box = (region[0] - x0, region[1] - y0, region[2] - x0, region[3] - y0)
    square = Image.fromarray(pixels).resize((size, size), Image.Resampling.BILINEAR, box, _REDUCING_GAP)
    return np.asarray(square, np.float32)


def paste(logits: NDArray[np.float32], box: NDArray[np.floating], margin: float, picture: Picture) -> NDArray[np.bool_]:
    """Returns the mask, bool [height, width] of the picture, where the logits [size, size] of a crop are positive.

    The logits, not the mask, are resampled (bilinear): slanted edges stay smooth at the picture's resolution.
    """
    mask = np.zeros((picture.height, picture.width), bool)
    x0, y0, x1, y1 = grow(box, margin)[0]
    left, top = max(math.ceil(x0), 0), max(math.ceil(y0), 0)  # whole pixels only: the margin's edge is no object
    right, bottom = min(math.floor(x1), picture.width), min(math.floor(y1), picture.height)
    if left < right and top < bottom:
        across, down = logits.shape[1] / (x1 - x0), logits.shape[0] / (y1 - y0)
        seen = ((left - x0) * across, (top - y0) * down, (right - x0) * across, (bottom - y0) * down)
        seen = (*seen[:2], min(seen[2], logits.shape[1]), min(seen[3], logits.shape[0]))  # beyond it by rounding only
        rows = _nearest_inside(y0, y1, picture.height, len(logits))
        columns = _nearest_inside(x0, x1, picture.width, len(logits))
        grid = Image.fromarray(logits[rows[:, None], columns])
        grid = grid.resize((right - left, bottom - top), Image.Resampling.BILINEAR, seen)
        mask[top:bottom, left:right] = np.asarray(grid) > 0
    return mask


def _nearest_inside(begin: float, end: float, length: int, size: int) -> NDArray[np.intp]:
    """For each of a crop's pixels along an axis, the nearest one whose centre is in the picture (`length` pixels).

    What the network says of the padding does not then bend a mask that reaches the picture's edge.
    """
    per_pixel = size / (end - begin)
    first, last = math.ceil(-begin * per_pixel - 0.5), math.floor((length - begin) * per_pixel - 0.5)
    return np.clip(np.arange(size), min(max(first, 0), size - 1), max(min(last, size - 1), 0))
