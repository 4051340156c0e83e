"""Nano's eyes: what they find, they look at close up and name."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor, nn

from build.nano.eyes.namer import Named, Namer, crop
from build.nano.eyes.network import Finder
from build.nano.eyes.peaks import Peaks, choose, in_picture
from build.nano.queries import pick

N_LOOKS = 12  # close-ups of a picture, a few more than there can be things


class Found(NamedTuple):
    """What was found in B pictures: n finds, the surest first.

    Attributes:
        fine: the finder's map (B, WIDTH, h / STRIDE, w / STRIDE).
        there: the map (B, n, WIDTH) where the finds have their middles.
        boxes: (B, n, 4), x0, y0, x1, y1 in 0..1 of the input.
        middles: logits (B, n) of there being something.
        peaks: the same in the picture's own frame.
        named: what is there, as tensors (B, n, ...).
    """

    fine: Tensor
    there: Tensor
    boxes: Tensor
    middles: Tensor
    peaks: Peaks
    named: Named


class Detector(nn.Module):
    """A finder, and the namer of what it finds, which learns after it.

    Args:
        n_labels, n_colours: how many there are.
    """

    def __init__(self, n_labels: int, n_colours: int) -> None:
        super().__init__()
        self.finder = Finder()
        self.namer = Namer(n_labels, n_colours)

    def forward(self, pixels: Tensor, n: int = N_LOOKS) -> Found:
        """pixels: (B, 3, h, w) -> the `n` surest finds."""
        fine, boxes, middles = self.finder(pixels)
        surest = choose(middles, boxes, n)
        boxes = pick(boxes, surest.chosen)
        there = pick(fine.flatten(2).transpose(1, 2), surest.chosen)
        named = self.namer(crop(pixels, boxes))
        in_pictures = Named(*(part.unflatten(0, (-1, n)) for part in named))
        return Found(fine, there, boxes, surest.logit, in_picture(surest.logit, boxes, pixels), in_pictures)
