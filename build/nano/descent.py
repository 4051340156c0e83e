"""Gradient descent as nano's eyes and Q-Formers are trained: AdamW under one cycle of the learning rate."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn


@dataclass(frozen=True, slots=True)
class Cycle:
    """How to descend; the rate climbs to `peak_rate` and falls along cosines.

    Attributes:
        peak_rate: the highest learning rate.
        warm_up: part of the steps (0..1) during which it climbs, from a 25th of the peak.
        final_division: it ends at a 25th of the peak divided by this.
        weight_decay: AdamW's, per step and unit of learning rate.
        max_norm: longer gradients of the whole network are shortened to this length.
    """

    peak_rate: float
    warm_up: float
    final_division: float = 1e4
    weight_decay: float = 0.01
    max_norm: float = math.inf


class Descent:
    """Trains `network` for `n_steps` steps.

    Source: Smith and Topin, Super-Convergence, 2017 (one cycle); Loshchilov and Hutter, Decoupled Weight Decay
    Regularization, 2019, algorithm 2 (AdamW).
    """

    def __init__(self, network: nn.Module, n_steps: int, cycle: Cycle) -> None:
        self.network, self.max_norm = network, cycle.max_norm
        self.optimiser = torch.optim.AdamW(network.parameters(), weight_decay=cycle.weight_decay)
        self.schedule = torch.optim.lr_scheduler.OneCycleLR(
            self.optimiser,
            cycle.peak_rate,
            total_steps=n_steps,
            pct_start=cycle.warm_up,
            final_div_factor=cycle.final_division,
        )

    def step(self, loss: Tensor) -> None:
        """Goes one step down the gradient of `loss`, a scalar of shape ()."""
        self.optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), self.max_norm)
        self.optimiser.step()
        self.schedule.step()
