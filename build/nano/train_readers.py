"""Trains nano's Q-Formers in the two published stages, on frozen eyes and ears: first words, then answers.

    ACCELERATE_MIXED_PRECISION=bf16 python -m build.nano.train_readers --stage 1 --moments 30000
    ACCELERATE_MIXED_PRECISION=bf16 python -m build.nano.train_readers --stage 2 --moments 12000

Stage 1 needs no language network. Stage 2 goes on from stage 1, and teaches the projections as well. A run that was
stopped goes on with the same command.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

from bubo_desktop.environment import quiet_libraries
from build.nano.alignment.lessons import Course, Lessons
from build.nano.alignment.moments import Moments
from build.nano.alignment.pupils import TalkPupil, WordsPupil
from build.nano.alignment.readers import Projections, QFormers, restore, stage_folder
from build.nano.ears.training import load_tagger
from build.nano.export.trained import load_detector, load_tongue
from build.training.loop import Plan, Run, open_accelerator
from build.training.pupil import Pupil
from build.training.schedule import Schedule
from build.world.facts import Vocabulary, read_vocabulary
from build.world.sounds.bank import SoundBank
from build.world.talk.tokenizer import Tokenizer

ADAM_RATES, MUON_RATES, LAST_RATE = {1: 2e-3, 2: 3e-4}, {1: 0.02, 2: 2e-3}, 1e-6
N_CHAINS = {1: 0, 2: 10}
BANK_SEED = 1  # not that of the ears: they know their bank better than any other
LOOK_EVERY = 100


def plan(stage: int, n_moments: int, batch_size: int, seed: int) -> Plan:
    """How a stage learns from so many moments."""
    n_steps = n_moments // batch_size
    schedule = Schedule(
        n_epochs=1, steps_per_epoch=n_steps, peak_rate=ADAM_RATES[stage], last_rate=LAST_RATE,
        n_warm_up_steps=n_steps // 30, weight_decay=0.01, max_norm=5.0, matrix_rate=MUON_RATES[stage],
    )  # fmt: skip
    return Plan(
        schedule=schedule, seed=seed, batch_size=batch_size, log_every=20, validate_every=LOOK_EVERY,
        save_every=LOOK_EVERY,
    )  # fmt: skip


def open_stage(stage: int, options: argparse.Namespace, vocabulary: Vocabulary) -> tuple[Pupil, Tokenizer | None]:
    """The pupil of a stage, and the tokenizer of what it talks to.

    Raises:
        BuildError: what it builds on is missing.
    """
    eyes = load_detector(options.training, vocabulary)
    qformers = QFormers(eyes, load_tagger(options.training / "ears", len(vocabulary.sounds)), vocabulary)
    if stage == 1:
        return WordsPupil(qformers), None
    restore(stage_folder(options.out, 1), qformers=qformers)
    network, tokenizer = load_tongue(options.training / "tongue")
    return TalkPupil(qformers, Projections(network, tokenizer, vocabulary), network), tokenizer


def main() -> None:
    """Reads the command line and trains."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stage", type=int, choices=(1, 2), required=True)
    parser.add_argument("--training", type=Path, default=Path("out/nano2"), help="with finder, namer, ears and tongue")
    parser.add_argument("--out", type=Path, default=Path("out/nano2/alignment"))
    parser.add_argument("--bank", type=Path, default=Path("out/nano2/sound_bank"))
    parser.add_argument("--per-label", type=int, default=100, help="takes of each sound in the bank")
    parser.add_argument("--moments", type=int, default=30_000, help="moments to draw and learn from")
    parser.add_argument("--batch", type=int, default=24, help="moments a step")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1, help="CPU threads for torch")
    parser.add_argument("--workers", type=int, default=0, help="processes that draw; 0 draws between the steps")
    options = parser.parse_args()
    quiet_libraries()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    vocabulary = read_vocabulary()
    pupil, tokenizer = open_stage(options.stage, options, vocabulary)
    moments = Moments(vocabulary, SoundBank.kept(options.bank, options.per_label, BANK_SEED))
    course = Course(n_moments=options.batch, n_chains=N_CHAINS[options.stage])
    stream = Lessons(moments.draw, vocabulary, tokenizer, course, options.seed + options.stage)
    learning = plan(options.stage, options.moments, options.batch, options.seed)
    out = stage_folder(options.out, options.stage)
    Run(open_accelerator(), pupil, stream, learning, out, repr((learning, course)), options.workers).learn()


if __name__ == "__main__":
    main()
