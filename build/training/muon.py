"""Muon: matrices step in all directions alike, by which small networks learn many times sooner than by AdamW's steps.

Source: Jordan et al., "Muon: An optimizer for hidden layers in neural networks" (2024).
`torch.optim.Muon` takes matrices alone; here kernels of convolutions are matrices too, one row for each output.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

MOMENTUM = 0.95
BETAS, EPSILON = (0.9, 0.98), 1e-8
_COEFFICIENTS, _N_ITERATIONS = (3.4445, -4.7750, 2.0315), 5  # of the source's iteration


class Muon(Optimizer):
    """Muon for some parameters, AdamW for the others, in one optimiser; tensors of any shape.

    A group's `lr` is AdamW's; matrices step by `rate_ratio` times as much.

    Args:
        matrices: of two dimensions or more; the first one counts outputs.
        others: all else that learns.
        rate: AdamW's learning rate.
        matrix_rate: Muon's.
        weight_decay: of matrices, and of others with two dimensions or more.
    """

    def __init__(
        self,
        matrices: Iterable[nn.Parameter],
        others: Iterable[nn.Parameter],
        rate: float,
        matrix_rate: float,
        weight_decay: float,
    ) -> None:
        kept = list(others)
        groups: list[dict[str, Any]] = [
            {"params": list(matrices), "rate_ratio": matrix_rate / rate, "is_matrix": True},
            {"params": [p for p in kept if p.ndim >= 2], "is_matrix": False},
            {"params": [p for p in kept if p.ndim < 2], "is_matrix": False, "weight_decay": 0.0},
        ]
        defaults = {"lr": rate, "rate_ratio": 1.0, "weight_decay": weight_decay}
        super().__init__([group for group in groups if group["params"]], defaults)

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]  # noqa: ARG002 - none is ever given
        """One step down the gradients; a parameter without one stays."""
        for group in self.param_groups:
            rate = group["lr"] * group["rate_ratio"]
            step = _matrix_step if group["is_matrix"] else _adam_step
            for parameter in group["params"]:
                if parameter.grad is not None:
                    parameter.mul_(1 - rate * group["weight_decay"])
                    parameter.sub_(rate * step(parameter.grad, self.state[parameter]))


def _matrix_step(gradient: Tensor, state: dict[str, Any]) -> Tensor:
    if not state:
        state["momentum"] = torch.zeros_like(gradient)
    state["momentum"].lerp_(gradient, 1 - MOMENTUM)
    matrix = gradient.lerp(state["momentum"], MOMENTUM).flatten(1)  # Nesterov's
    rows, columns = matrix.shape
    return (orthogonal(matrix) * max(1.0, rows / columns) ** 0.5).view_as(gradient)


def _adam_step(gradient: Tensor, state: dict[str, Any]) -> Tensor:
    if not state:
        state["n_steps"] = torch.zeros(())
        state["mean"], state["square"] = torch.zeros_like(gradient), torch.zeros_like(gradient)
    state["n_steps"] += 1
    state["mean"].lerp_(gradient, 1 - BETAS[0])
    state["square"].lerp_(gradient.square(), 1 - BETAS[1])
    mean, square = (
        state[name] / (1 - beta ** state["n_steps"]) for name, beta in zip(("mean", "square"), BETAS, strict=True)
    )
    return mean / (square.sqrt() + EPSILON)


def orthogonal(matrix: Tensor) -> Tensor:
    """A matrix (rows, columns) with its singular vectors and singular values near 1; bfloat16 is fine enough."""
    a, b, c = _COEFFICIENTS
    is_tall = len(matrix) > matrix.shape[1]
    x = (matrix.T if is_tall else matrix).bfloat16()
    x = x / (x.norm() + 1e-7)
    for _ in range(_N_ITERATIONS):
        square = x @ x.T
        x = a * x + (b * square + c * square @ square) @ x
    return (x.T if is_tall else x).to(matrix.dtype)
