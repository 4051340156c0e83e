"""How a stage descends: the learning rate from step to step, and the optimiser of what learns."""

from __future__ import annotations

import math
from typing import Annotated

import torch
from msgspec import Meta, Struct

from build.training.muon import Muon
from build.training.pupil import Pupil

Count = Annotated[int, Meta(ge=1)]
Rate = Annotated[float, Meta(ge=0)]


class Schedule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The learning rate climbs in a line from `first_rate`, then follows a cosine over the whole run to `last_rate`.

    The cosine counts from the run's first step, not from the end of the climb: there the rate steps down a little.

    Source: `LinearWarmupCosineLRScheduler` of LAVIS, github.com/salesforce/LAVIS, which BuboGPT trains by.

    Attributes:
        n_epochs, steps_per_epoch: the run's length; an epoch is so many steps, not a pass through the data.
        peak_rate: where the climb ends and the cosine begins.
        last_rate: where the cosine ends.
        first_rate: where the climb begins.
        n_warm_up_steps: the climb's length.
        weight_decay: AdamW's, of matrices alone.
        max_norm: longer gradients are shortened to this length; None leaves them.
        matrix_rate: Muon's peak rate for the matrices of a pupil's hidden layers; None trains them as all else.
    """

    n_epochs: Count
    steps_per_epoch: Count
    peak_rate: Rate
    last_rate: Rate
    first_rate: Rate = 1e-6
    n_warm_up_steps: Annotated[int, Meta(ge=0)] = 0
    weight_decay: Rate = 0.05
    max_norm: float | None = None
    matrix_rate: Rate | None = None

    @property
    def n_steps(self) -> int:
        """Steps of the whole run."""
        return self.n_epochs * self.steps_per_epoch

    def rate(self, step: int) -> float:
        """The learning rate of a step, counted from 0."""
        if step < self.n_warm_up_steps:
            return self.first_rate + (self.peak_rate - self.first_rate) * step / self.n_warm_up_steps
        height = (1 + math.cos(math.pi * step / self.n_steps)) / 2
        return self.last_rate + (self.peak_rate - self.last_rate) * height


def make_optimiser(pupil: Pupil, schedule: Schedule) -> torch.optim.Optimizer:
    """AdamW for what learns, whose weight decay leaves biases and norms alone, as in LAVIS; with Muon for matrices."""
    learning, matrices = pupil.learning(), pupil.matrices() if schedule.matrix_rate else frozenset()
    others = [parameter for name, parameter in learning.items() if name not in matrices]
    if schedule.matrix_rate and matrices:
        chosen = [learning[name] for name in sorted(matrices)]
        return Muon(chosen, others, schedule.peak_rate, schedule.matrix_rate, schedule.weight_decay)
    groups = [
        {"params": [p for p in others if p.ndim >= 2], "weight_decay": schedule.weight_decay},
        {"params": [p for p in others if p.ndim < 2], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW([group for group in groups if group["params"]], lr=schedule.first_rate)
