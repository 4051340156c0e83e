"""Trains the namer of nano's eyes, tagger and grounder, on close-ups of pictures drawn as they are needed.

    python -m build.nano.train_namer --out out/nano2/namer_rough --pictures 120000
    python -m build.nano.train_namer --out out/nano2/namer --begin out/nano2/namer_rough --pictures 50000 --seed 2

The first run learns from boxes a little beside the true ones; the second goes on from its weights with what a trained
finder finds. A run that was stopped goes on with the same command. On a CPU with BF16:
`ACCELERATE_MIXED_PRECISION=bf16`.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

from build.nano.eyes.close_ups import Frame, NamerPupil, Stills, frame_roughly
from build.nano.eyes.finds import FinderFrames
from build.nano.eyes.namer import Namer
from build.nano.eyes.network import Finder
from build.nano.eyes.views import Views
from build.nano.learnt import read_learnt
from build.training.loop import Plan, Run, open_accelerator
from build.training.schedule import Schedule
from build.world.facts import COLOURS, read_vocabulary

ADAM_RATE, MUON_RATE, LAST_RATE = 2e-3, 0.03, 1e-5
GENTLY = 0.3  # of these rates, for what has learnt already
N_VALIDATION = 20


def plan(n_pictures: int, batch_size: int, seed: int, pace: float = 1.0) -> Plan:
    """How to learn from so many pictures, at `pace` times the usual rates."""
    n_steps = n_pictures // batch_size
    schedule = Schedule(
        n_epochs=1, steps_per_epoch=n_steps, peak_rate=pace * ADAM_RATE, last_rate=LAST_RATE,
        n_warm_up_steps=n_steps // 50, weight_decay=0.02, max_norm=10.0, matrix_rate=pace * MUON_RATE,
    )  # fmt: skip
    return Plan(schedule=schedule, seed=seed, batch_size=batch_size, log_every=100, validate_every=1000, save_every=500)


def main() -> None:
    """Reads the command line and trains."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("out/nano2/namer"))
    parser.add_argument("--begin", type=Path, help="the folder of a finished run, from whose weights to go on")
    parser.add_argument("--finder", type=Path, default=Path("out/nano2/finder"), help="its run, for --begin")
    parser.add_argument("--pictures", type=int, default=120_000, help="pictures to draw and learn from")
    parser.add_argument("--batch", type=int, default=20, help="pictures a step, each with a close-up or more")
    parser.add_argument("--seed", type=int, default=1, help="another one than that of --begin")
    parser.add_argument("--threads", type=int, default=1, help="CPU threads for torch")
    parser.add_argument("--workers", type=int, default=0, help="processes that draw; 0 draws between the steps")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    vocabulary = read_vocabulary()
    pupil = NamerPupil(Namer(len(vocabulary.labels), len(COLOURS)))
    frame: Frame = frame_roughly
    if options.begin:
        pupil.namer.load_state_dict(read_learnt(options.begin, "namer", "namer"))
        finder = Finder()
        finder.load_state_dict(read_learnt(options.finder, "finder", "finder"))
        frame = FinderFrames(finder)
    stream = Stills(Views(vocabulary), frame, options.batch, N_VALIDATION, options.seed)
    learning = plan(options.pictures, options.batch, options.seed, GENTLY if options.begin else 1.0)
    Run(open_accelerator(), pupil, stream, learning, options.out, repr(learning), options.workers).learn()


if __name__ == "__main__":
    main()
