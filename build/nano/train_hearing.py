"""Trains the hearing encoder and the sound tagger on mixtures of synthesised sounds.

    python -m build.nano.train_hearing --out out/nano/hearing --minutes 8

Writes `checkpoint.pt` and a line of `log.jsonl` every few seconds; started again, it goes on where it stopped.
Each step draws its clips from a generator seeded by the step, so that a resumed run sees what an unbroken one would.
"""

from __future__ import annotations

import argparse
import math
import time
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits

from build.nano.checkpoints import load_checkpoint, load_trained, log_line, save_checkpoint
from build.nano.hearing import Encoder, SoundTagger
from build.nano.sound_bank import SoundBank

LEARNING_RATE = 2e-3
WARM_UP = 0.03  # part of the training during which the learning rate climbs
BATCH_SIZE = 32
LOG_EVERY = 20  # steps


def new_tagger(seed: int) -> SoundTagger:
    """An untrained tagger with its encoder, the same for the same seed; channels last is faster on a CPU."""
    torch.manual_seed(seed)
    tagger = SoundTagger(Encoder())
    return tagger.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # missing in torch's types


def loss_of(logits: Tensor, targets: Tensor) -> Tensor:
    """Cross-entropy of each step, and of the clip's loudest step: that one decides whether a label is reported.

    logits, targets: (B, steps, labels). Summed over labels, averaged over the rest.
    """
    steps = binary_cross_entropy_with_logits(logits, targets, reduction="none").sum(-1).mean()
    heard = (targets.amax(1) > 0.5).to(logits.dtype)
    clips = binary_cross_entropy_with_logits(logits.amax(1), heard, reduction="none").sum(-1).mean()
    return steps + 0.5 * clips


def draw_batch(bank: SoundBank, seed: int, step: int) -> tuple[Tensor, Tensor]:
    """The clips of a step: mel (BATCH_SIZE, 1, 1, n_mels, n_frames) and targets (BATCH_SIZE, steps, labels)."""
    rng = np.random.default_rng((seed, step))
    mels, targets = zip(*(bank.example(rng) for _ in range(BATCH_SIZE)), strict=True)
    return torch.from_numpy(np.stack(mels))[:, None], torch.from_numpy(np.stack(targets))


def learning_rate(done: float) -> float:
    """Climbs, then falls along a cosine to nothing; `done` is the part of the training that is over (0..1)."""
    if done < WARM_UP:
        return LEARNING_RATE * max(done, 0.001) / WARM_UP
    return LEARNING_RATE * 0.5 * (1 + math.cos(math.pi * min(1.0, (done - WARM_UP) / (1 - WARM_UP))))


def train_step(tagger: SoundTagger, optimiser: torch.optim.Optimizer, batch: tuple[Tensor, Tensor]) -> float:
    """One step of the optimiser on mels (B, 1, 1, n_mels, n_frames) and targets (B, steps, labels).

    Returns the loss before it.
    """
    mel, targets = batch
    with torch.autocast("cpu", torch.bfloat16):
        logits = tagger(mel)
    loss = loss_of(logits.float(), targets)
    optimiser.zero_grad(set_to_none=True)
    loss.backward()
    nn.utils.clip_grad_norm_(tagger.parameters(), 2.0)
    optimiser.step()
    return float(loss.detach())


def train(bank: SoundBank, out: Path, minutes: float, seed: int = 0) -> SoundTagger:
    """Trains for `minutes`, counting earlier runs into the same folder, and returns the tagger ready for use."""
    tagger = new_tagger(seed)
    optimiser = torch.optim.AdamW(tagger.parameters(), lr=LEARNING_RATE, weight_decay=0.02)
    step, spent_s = _resume(out, tagger, optimiser)
    losses: list[float] = []
    while spent_s < minutes * 60:
        began_s = time.monotonic()
        for group in optimiser.param_groups:
            group["lr"] = learning_rate(spent_s / (minutes * 60))
        losses.append(train_step(tagger, optimiser, draw_batch(bank, seed, step)))
        step, spent_s = step + 1, spent_s + time.monotonic() - began_s
        if step % LOG_EVERY == 0 or spent_s >= minutes * 60:
            save_checkpoint(out, tagger, step, optimiser=optimiser.state_dict(), spent_s=spent_s)
            log_line(out, step=step, spent_s=spent_s, loss=float(np.mean(losses)))
            losses.clear()
    return tagger.eval()


def load_tagger(out: Path) -> SoundTagger:
    """The trained tagger of a training run's folder, ready for use."""
    return load_trained(out, new_tagger(0))


def _resume(out: Path, tagger: SoundTagger, optimiser: torch.optim.Optimizer) -> tuple[int, float]:
    """Steps and seconds that earlier runs spent; their weights are put into `tagger` and `optimiser`."""
    state = load_checkpoint(out)
    if state is None:
        return 0, 0.0
    tagger.load_state_dict(state["network"])
    optimiser.load_state_dict(state["optimiser"])
    return state["step"], state["spent_s"]


def main() -> None:
    """Reads the command line, builds the bank of sounds where it is missing, and trains."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--out", type=Path, default=Path("out/nano/hearing"))
    parser.add_argument("--bank", type=Path, default=Path("out/nano/sound_bank"))
    parser.add_argument("--per-label", type=int, default=100, help="variants of each sound in the bank")
    parser.add_argument("--minutes", type=float, default=8.0)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    torch.set_num_threads(1)
    train(SoundBank.kept(options.bank, options.per_label, options.seed), options.out, options.minutes, options.seed)


if __name__ == "__main__":
    main()
