"""Trains the hearing encoder and the sound tagger on mixtures of the world's sounds.

Each step draws its clips from a generator seeded by the step, so that a resumed run sees what an unbroken one would.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits

from build.nano.checkpoints import load_checkpoint, load_trained, log_line, save_checkpoint
from build.nano.ears.clips import Clips
from build.nano.ears.network import SoundTagger

LEARNING_RATE = 2e-3
WARM_UP = 0.03  # part of the training during which the learning rate climbs
BATCH_SIZE = 32
LOG_EVERY_S, VALIDATE_EVERY_S = 30.0, 300.0

Validate = Callable[[SoundTagger], dict[str, float]]


def new_tagger(n_labels: int, seed: int) -> SoundTagger:
    """An untrained tagger with its encoder, the same for the same seed; channels last is faster on a CPU."""
    torch.manual_seed(seed)
    return SoundTagger(n_labels).to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # not in torch's types


def load_tagger(out: Path, n_labels: int) -> SoundTagger:
    """The trained tagger of a training run's folder, ready for use."""
    return load_trained(out, new_tagger(n_labels, 0))


def loss_of(logits: Tensor, targets: Tensor) -> Tensor:
    """Cross-entropy of each step, and of the clip's loudest step: that one decides whether a label is reported.

    logits, targets: (B, steps, labels). Summed over labels, averaged over the rest.
    """
    steps = binary_cross_entropy_with_logits(logits, targets, reduction="none").sum(-1).mean()
    heard = (targets.amax(1) > 0.5).to(logits.dtype)
    clips = binary_cross_entropy_with_logits(logits.amax(1), heard, reduction="none").sum(-1).mean()
    return steps + clips


def learning_rate(done: float) -> float:
    """Climbs, then falls along a cosine to nothing; `done` is the part of the training that is over (0..1)."""
    if done < WARM_UP:
        return LEARNING_RATE * max(done, 0.001) / WARM_UP
    return LEARNING_RATE * 0.5 * (1 + math.cos(math.pi * min(1.0, (done - WARM_UP) / (1 - WARM_UP))))


class Training:
    """A run in the folder `out`, which goes on where an earlier one stopped.

    `validate` measures the tagger from time to time; its figures stand in the log.
    """

    def __init__(self, clips: Clips, out: Path, validate: Validate, seed: int = 0) -> None:
        self.clips, self.out, self.validate, self.seed = clips, out, validate, seed
        self.tagger = new_tagger(len(clips.labels), seed)
        self.optimiser = torch.optim.AdamW(self.tagger.parameters(), lr=LEARNING_RATE, weight_decay=0.02)
        self.step, self.spent_s = 0, 0.0
        state = load_checkpoint(out)
        if state is not None:
            self.tagger.load_state_dict(state["network"])
            self.optimiser.load_state_dict(state["optimiser"])
            self.step, self.spent_s = state["step"], state["spent_s"]

    def run(self, minutes: float) -> SoundTagger:
        """Trains until `minutes` have been spent, earlier runs' included; returns the tagger ready for use."""
        losses: list[float] = []
        logged_s = validated_s = self.spent_s
        while self.spent_s < minutes * 60:
            began_s = time.monotonic()
            losses.append(self._advance(learning_rate(self.spent_s / (minutes * 60))))
            self.step, self.spent_s = self.step + 1, self.spent_s + time.monotonic() - began_s
            over = self.spent_s >= minutes * 60
            if over or self.spent_s - logged_s >= LOG_EVERY_S:
                due = over or self.spent_s - validated_s >= VALIDATE_EVERY_S
                self._log(losses, due)
                losses, logged_s = [], self.spent_s
                validated_s = self.spent_s if due else validated_s
        return self.tagger.eval()

    def _advance(self, rate: float) -> float:
        """One step of the optimiser; returns the loss before it."""
        mel, targets = self.clips.batch(np.random.default_rng((self.seed, self.step)), BATCH_SIZE)
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        with torch.autocast("cpu", torch.bfloat16):
            logits = self.tagger(mel)
        loss = loss_of(logits.float(), targets)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.tagger.parameters(), 2.0)
        self.optimiser.step()
        return float(loss.detach())

    def _log(self, losses: Sequence[float], with_figures: bool) -> None:
        state = self.optimiser.state_dict()
        save_checkpoint(self.out, self.tagger, self.step, optimiser=state, spent_s=self.spent_s)
        figures = self.validate(self.tagger.eval()) if with_figures else {}
        self.tagger.train()
        log_line(self.out, step=self.step, spent_s=self.spent_s, loss=float(np.mean(losses)), **figures)
