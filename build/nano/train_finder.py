"""Trains the finder of nano's eyes, tagger and grounder, on pictures drawn as they are needed.

    python -m build.nano.train_finder --out out/nano2/finder_small --pictures 120000
    python -m build.nano.train_finder --out out/nano2/finder_large --begin out/nano2/finder_small --pictures 80000
    python -m build.nano.train_finder --out out/nano2/finder --begin out/nano2/finder_large --pictures 80000 --seed 3

The first run learns most from small pictures, which take a third of the time; the others go on from its weights with
pictures as large as those that the finder will see. A run that was stopped goes on with the same command. On a CPU with
BF16: `ACCELERATE_MIXED_PRECISION=bf16`.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

from build.nano.eyes.lessons import FinderPupil, Sights
from build.nano.eyes.network import Finder
from build.nano.eyes.views import INPUT_PX, Views
from build.nano.learnt import read_learnt
from build.training.loop import Plan, Run, open_accelerator
from build.training.schedule import Schedule
from build.world.facts import read_vocabulary

SMALL_SIDES_PX, SIDES_PX = (128, 128, 160, INPUT_PX), (160, INPUT_PX, INPUT_PX, INPUT_PX)  # without and with --begin
ADAM_RATE, MUON_RATE, LAST_RATE = 2e-3, 0.03, 1e-5
GENTLY = 0.3  # of these rates, for what has learnt already
SAVE_EVERY = 200


def plan(n_pictures: int, batch_size: int, seed: int, pace: float = 1.0) -> Plan:
    """How to learn from so many pictures, at `pace` times the usual rates."""
    n_steps = n_pictures // batch_size
    schedule = Schedule(
        n_epochs=1, steps_per_epoch=n_steps, peak_rate=pace * ADAM_RATE, last_rate=LAST_RATE,
        n_warm_up_steps=n_steps // 50, weight_decay=0.02, max_norm=10.0, matrix_rate=pace * MUON_RATE,
    )  # fmt: skip
    return Plan(schedule=schedule, seed=seed, batch_size=batch_size, log_every=50, save_every=SAVE_EVERY)


def main() -> None:
    """Reads the command line and trains."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("out/nano2/finder"))
    parser.add_argument("--begin", type=Path, help="the folder of a finished run, from whose weights to go on")
    parser.add_argument("--pictures", type=int, default=120_000, help="pictures to draw and learn from")
    parser.add_argument("--batch", type=int, default=32, help="pictures a step")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1, help="CPU threads for torch")
    parser.add_argument("--workers", type=int, default=0, help="processes that draw; 0 draws between the steps")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    pupil = FinderPupil(Finder())
    if options.begin:
        pupil.finder.load_state_dict(read_learnt(options.begin, "finder", "finder"))
    sides_px = SIDES_PX if options.begin else SMALL_SIDES_PX
    stream = Sights(Views(read_vocabulary()), sides_px, options.batch, options.seed)
    learning = plan(options.pictures, options.batch, options.seed, GENTLY if options.begin else 1.0)
    Run(open_accelerator(), pupil, stream, learning, options.out, repr(learning), options.workers).learn()


if __name__ == "__main__":
    main()
