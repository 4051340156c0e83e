"""Nano's eyes: what they find, they look at close up and name."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor, nn

from build.nano.eyes.namer import Named, Namer, crop
from build.nano.eyes.network import Finder
from build.nano.eyes.peaks import Peaks, find_peaks
from build.nano.queries import pick

N_LOOKS = 12  # close-ups of a picture, a few more than there can be things


class Found(NamedTuple):
    """What was found in B pictures in n places, the surest first.

    Attributes:
        fine: the finder's map (B, WIDTH, h / STRIDE, w / STRIDE).
        peaks: the places.
        boxes: (B, n, 4), x0, y0, x1, y1 in 0..1 of the input.
        middles: logits (B, n) of whether something has its middle there.
        named: what is there, as tensors (B, n, ...).
    """

    fine: Tensor
    peaks: Peaks
    boxes: Tensor
    middles: Tensor
    named: Named


class Detector(nn.Module):
    """A finder, and the namer of what it finds; both learn by themselves.

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
        peaks = find_peaks(middles, boxes, pixels, n)
        there = pick(boxes, peaks.place)
        named = self.namer(crop(pixels, there))
        in_pictures = Named(*(part.unflatten(0, (-1, n)) for part in named))
        return Found(fine, peaks, there, middles.gather(1, peaks.place), in_pictures)
