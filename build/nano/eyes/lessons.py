"""Drawn pictures as lessons for the eyes, and the finder as the pupil that learns from them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from build.nano.eyes.losses import finding_loss
from build.nano.eyes.network import STRIDE, Finder
from build.nano.eyes.targets import Drawn, Targets, assign
from build.training.pupil import Judged, Pupil, Share

Draw = Callable[[np.random.Generator, int], tuple[NDArray[np.float32], Drawn]]
"""Random numbers and the input's side in pixels -> a network's input (3, side, side), and what is drawn in it."""
N_SIZED = 4  # steps of one size before the next is drawn: kernels are prepared for each new one


class Sight(NamedTuple):
    """Pictures (B, 3, side, side) and what their places should say; nothing is asked in words."""

    pixels: Tensor
    targets: Targets

    @property
    def kinds(self) -> Sequence[str]:
        """None: there are no answers."""
        return ()

    def to(self, device: torch.device) -> Self:
        """The same on a device."""
        return type(self)(self.pixels.to(device), Targets(*(target.to(device) for target in self.targets)))


class Sights:
    """An endless stream of drawn pictures; the same for the same seed, whatever the machine.

    Args:
        draw: draws one.
        sides_px: sizes of the input, of which each few steps have another; one named twice comes twice as often.
        batch_size: pictures a step.
        seed: of all that is drawn.
    """

    n_validation = 0

    def __init__(self, draw: Draw, sides_px: Sequence[int], batch_size: int, seed: int) -> None:
        self._draw, self._sides_px, self._batch_size, self._seed = draw, sides_px, batch_size, seed

    def lesson(self, step: int, share: Share) -> Sight:
        """A share of a step's pictures."""
        side_px = int(np.random.default_rng([self._seed, step // N_SIZED]).choice(self._sides_px))
        pairs = [
            self._draw(np.random.default_rng([self._seed, step, number]), side_px)
            for number in share.take(range(self._batch_size))
        ]
        pixels = torch.from_numpy(np.stack([pixels for pixels, _ in pairs]))
        places = side_px // STRIDE
        return Sight(pixels, assign([drawn for _, drawn in pairs], places, places))

    def validation(self, number: int, share: Share) -> Sight:
        """There is none: every picture is new."""
        raise NotImplementedError


class FinderPupil(Pupil):
    """The finder in training.

    Attributes:
        finder: what learns.
    """

    def __init__(self, finder: Finder) -> None:
        super().__init__()
        self.finder = finder

    def matrices(self) -> frozenset[str]:
        """All kernels but those of the last layer."""
        names = {name for name, parameter in self.named_parameters() if parameter.ndim == 4}
        return frozenset(names - {"finder.frame.1.weight"})

    def judge(self, lesson: Sight) -> Judged:
        """Looks at a lesson's pictures; the loss, of shape (), is summed over them."""
        n_pictures = len(lesson.pixels)
        _, boxes, middles = self.finder(lesson.pixels)
        loss = finding_loss(boxes, middles, lesson.targets) * n_pictures
        return Judged(loss, torch.tensor(float(n_pictures)), torch.zeros(0, dtype=torch.bool))
