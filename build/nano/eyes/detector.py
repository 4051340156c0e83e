"""Nano's eyes: what they find, they look at close up to set its box right, and again to name it."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor, nn

from build.nano.eyes.namer import Named, Namer, crop
from build.nano.eyes.network import Finder
from build.nano.eyes.peaks import Peaks, choose, in_picture
from build.nano.eyes.refiner import Refiner
from build.nano.queries import pick

N_CANDIDATES = 100  # the slopes of eight large objects do not fill so many places
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
    """A finder, the refiner of its boxes, and the namer of what is in them; each learns by itself.

    Args:
        n_labels, n_colours: how many there are.
    """

    def __init__(self, n_labels: int, n_colours: int) -> None:
        super().__init__()
        self.finder = Finder()
        self.refiner = Refiner()
        self.namer = Namer(n_labels, n_colours)

    def forward(self, pixels: Tensor, n: int = N_LOOKS) -> Found:
        """pixels: (B, 3, h, w) -> the `n` surest finds."""
        fine, boxes, middles = self.finder(pixels)
        first = choose(middles, boxes, N_LOOKS, N_CANDIDATES)
        boxes, logits = self.refiner(pixels, pick(boxes, first.chosen), first.logit)
        second = choose(logits, boxes, n, N_LOOKS)
        boxes = pick(boxes, second.chosen)
        there = pick(fine.flatten(2).transpose(1, 2), first.chosen.gather(1, second.chosen))
        named = self.namer(crop(pixels, boxes))
        in_pictures = Named(*(part.unflatten(0, (-1, n)) for part in named))
        return Found(fine, there, boxes, second.logit, in_picture(second.logit, boxes, pixels), in_pictures)
