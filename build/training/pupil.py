"""What the training loop asks of a network that learns, and of the samples it learns from: nothing else is known to it.

A batch is all that one step learns from, whatever the machine; processes and gradient accumulation divide it among
them as shares. A sample's place in the run follows from the step alone, so that a resumed run needs no history.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol, Self, TypeVar

import torch
from torch import Tensor, nn

Item = TypeVar("Item")


class Share(NamedTuple):
    """One of `of` shares into which a batch is divided."""

    number: int
    of: int

    def take(self, batch: Sequence[Item]) -> Sequence[Item]:
        """This share of a batch."""
        return batch[self.number :: self.of]


class Lesson(Protocol):
    """A share of a batch, ready for the network."""

    @property
    def kinds(self) -> Sequence[str]:
        """Of each sample: what it teaches."""
        ...

    def to(self, device: torch.device) -> Self:
        """The same with its tensors on a device."""
        ...


class Stream(Protocol):
    """Where lessons come from; the same step gives the same ones at any time, in any process."""

    @property
    def n_validation(self) -> int:
        """Batches of the held-out part; 0 where nothing is held out."""
        ...

    def lesson(self, step: int, share: Share) -> Lesson:
        """A share of a step's batch."""
        ...

    def validation(self, number: int, share: Share) -> Lesson:
        """A share of a batch of the held-out part."""
        ...


class Judged(NamedTuple):
    """What a pupil made of a lesson. Sums, not means, so that shares of different sizes count as they should.

    Attributes:
        loss: float (), summed over what it counts.
        weight: float (), how much that is, such as the number of answer tokens.
        is_right: bool (n_samples,), whether each answer was right to the last token.
    """

    loss: Tensor
    weight: Tensor
    is_right: Tensor


class Pupil(nn.Module, ABC):
    """A network some of whose parameters learn: those that require gradients. All others are frozen."""

    @abstractmethod
    def judge(self, lesson: Any) -> Judged:
        """Answers a lesson of its own kind; the loss is a scalar of shape ()."""

    def learning(self) -> dict[str, nn.Parameter]:
        """The parameters that learn, by name."""
        return {name: parameter for name, parameter in self.named_parameters() if parameter.requires_grad}

    def matrices(self) -> frozenset[str]:
        """The names of those learning parameters that are matrices, or kernels, of hidden layers: for Muon."""
        return frozenset()

    def forward(self, lesson: Any) -> Judged:
        """Judges a lesson; the loss, of shape (), gives every learning parameter a gradient.

        It is zero where the lesson has nothing to do with the parameter, such as a share without sounds: processes
        that exchange gradients must all have the same ones.
        """
        judged = self.judge(lesson)
        idle = sum((parameter.sum() for parameter in self.learning().values()), torch.zeros_like(judged.loss))
        return judged._replace(loss=judged.loss + 0.0 * idle)
