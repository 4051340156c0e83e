"""A pupil and a stream as small as can be, with which the loop is proved.

Run as one of several processes, it learns twice: with the weights copied to each, and with the weights sharded.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from accelerate import Accelerator
from accelerate.optimizer import AcceleratedOptimizer
from torch import Tensor, nn
from torch.distributed.fsdp import fully_shard

from build.training.loop import Plan, Run, open_accelerator
from build.training.pupil import Judged, Pupil, Share
from build.training.schedule import Schedule

WIDTH = 4
KINDS = ("even", "odd")
PLAN = Plan(
    schedule=Schedule(n_epochs=1, steps_per_epoch=12, peak_rate=0.05, last_rate=0.01, n_warm_up_steps=3, max_norm=1.0),
    seed=0, batch_size=6, log_every=1, validate_every=6, save_every=4,
)  # fmt: skip


@dataclass
class Sums:
    """A lesson: `inputs` (n, WIDTH), `targets` (n,), and in how many parts each counts, `weights` (n,)."""

    kinds: tuple[str, ...]
    inputs: Tensor
    targets: Tensor
    weights: Tensor

    def to(self, device: torch.device) -> Sums:
        return Sums(self.kinds, *(t.to(device) for t in (self.inputs, self.targets, self.weights)))


class Adder(Pupil):
    """Learns to add: a frozen layer, one that learns, and one that only odd samples go through."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(1)
        self.frozen = nn.Linear(WIDTH, WIDTH).requires_grad_(False)
        self.learns, self.odd = nn.Linear(WIDTH, 1), nn.Linear(WIDTH, 1)

    def judge(self, lesson: Sums) -> Judged:
        values = self.frozen(lesson.inputs)
        found = self.learns(values)[:, 0]
        odd = torch.tensor([kind == "odd" for kind in lesson.kinds])
        if odd.any():
            found = found + odd * self.odd(values)[:, 0]
        loss = (lesson.weights * (found - lesson.targets) ** 2).sum()
        return Judged(loss, lesson.weights.sum(), (found - lesson.targets).abs() < 0.5)


class Additions:
    """Sums drawn by their number; `n_validation` batches of others."""

    n_validation = 2

    def lesson(self, step: int, share: Share) -> Sums:
        return self._draw(range(step * PLAN.batch_size, (step + 1) * PLAN.batch_size), share)

    def validation(self, number: int, share: Share) -> Sums:
        return self._draw(range(10_000 + number * 4, 10_004 + number * 4), share)

    def _draw(self, numbers: range, share: Share) -> Sums:
        mine = share.take(numbers)
        inputs = torch.stack([torch.randn(WIDTH, generator=torch.Generator().manual_seed(number)) for number in mine])
        weights = torch.tensor([1.0 + number % 3 for number in mine])
        return Sums(tuple(KINDS[number % 2] for number in mine), inputs, inputs.sum(1), weights)


class Sharding(Accelerator):
    """FSDP as accelerate sets it up, which it does on GPUs only."""

    def __init__(self) -> None:
        super().__init__(cpu=True)

    def prepare(self, pupil: Pupil, optimiser: torch.optim.Optimizer) -> tuple[Pupil, AcceleratedOptimizer]:
        names = {id(parameter): name for name, parameter in pupil.named_parameters()}
        groups = [{**group, "params": [names[id(p)] for p in group["params"]]} for group in optimiser.param_groups]
        fully_shard(pupil.frozen)
        fully_shard(pupil)
        sharded = dict(pupil.named_parameters())
        groups = [{**group, "params": [sharded[name] for name in group["params"]]} for group in groups]
        return pupil, AcceleratedOptimizer(torch.optim.AdamW(groups))


def learn(
    out: Path,
    settings: str = "toy",
    pupil: Pupil | None = None,
    stream: Additions | None = None,
    open_accelerator: Callable[[], Accelerator] = open_accelerator,
) -> dict[str, Tensor]:
    """Runs, or goes on."""
    return Run(open_accelerator(), pupil or Adder(), stream or Additions(), PLAN, out, settings).learn()


if __name__ == "__main__":
    torch.set_num_threads(1)
    for name, kind in {"copied": open_accelerator, "sharded": Sharding}.items():
        learned = learn(Path(sys.argv[1], name), open_accelerator=kind)
        if Accelerator().is_main_process:
            torch.save(learned, Path(sys.argv[1], name, "learned.pt"))
    Accelerator().wait_for_everyone()
    Accelerator().end_training()  # a process that ends with its group open may be aborted by the group's threads
