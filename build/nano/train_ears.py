"""Trains nano's ears on one core, and goes on where an earlier run stopped.

    python -m build.nano.train_ears --minutes 40

Writes `checkpoint.pt`, and a line of `log.jsonl` every half minute, with figures on fresh recordings every fifth.
"""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path

import torch

from bubo_desktop.environment import quiet_libraries
from build.nano.ears.clips import Clips
from build.nano.ears.export import validate
from build.nano.ears.recordings import draw_recordings
from build.nano.ears.training import Training
from build.world.facts import read_vocabulary
from build.world.sounds.bank import SoundBank

PROGRESS_SEED = 100  # of the recordings that show how the training goes


def main() -> None:
    """Reads the command line, builds the bank of sounds where it is missing, and trains."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--out", type=Path, default=Path("out/nano2/ears"))
    parser.add_argument("--bank", type=Path, default=Path("out/nano2/sound_bank"))
    parser.add_argument("--per-label", type=int, default=200, help="takes of each sound in the bank")
    parser.add_argument("--progress", type=int, default=300, help="fresh recordings that show how the training goes")
    parser.add_argument("--minutes", type=float, default=40.0)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    quiet_libraries()
    torch.set_num_threads(1)
    labels = read_vocabulary().sound_labels
    clips = Clips(SoundBank.kept(options.bank, options.per_label, options.seed), labels)
    recordings = list(draw_recordings(options.progress, PROGRESS_SEED, labels))
    measure = partial(validate, recordings=recordings, labels=labels)
    Training(clips, options.out, measure, options.seed).run(options.minutes)


if __name__ == "__main__":
    main()
