"""Trains the refiner of nano's eyes, tagger and grounder, on what a trained finder finds in drawn pictures.

    python -m build.nano.train_refiner --out out/nano2/refiner --pictures 60000

A run that was stopped goes on with the same command. On a CPU with BF16: `ACCELERATE_MIXED_PRECISION=bf16`.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

from build.nano.eyes.network import Finder
from build.nano.eyes.refiner import Refiner
from build.nano.eyes.second_looks import RefinerPupil, Scenes
from build.nano.eyes.views import Views
from build.nano.learnt import read_learnt
from build.training.loop import Plan, Run, open_accelerator
from build.training.schedule import Schedule
from build.world.facts import read_vocabulary

ADAM_RATE, MUON_RATE, LAST_RATE = 2e-3, 0.03, 1e-5


def plan(n_pictures: int, batch_size: int, seed: int) -> Plan:
    """How to learn from so many pictures."""
    n_steps = n_pictures // batch_size
    schedule = Schedule(
        n_epochs=1, steps_per_epoch=n_steps, peak_rate=ADAM_RATE, last_rate=LAST_RATE, n_warm_up_steps=n_steps // 50,
        weight_decay=0.02, max_norm=10.0, matrix_rate=MUON_RATE,
    )  # fmt: skip
    return Plan(schedule=schedule, seed=seed, batch_size=batch_size, log_every=50, save_every=200)


def main() -> None:
    """Reads the command line and trains."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("out/nano2/refiner"))
    parser.add_argument("--finder", type=Path, default=Path("out/nano2/finder"), help="the folder of its run")
    parser.add_argument("--pictures", type=int, default=60_000, help="pictures to draw and learn from")
    parser.add_argument("--batch", type=int, default=20, help="pictures a step")
    parser.add_argument("--seed", type=int, default=2, help="not that of the finder, which knows its lessons")
    parser.add_argument("--threads", type=int, default=1, help="CPU threads for torch")
    parser.add_argument("--workers", type=int, default=0, help="processes that draw; 0 draws between the steps")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    finder = Finder()
    finder.load_state_dict(read_learnt(options.finder, "finder"))
    pupil = RefinerPupil(finder, Refiner())
    stream = Scenes(Views(read_vocabulary()), options.batch, options.seed)
    learning = plan(options.pictures, options.batch, options.seed)
    Run(open_accelerator(), pupil, stream, learning, options.out, repr(learning), options.workers).learn()


if __name__ == "__main__":
    main()
