"""Training clips, cut from recordings that are mixed on the fly from a bank."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray
from torch import Tensor

from bubo_desktop.engine.dsp import mel_clips
from bubo_desktop.sounds import Waveform
from build.nano.ears.network import STEP_S, mel_input
from build.world.facts import MAX_SOUNDS, Heard
from build.world.sounds.mixing import mix
from build.world.sounds.takes import Player
from build.world.sounds.tones import RATE_HZ, n_samples

N_STEPS = 60
CLIP_S = N_STEPS * STEP_S
MEL = mel_input(CLIP_S)
N_SOUNDS_ODDS = (0.12, 0.28, 0.32, 0.28)  # of 0 to MAX_SOUNDS sounds in a recording
SHORT_ODDS = 0.35  # of a recording that ends within the clip
LONGEST_S = 2 * CLIP_S  # of the others, of which the clip is cut out


@dataclass(frozen=True, slots=True)
class Clips:
    """Draws training clips: `player` plays the `labels`."""

    player: Player
    labels: Sequence[str]

    def draw(self, rng: Generator) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """One clip: mel (1, n_mels, n_frames), and the part of each step that each label fills (N_STEPS, labels)."""
        shortest_s, longest_s = (1.0, CLIP_S) if rng.random() < SHORT_ODDS else (CLIP_S, LONGEST_S)
        n_sounds = int(rng.choice(MAX_SOUNDS + 1, p=N_SOUNDS_ODDS))
        sounds = rng.choice(self.labels, n_sounds, replace=False).tolist()
        samples, heard = mix(sounds, rng, rng.uniform(shortest_s, longest_s), self.player)
        start = int(rng.integers(max(0, len(samples) - n_samples(CLIP_S)) + 1))
        wave = Waveform(samples[start : start + n_samples(CLIP_S)], RATE_HZ)
        return mel_clips(wave, MEL)[0], self._targets(heard, start / RATE_HZ)

    def batch(self, rng: Generator, n_clips: int) -> tuple[Tensor, Tensor]:
        """Clips of a step: mel (n_clips, 1, 1, n_mels, n_frames) and targets (n_clips, N_STEPS, labels)."""
        mels, targets = zip(*(self.draw(rng) for _ in range(n_clips)), strict=True)
        return torch.from_numpy(np.stack(mels))[:, None], torch.from_numpy(np.stack(targets))

    def _targets(self, heard: Sequence[Heard], clip_start_s: float) -> NDArray[np.float32]:
        targets = np.zeros((N_STEPS, len(self.labels)), np.float32)
        begin_s = clip_start_s + np.arange(N_STEPS) * STEP_S
        for event in heard:
            overlap_s = np.minimum(begin_s + STEP_S, event.end_s) - np.maximum(begin_s, event.start_s)
            targets[:, self.labels.index(event.sound)] = np.clip(overlap_s / STEP_S, 0, 1)
        return targets
