"""One playing of a sound, ready to be mixed: its samples, and its power in time and pitch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from build.world.sounds.acoustics import FRAME_S, band_powers, colour_noise, reverberate
from build.world.sounds.repertoire import recipes
from build.world.sounds.strangers import TRAINED
from build.world.sounds.tones import RATE_HZ, Recipe, Samples, n_samples

QUIETEST_DB = -32.0  # a sound has begun and not yet ended where its frames are above this, relative to its loudest
EDGE_S = 0.008
ROOM_ODDS = 0.35
SHORTEST_S, LONGEST_S = 0.8, 4.5


@dataclass(frozen=True, slots=True)
class Take:
    """A sound without silence at its ends.

    Attributes:
        label: of `sounds.toml`, or None for a stranger or noise.
        samples: (n,) at `RATE_HZ`, root mean square 1.
        powers: (n_frames, N_BANDS) float32, its `band_powers`.
    """

    label: str | None
    samples: NDArray[np.float32] | NDArray[np.float16]
    powers: NDArray[np.float32]


class Player(Protocol):
    """Who plays for a recording: live, or from a bank of takes."""

    def sound(self, label: str, rng: Generator, longest_s: float) -> Take:
        """A take of a label, no longer than `longest_s`."""

    def stranger(self, rng: Generator, longest_s: float) -> Take:
        """A take of a sound that has no label, no longer than `longest_s`."""

    def noise(self, rng: Generator, n: int) -> Take:
        """Noise: samples (n,), and powers (1, N_BANDS), the mean over time."""


class LivePlayer:
    """Plays everything anew; `strangers` are the recipes of what has no label."""

    def __init__(self, strangers: Sequence[Recipe] = TRAINED) -> None:
        self.strangers = strangers

    def sound(self, label: str, rng: Generator, longest_s: float) -> Take:
        """A take of a label of `sounds.toml`."""
        return record(recipes()[label], label, rng, longest_s)

    def stranger(self, rng: Generator, longest_s: float) -> Take:
        """A take of a sound that has no label."""
        return record(self.strangers[int(rng.integers(len(self.strangers)))], None, rng, longest_s)

    def noise(self, rng: Generator, n: int) -> Take:
        """Noise of random colour: samples (n,), powers (1, N_BANDS)."""
        hiss = colour_noise(rng, n)
        return Take(None, hiss.astype(np.float32), band_powers(hiss).mean(0, keepdims=True))


def record(recipe: Recipe, label: str | None, rng: Generator, longest_s: float) -> Take:
    """Plays a recipe once, sometimes in a room that echoes, for a random time up to `longest_s`."""
    duration_s = rng.uniform(min(SHORTEST_S, longest_s), min(LONGEST_S, longest_s))
    samples = recipe(rng, n_samples(duration_s))
    if rng.random() < ROOM_ODDS:
        samples = reverberate(samples, rng)[: n_samples(longest_s)]
    samples = _trim(samples)
    samples = samples / np.sqrt(np.mean(samples**2))
    return Take(label, samples.astype(np.float32), band_powers(samples))


def _trim(samples: Samples) -> Samples:
    """Cuts what is too quiet to be heard off both ends, and rounds the edges off."""
    window = np.ones(n_samples(FRAME_S)) / n_samples(FRAME_S)
    loudness = np.convolve(samples**2, window, mode="same")
    loud = np.flatnonzero(loudness > loudness.max() * 10 ** (QUIETEST_DB / 10))
    samples = samples[loud[0] : loud[-1] + 1]
    edge = np.minimum(np.arange(len(samples)) / RATE_HZ / EDGE_S, 1)
    return samples * edge * edge[::-1]
