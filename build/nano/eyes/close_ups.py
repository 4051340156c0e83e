"""Lessons of the namer: drawn things in boxes that are not exact, and boxes in which there is nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, Self

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from bubo_desktop.geometry import box_iou
from build.nano.eyes.lessons import Draw
from build.nano.eyes.namer import Namer, crop
from build.nano.eyes.targets import Drawn
from build.nano.eyes.views import INPUT_PX
from build.training.pupil import Judged, Pupil, Share

_JITTER = 0.07  # standard deviation of each edge of a box, of the box's side
_N_LOOKS = 2  # at each thing, each with a box of its own: drawing takes longer than looking
_N_NOTHING = 1  # boxes in a picture in which there is nothing
_NOTHING_SIDES = (0.1, 0.5)
_NOTHING_OVERLAP = 0.2  # with any thing, at most
_TRIES = 10
_WEIGHTS = {"which": 1.0, "each": 0.5, "colour": 1.0}


class CloseUps(NamedTuple):
    """Crops (n, 4, side, side) with labels and colours, int64 (n,): -1 where there is none, or a natural colour."""

    crops: Tensor
    labels: Tensor
    colours: Tensor
    kinds: Sequence[str]

    def to(self, device: torch.device) -> Self:
        """The same on a device."""
        tensors = (self.crops.to(device), self.labels.to(device), self.colours.to(device))
        return type(self)(*tensors, self.kinds)


class Framed(NamedTuple):
    """Boxes float32 (n, 4), x0, y0, x1, y1 in 0..1 of the input, and the thing in each, int64 (n,), -1 for nothing."""

    boxes: NDArray[np.float32]
    things: NDArray[np.int64]


Frame = Callable[[np.random.Generator, NDArray[np.float32], Drawn], Framed]
"""Random numbers, an input (3, side, side) and what is drawn in it -> the boxes to look at."""


class Stills:
    """An endless stream of close-ups from drawn pictures; the same for the same seed, whatever the machine.

    Args:
        draw: draws a picture.
        frame: chooses the boxes in it.
        n_pictures: a step.
        n_validation: batches of pictures that are never learnt from.
        seed: of all that is drawn.
    """

    def __init__(self, draw: Draw, frame: Frame, n_pictures: int, n_validation: int, seed: int) -> None:
        self._draw, self._frame = draw, frame
        self._n_pictures, self.n_validation, self._seed = n_pictures, n_validation, seed

    def lesson(self, step: int, share: Share) -> CloseUps:
        """A share of a step's close-ups."""
        return self._lesson((self._seed, 0, step), share)

    def validation(self, number: int, share: Share) -> CloseUps:
        """A share of a batch of pictures that no step draws."""
        return self._lesson((self._seed, 1, number), share)

    def _lesson(self, seed: tuple[int, ...], share: Share) -> CloseUps:
        parts = [self._close_ups(np.random.default_rng([*seed, k])) for k in share.take(range(self._n_pictures))]
        labels = torch.cat([part.labels for part in parts])
        kinds = ["thing" if label >= 0 else "nothing" for label in labels.tolist()]
        return CloseUps(
            torch.cat([part.crops for part in parts]), labels, torch.cat([part.colours for part in parts]), kinds
        )

    def _close_ups(self, rng: np.random.Generator) -> CloseUps:
        pixels, drawn = self._draw(rng, INPUT_PX)
        boxes, things = self._frame(rng, pixels, drawn)
        labels, colours = (torch.from_numpy(np.append(it, -1)[things]) for it in (drawn.labels, drawn.colours))
        crops = crop(torch.from_numpy(pixels.copy())[None], torch.from_numpy(boxes)[None])
        return CloseUps(crops, labels, colours, ())


def frame_roughly(rng: np.random.Generator, _: NDArray[np.float32], drawn: Drawn) -> Framed:
    """Each thing twice, in boxes (n, 4) with edges a little beside its own; and a box in which there is nothing."""
    sides = np.tile(drawn.boxes[:, 2:] - drawn.boxes[:, :2], 2)
    looks = [drawn.boxes + sides * np.clip(rng.normal(0, _JITTER, sides.shape), -0.2, 0.2) for _ in range(_N_LOOKS)]
    empty = _boxes_of_nothing(rng, drawn)
    things = np.concatenate((np.tile(np.arange(len(drawn.boxes)), _N_LOOKS), np.full(len(empty), -1)))
    return Framed(np.concatenate((*looks, empty)).astype(np.float32), things)


class NamerPupil(Pupil):
    """The namer in training.

    Attributes:
        namer: what learns.
    """

    def __init__(self, namer: Namer) -> None:
        super().__init__()
        self.namer = namer

    def matrices(self) -> frozenset[str]:
        """All kernels."""
        return frozenset(name for name, parameter in self.named_parameters() if parameter.ndim == 4)

    def judge(self, lesson: CloseUps) -> Judged:
        """Names a lesson's close-ups; the loss, of shape (), is summed over them. Right is the right label, or none."""
        named = self.namer(lesson.crops)
        labels, colours, known = named.labels.float(), named.colours.float(), lesson.labels >= 0
        parts = {
            "which": F.cross_entropy(labels[known], lesson.labels[known], reduction="sum"),
            "each": _each(labels, lesson.labels),
            "colour": _each(colours[known], lesson.colours[known]),
        }
        loss = sum((_WEIGHTS[name] * part for name, part in parts.items()), labels.new_zeros(()))
        said = torch.where(labels.amax(1) > 0, labels.argmax(1), -1)
        return Judged(loss, torch.tensor(float(len(labels))), said == lesson.labels)


def _each(logits: Tensor, wanted: Tensor) -> Tensor:
    """Cross-entropy of each label or colour for itself, summed; logits (n, labels), wanted (n,), -1 for none."""
    right = F.one_hot(wanted.clamp(min=0), logits.shape[1]).float() * (wanted >= 0)[:, None]
    return F.binary_cross_entropy_with_logits(logits, right, reduction="sum")


def _boxes_of_nothing(rng: np.random.Generator, drawn: Drawn) -> NDArray[np.float64]:
    """Boxes (n, 4) that hold nothing that has a name, or hardly any of it."""
    boxes = []
    for _ in range(_TRIES):
        sides = rng.uniform(*_NOTHING_SIDES) * rng.uniform(0.6, 1, 2)
        start = rng.uniform(0, 1 - sides)
        box = np.concatenate((start, start + sides))
        if not len(drawn.boxes) or box_iou(box[None], drawn.boxes).max() < _NOTHING_OVERLAP:
            boxes.append(box)
        if len(boxes) == _N_NOTHING:
            break
    return np.array(boxes).reshape(-1, 4)
