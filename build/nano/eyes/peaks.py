"""From many boxes, of which several are round one object, to the few that are each round another."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from build.nano.queries import pick

N_CANDIDATES = 100  # the slopes of eight large objects do not fill so many places
SAME = 0.7  # boxes that overlap more than this are of one object
NEVER = -20.0  # is added to the logit of a box whose object has another
_N_ROUNDS = 6  # in which boxes give way to surer ones; chains of more are rare
_PADDED = 1e-3  # no channel of what pads a picture is further from 0


class Peaks(NamedTuple):
    """Where n objects may be, the surest first, in the picture without what pads it.

    Attributes:
        sureness: (B, n) in 0..1.
        box: (B, n, 4), x0, y0, x1, y1 in 0..1 of the picture.
        side: (B, n), the longer side of the box in 0..1 of the picture's longer side.
    """

    sureness: Tensor
    box: Tensor
    side: Tensor


class Surest(NamedTuple):
    """Which n boxes were chosen, the surest first: `chosen` int64 (B, n), `logit` (B, n), low once none are left."""

    chosen: Tensor
    logit: Tensor


def choose(logits: Tensor, boxes: Tensor, n: int) -> Surest:
    """Chooses the `n` surest boxes of which no two are the same.

    A box gives way to a surer one that is the same and does not give way itself. That no other middle is near would not
    do instead: what lies in the middle of something larger has its own middle beside the other's.

    Args:
        logits: (B, m) of a box being an object's.
        boxes: (B, m, 4), x0, y0, x1, y1.
        n: how many, of N_CANDIDATES at most.
    """
    logit, index = logits.topk(N_CANDIDATES)
    is_surer = torch.ones(N_CANDIDATES, N_CANDIDATES, device=boxes.device).tril(-1)
    rivals = (overlap(pick(boxes, index)) > SAME).float() * is_surer
    stays = torch.ones_like(logit)
    for _ in range(_N_ROUNDS):
        stays = 1 - (rivals * stays[:, None]).amax(-1)
    logit, chosen = (logit + NEVER * (1 - stays)).topk(n)
    return Surest(index.gather(1, chosen), logit)


def in_picture(logits: Tensor, boxes: Tensor, pixels: Tensor) -> Peaks:
    """Boxes (B, n, 4) in 0..1 of the padded input (B, 3, h, w), with logits (B, n), as the picture itself has them."""
    start, size, longer = picture_extent(pixels)
    box = (boxes - start.repeat(1, 2)[:, None]) / size.repeat(1, 2)[:, None]
    side = ((box[..., 2:] - box[..., :2]) * (size / longer)[:, None]).amax(-1)
    return Peaks(torch.sigmoid(logits), box, side)


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
