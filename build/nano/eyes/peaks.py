"""From what a detector says of every place to the few places where an object has its middle."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from build.nano.queries import pick

N_CANDIDATES = 100  # the slopes of eight large objects do not fill so many places
SAME = 0.6  # boxes of two places that overlap more than this are of one object
_PADDED = 1e-3  # no channel of what pads a picture is further from 0


class Peaks(NamedTuple):
    """The n places that are surest to be an object's middle, each of another object, the surest first.

    Attributes:
        place: int64 (B, n), their indices.
        sureness: (B, n) in 0..1.
        box: (B, n, 4), x0, y0, x1, y1 in 0..1 of the picture without what pads it.
        side: (B, n), the longer side of the box in 0..1 of the picture's longer side.
    """

    place: Tensor
    sureness: Tensor
    box: Tensor
    side: Tensor


def find_peaks(middles: Tensor, boxes: Tensor, pixels: Tensor, n: int) -> Peaks:
    """Chooses `n` places.

    A place is passed over where a surer one has the same box. Its neighbours alone would not do: what lies in the
    middle of something larger has its own middle beside the other's.

    Args:
        middles: logits (B, P) of whether an object has its middle in a place.
        boxes: (B, P, 4), x0, y0, x1, y1 in 0..1 of the network's input.
        pixels: (B, 3, h, w), the input, 0 where it is padded.
        n: how many.
    """
    sureness, place = torch.sigmoid(middles).topk(N_CANDIDATES)
    box = pick(boxes, place)
    is_surer = torch.ones(N_CANDIDATES, N_CANDIDATES, dtype=torch.bool, device=box.device).tril(-1)
    is_told = ((overlap(box) > SAME) & is_surer).any(-1)
    sureness, chosen = (sureness * ~is_told).topk(n)
    start, size, longer = picture_extent(pixels)
    box = (pick(box, chosen) - start.repeat(1, 2)[:, None]) / size.repeat(1, 2)[:, None]
    side = ((box[..., 2:] - box[..., :2]) * (size / longer)[:, None]).amax(-1)
    return Peaks(place.gather(1, chosen), sureness, box, side)


def shared_area(boxes: Tensor) -> Tensor:
    """The area that each of boxes (B, n, 4) has in common with each: (B, n, n)."""
    low = torch.maximum(boxes[:, :, None, :2], boxes[:, None, :, :2])
    high = torch.minimum(boxes[:, :, None, 2:], boxes[:, None, :, 2:])
    return (high - low).clamp(min=0).prod(-1)


def overlap(boxes: Tensor) -> Tensor:
    """Intersection over union of each of boxes (B, n, 4) with each: (B, n, n) in 0..1."""
    shared = shared_area(boxes)
    areas = (boxes[..., 2:] - boxes[..., :2]).prod(-1)
    return shared / (areas[:, :, None] + areas[:, None] - shared).clamp(min=1e-9)


def picture_extent(pixels: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Where the picture lies in a padded input (B, 3, h, w).

    Returns:
        Its first x and y (B, 2) and its width and height (B, 2), in 0..1 of the input, and the longer of these (B, 1).
    """
    is_picture = (pixels.abs() > _PADDED).any(1).float()
    spans = [_span(is_picture.amax(axis)) for axis in (1, 2)]
    start, end = (torch.stack([span[k] for span in spans], -1) for k in (0, 1))
    size = (end - start).clamp(min=1e-3)
    return start, size, size.amax(-1, keepdim=True)


def _span(line: Tensor) -> tuple[Tensor, Tensor]:
    """The first and the last 1 of lines (B, n) of 0 and 1, in 0..1: (B,) each; all of a line of zeros."""
    n = line.shape[1]
    line = torch.where(line.amax(1, keepdim=True) > 0, line, torch.ones_like(line))
    first = line.argmax(1) / n
    return first, 1 - line.flip(1).argmax(1) / n
