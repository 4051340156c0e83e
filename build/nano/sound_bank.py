"""Sounds played beforehand, and training clips mixed from them on the fly: mixing is cheap where playing is not."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from bubo_desktop.engine.dsp import mel_clips
from bubo_desktop.sounds import Waveform
from build.nano.facts import SOUNDS
from build.nano.hearing import MEL, N_STEPS, STEP_S
from build.nano.sound_tones import RATE_HZ, n_samples
from build.nano.synthesiser import add, finish_recording, play, play_other

OTHER = len(SOUNDS)  # the label of a sound that must not be named
DURATION_S = (0.8, 3.0)
N_SOUNDS_ODDS = (0.12, 0.40, 0.36, 0.12)  # of 0, 1, 2 or 3 sounds in a clip
OTHER_ODDS, SHORT_ODDS, SILENCE_ODDS = 0.3, 0.2, 0.03
MIN_HEARD_S = 0.25  # less of a sound than this in a clip cannot be recognised by anyone

Example = tuple[NDArray[np.float32], NDArray[np.float32]]
"""mel (1, n_mels, n_frames) and targets (N_STEPS, labels): the part of each step in which the label sounds."""


class SoundBank:
    """`sounds[label]` lists float16 (n,) recordings at 16 kHz, peak 1, of each label of `SOUNDS`, and of `OTHER`."""

    def __init__(self, sounds: list[list[NDArray[np.float16]]]) -> None:
        self.sounds = sounds

    @classmethod
    def played(cls, per_label: int, seed: int) -> SoundBank:
        """Plays `per_label` variants of each sound, and three times as many others."""
        rng = np.random.default_rng(seed)
        sounds = [[play(sound, rng, rng.uniform(*DURATION_S)) for _ in range(per_label)] for sound in SOUNDS]
        others = [play_other(rng, rng.uniform(*DURATION_S)) for _ in range(3 * per_label)]
        return cls([[samples.astype(np.float16) for samples in label] for label in [*sounds, others]])

    @classmethod
    def kept(cls, folder: Path, per_label: int, seed: int) -> SoundBank:
        """The bank stored in `folder`; played and stored there first where it is missing."""
        path = folder / f"{per_label}-per-label-seed-{seed}.npz"
        if not path.exists():
            folder.mkdir(parents=True, exist_ok=True)
            _write(path, cls.played(per_label, seed))
        with np.load(path) as stored:
            pieces = np.split(stored["samples"], stored["ends"][:-1])
            labels = stored["labels"]
        return cls([[pieces[i] for i in np.flatnonzero(labels == label)] for label in range(OTHER + 1)])

    def example(self, rng: Generator, chosen: Sequence[int] | None = None) -> Example:
        """A clip with 0 to 3 sounds, each beginning or ending inside or outside it, noise, and its targets.

        `chosen` are the labels' numbers to play; chance chooses where it is None.
        """
        clip = np.zeros(n_samples(MEL.clip_s), np.float32)
        targets = np.zeros((N_STEPS, OTHER + 1), np.float32)
        if chosen is None:
            chosen = rng.choice(OTHER, rng.choice(len(N_SOUNDS_ODDS), p=N_SOUNDS_ODDS), replace=False).tolist()
        for label in [*chosen] + [OTHER] * (rng.random() < OTHER_ODDS):
            samples = self.sounds[label][rng.integers(len(self.sounds[label]))].astype(np.float32)
            heard = min(n_samples(MIN_HEARD_S), len(samples))
            start = int(rng.integers(heard - len(samples), len(clip) - heard + 1))
            add(clip, samples, start, gain_db=rng.uniform(-8, 0))
            targets[:, label] = coverage(start / RATE_HZ, min(start + len(samples), len(clip)) / RATE_HZ)
        clip = np.zeros_like(clip) if rng.random() < SILENCE_ODDS else finish_recording(clip, rng)
        if rng.random() < SHORT_ODDS:
            clip = clip[: int(rng.uniform(0.3, 1.0) * len(clip))]
        targets *= clip.any() * coverage(0.0, len(clip) / RATE_HZ)[:, None]
        return mel_clips(Waveform(clip, RATE_HZ), MEL)[0], targets[:, :OTHER]


def coverage(start_s: float, end_s: float) -> NDArray[np.float32]:
    """The part (0..1) of each step of a clip that lies in a span: (N_STEPS,)."""
    begin = np.arange(N_STEPS) * STEP_S
    overlap = np.minimum(begin + STEP_S, end_s) - np.maximum(begin, start_s)
    return np.clip(overlap / STEP_S, 0, 1).astype(np.float32)


def _write(path: Path, bank: SoundBank) -> None:
    pieces = [(label, samples) for label, sounds in enumerate(bank.sounds) for samples in sounds]
    partial = path.with_suffix(".part.npz")
    np.savez(
        partial,
        labels=np.array([label for label, _ in pieces]),
        ends=np.cumsum([len(samples) for _, samples in pieces]),
        samples=np.concatenate([samples for _, samples in pieces]),
    )
    partial.replace(path)
