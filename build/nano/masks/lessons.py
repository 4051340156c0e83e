"""Crops round the boxes of drawn pictures as lessons, and the mask network as the pupil that learns from them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple, Self

import numpy as np
import torch
from torch import Tensor, nn

from bubo_desktop.packs.manifest import CropSegmenter
from build.nano.masks.cutting import Cut, cut_objects
from build.nano.masks.losses import mask_iou, mask_losses
from build.training.pupil import Judged, Pupil, Share
from build.world.painter import Painting

Draw = Callable[[np.random.Generator], Painting]
"""Random numbers -> a picture with its masks."""
N_TOGETHER = 16  # crops of a sample: those of a few pictures, each of which is drawn once for all its objects
GOOD_IOU = 0.9
_FIRST_VALIDATION = 2**40  # samples of the held-out part are numbered from here on


class Crops(NamedTuple):
    """Crops (B, 4, size, size), the share of each pixel that the object covers (B, size, size), and their kinds."""

    inputs: Tensor
    covered: Tensor
    kinds: Sequence[str]

    def to(self, device: torch.device) -> Self:
        """The same on a device."""
        return type(self)(self.inputs.to(device), self.covered.to(device), self.kinds)


class Cuttings:
    """An endless stream of crops of drawn pictures; the same for the same seed, whatever the machine.

    Args:
        draw: draws a picture.
        part: the crops' size and margin.
        batch_size: samples a step, of N_TOGETHER crops each.
        n_validation: batches of the held-out part.
        seed: of all that is drawn.
    """

    def __init__(self, draw: Draw, part: CropSegmenter, batch_size: int, n_validation: int, seed: int) -> None:
        self._draw, self._part, self._batch_size, self._seed = draw, part, batch_size, seed
        self.n_validation = n_validation

    def lesson(self, step: int, share: Share) -> Crops:
        """A share of a step's crops."""
        first = step * self._batch_size
        cuts = [
            cut
            for number in share.take(range(first, first + self._batch_size))
            for cut in islice(self._cut(np.random.default_rng([self._seed, number])), N_TOGETHER)
        ]
        inputs, covered, kinds = zip(*cuts, strict=True)
        return Crops(torch.from_numpy(np.stack(inputs)), torch.from_numpy(np.stack(covered)), kinds)

    def validation(self, number: int, share: Share) -> Crops:
        """A share of a batch of crops that are never learnt from."""
        return self.lesson(_FIRST_VALIDATION + number, share)

    def _cut(self, rng: np.random.Generator) -> Iterator[Cut]:
        while True:
            yield from cut_objects(self._draw(rng), self._part, rng)


class MasksPupil(Pupil):
    """The mask network in training; an answer is right whose mask overlaps the true one well.

    Attributes:
        network: what learns.
    """

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def judge(self, lesson: Crops) -> Judged:
        """Looks at a lesson's crops; the loss, of shape (), is summed over them."""
        self.network.train(torch.is_grad_enabled())  # what is only looked at changes no statistics
        logits = self.network(lesson.inputs).float()
        is_right = mask_iou(logits > 0, lesson.covered > 0.5) >= GOOD_IOU
        return Judged(mask_losses(logits, lesson.covered).sum(), torch.tensor(float(len(logits))), is_right)
