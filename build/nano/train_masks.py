"""Trains nano's masks on crops round the objects of pictures that are drawn as they are needed.

    ACCELERATE_MIXED_PRECISION=bf16 python -m build.nano.train_masks --out out/nano2/masks --steps 7000

A run that was stopped goes on with the same command. Without the variable it computes in float32, which takes three
times as long on a CPU with BF16.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch

from build.nano.eyes.views import INPUT_PX
from build.nano.masks.lessons import Cuttings, Draw, MasksPupil
from build.nano.masks.network import PART, MaskNetwork
from build.training.loop import Plan, Run, open_accelerator
from build.training.schedule import Schedule
from build.world.facts import read_vocabulary
from build.world.painter import Painting
from build.world.pictures import Pictures

LONGER_PX = (160, 512)  # of half of the pictures; the others are as large as what the eyes see
PEAK_RATE, LAST_RATE = 2e-3, 1e-5
N_VALIDATION = 8


def drawer(pictures: Pictures) -> Draw:
    """Draws pictures of all sizes with their masks."""

    def draw(rng: np.random.Generator) -> Painting:
        longer_px = INPUT_PX if rng.random() < 0.5 else int(rng.integers(*LONGER_PX))
        return pictures.draw(rng, longer_px, masks=True)

    return draw


def plan(n_steps: int, batch_size: int, seed: int, look_every: int = 250) -> Plan:
    """How to learn in so many steps; each `look_every` of them are validated and saved."""
    schedule = Schedule(
        n_epochs=1, steps_per_epoch=n_steps, peak_rate=PEAK_RATE, last_rate=LAST_RATE, n_warm_up_steps=n_steps // 50,
        weight_decay=0.02, max_norm=5.0,
    )  # fmt: skip
    return Plan(
        schedule=schedule, seed=seed, batch_size=batch_size, log_every=50, validate_every=look_every,
        save_every=look_every,
    )  # fmt: skip


def main() -> None:
    """Reads the command line and trains."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("out/nano2/masks"))
    parser.add_argument("--steps", type=int, default=7000)
    parser.add_argument("--batch", type=int, default=4, help="times 16 crops a step")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1, help="CPU threads for torch")
    parser.add_argument("--workers", type=int, default=0, help="processes that draw; 0 draws between the steps")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    pupil = MasksPupil(MaskNetwork())
    draw = drawer(Pictures.of(read_vocabulary()))
    stream = Cuttings(draw, PART, options.batch, N_VALIDATION, options.seed)
    learning = plan(options.steps, options.batch, options.seed)
    Run(open_accelerator(), pupil, stream, learning, options.out, repr(learning), options.workers).learn()


if __name__ == "__main__":
    main()
