"""Lessons of the refiner: drawn pictures, in which a finder that learns no more finds what it does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Self

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from build.nano.eyes.detector import N_CANDIDATES, N_LOOKS
from build.nano.eyes.lessons import Draw
from build.nano.eyes.losses import generalised_iou
from build.nano.eyes.network import Finder
from build.nano.eyes.peaks import choose, overlap
from build.nano.eyes.refiner import Refiner
from build.nano.eyes.views import INPUT_PX
from build.nano.queries import pick
from build.training.pupil import Judged, Pupil, Share

JITTER = 0.05  # standard deviation of what is added to each edge, of the box's side: a finder knows its own lessons
LEAST_OVERLAP = 0.3  # of a find with the object that it is taken to be of
LEAST_IOU = 0.5  # of a box that is right
MOST_THINGS = 16
_BOX_WEIGHT = 2.0


class Truths(NamedTuple):
    """Pictures (B, 3, h, w) and the boxes of what is in them, (B, MOST_THINGS, 4) in 0..1, 0 behind the last one."""

    pixels: Tensor
    boxes: Tensor

    @property
    def kinds(self) -> Sequence[str]:
        """None: there are no answers."""
        return ()

    def to(self, device: torch.device) -> Self:
        """The same on a device."""
        return type(self)(self.pixels.to(device), self.boxes.to(device))


class Scenes:
    """An endless stream of drawn pictures; the same for the same seed, whatever the machine.

    Args:
        draw: draws one.
        batch_size: pictures a step.
        seed: of all that is drawn.
    """

    n_validation = 0

    def __init__(self, draw: Draw, batch_size: int, seed: int) -> None:
        self._draw, self._batch_size, self._seed = draw, batch_size, seed

    def lesson(self, step: int, share: Share) -> Truths:
        """A share of a step's pictures."""
        seeds = [[self._seed, step, number] for number in share.take(range(self._batch_size))]
        pairs = [self._draw(np.random.default_rng(seed), INPUT_PX) for seed in seeds]
        boxes = np.zeros((len(pairs), MOST_THINGS, 4), np.float32)
        for row, (_, drawn) in zip(boxes, pairs, strict=True):
            row[: len(drawn.boxes)] = drawn.boxes
        return Truths(torch.from_numpy(np.stack([pixels for pixels, _ in pairs])), torch.from_numpy(boxes))

    def validation(self, number: int, share: Share) -> Truths:
        """There is none: every picture is new."""
        raise NotImplementedError


class RefinerPupil(Pupil):
    """The refiner in training, on a frozen finder.

    Attributes:
        refiner: what learns.
    """

    def __init__(self, finder: Finder, refiner: Refiner) -> None:
        super().__init__()
        self._finder, self.refiner = finder.eval().requires_grad_(False), refiner

    def matrices(self) -> frozenset[str]:
        """All kernels."""
        return frozenset(name for name, parameter in self.learning().items() if parameter.ndim == 4)

    def judge(self, lesson: Truths) -> Judged:
        """Looks again at what the finder finds; the loss, of shape (), is summed over the looks."""
        found, logits = self._find(lesson.pixels)
        shared = _pairs(found, lesson.boxes)
        best, which = shared.max(-1)
        wanted, is_near = pick(lesson.boxes, which), best >= LEAST_OVERLAP
        boxes, sure = self.refiner(lesson.pixels, found, logits)
        iou = overlap(torch.stack((boxes.detach(), wanted), 2).flatten(0, 1))[:, 0, 1].view_as(best)
        is_right = (is_near & (iou >= LEAST_IOU)).float()
        loss = F.binary_cross_entropy_with_logits(sure, is_right, reduction="sum")
        if is_near.any():
            loss = loss + _BOX_WEIGHT * edge_loss(boxes[is_near], wanted[is_near])
        return Judged(loss, torch.tensor(float(best.numel())), torch.zeros(0, dtype=torch.bool))

    @torch.no_grad()
    def _find(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        """Boxes (B, N_LOOKS, 4) as the finder tells them, but for some jitter, and their logits (B, N_LOOKS)."""
        _, boxes, middles = self._finder(pixels)
        surest = choose(middles, boxes, N_LOOKS, N_CANDIDATES)
        found = pick(boxes, surest.chosen)
        sides = (found[..., 2:] - found[..., :2]).repeat(1, 1, 2)
        return found + sides * JITTER * torch.randn_like(found), surest.logit


def edge_loss(boxes: Tensor, wanted: Tensor) -> Tensor:
    """1 - GIoU, and how far the edges are off in shares of the longer side; summed over boxes (n, 4)."""
    longer = (wanted[:, 2:] - wanted[:, :2]).amax(1, keepdim=True).clamp(min=1e-3)
    return (1 - generalised_iou(boxes, wanted)).sum() + ((boxes - wanted).abs() / longer).sum()


def _pairs(found: Tensor, wanted: Tensor) -> Tensor:
    """Intersection over union of each of boxes (B, n, 4) with each of (B, m, 4): (B, n, m)."""
    n = found.shape[1]
    return overlap(torch.cat((found, wanted), 1))[:, :n, n:]
