"""Plays nano's sounds: one of `facts.SOUNDS` by name, or whole recordings with known events.

All results are float32 at 16 kHz within -1..1; everything random comes from the given generator.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.signal import fftconvolve

from build.nano import sound_animals, sound_instruments, sound_machines
from build.nano.facts import SOUNDS
from build.nano.sound_others import OTHERS
from build.nano.sound_tones import RATE_HZ, Recipe, decay, n_samples, noise

AUDIBLE_DB = -32.0  # a sound has begun and not yet ended where its 20 ms energy is above this, relative to its loudest
EDGE_S = 0.008
RECIPES: dict[str, Recipe] = {
    sound: recipe
    for room in (sound_animals, sound_instruments, sound_machines)
    for sound, recipe in vars(room).items()
    if sound in SOUNDS
}


@dataclass(frozen=True, slots=True)
class Span:
    """A sound of `facts.SOUNDS` that is audible from `start_s` to `end_s` of a recording."""

    sound: str
    start_s: float
    end_s: float


def play(sound: str, rng: Generator, duration_s: float) -> NDArray[np.float32]:
    """A sound of `facts.SOUNDS` with random parameters, (n,), peak 1, at most `duration_s`, no silence at the ends."""
    return _finish(RECIPES[sound](rng, n_samples(duration_s)))


def play_other(rng: Generator, duration_s: float) -> NDArray[np.float32]:
    """A sound that is none of `facts.SOUNDS`, (n,), peak 1, at most `duration_s` long."""
    return _finish(OTHERS[rng.integers(len(OTHERS))](rng, n_samples(duration_s)))


def mix(sounds: Sequence[str], rng: Generator, duration_s: float) -> tuple[NDArray[np.float32], tuple[Span, ...]]:
    """A recording (n,) of `duration_s` in which each of `sounds` sounds once, at a random time, and where it is heard.

    Loudness differs by up to 8 dB between sounds; there is background noise and sometimes a little reverberation.
    """
    recording = np.zeros(n_samples(duration_s), np.float32)
    spans = []
    for sound in sounds:
        samples = play(sound, rng, rng.uniform(min(0.8, duration_s), min(3.0, duration_s)))
        start = int(rng.integers(0, max(1, len(recording) - len(samples))))
        add(recording, samples, start, gain_db=rng.uniform(-8, 0))
        spans.append(Span(sound, start / RATE_HZ, min(start + len(samples), len(recording)) / RATE_HZ))
    return finish_recording(recording, rng), tuple(spans)


def add(recording: NDArray[np.float32], samples: NDArray[np.float32], start: int, gain_db: float) -> None:
    """Adds a sound (m,) to a recording (n,) in place, its loudness set by RMS.

    `start` (in samples) may be negative; what lies outside the recording is cut.
    """
    begin, end = max(start, 0), min(start + len(samples), len(recording))
    if end > begin:
        level = 0.1 * 10 ** (gain_db / 20) / max(float(np.sqrt(np.mean(samples**2))), 1e-6)
        recording[begin:end] += level * samples[begin - start : end - start]


def finish_recording(recording: NDArray[np.float32], rng: Generator) -> NDArray[np.float32]:
    """Adds a room's reverberation (to every third) and noise to (n,), and sets a random volume; peak below 1."""
    if rng.random() < 1 / 3:
        recording = _reverberate(recording, rng)
    recording = recording + background(rng, len(recording))
    peak = max(float(np.abs(recording).max()), 0.1)
    return (recording * (rng.uniform(0.2, 0.95) / peak)).astype(np.float32)


def background(rng: Generator, n: int) -> NDArray[np.float32]:
    """Noise (n,) of random colour, 15 to 50 dB below a sound at gain 0."""
    low_hz = rng.uniform(20, 300)
    hum = noise(rng, n, low_hz, rng.uniform(2 * low_hz + 500, 7500))
    return (0.1 * 10 ** (rng.uniform(-50, -15) / 20) * hum / hum.std()).astype(np.float32)


def _reverberate(recording: NDArray[np.float32], rng: Generator) -> NDArray[np.float32]:
    m = n_samples(0.25)
    echoes = rng.standard_normal(m) * decay(m, rng.uniform(0.015, 0.04)) * rng.uniform(0.005, 0.02)
    echoes[0] = 1.0
    return fftconvolve(recording, echoes)[: len(recording)].astype(np.float32)


def _finish(samples: NDArray[np.float64]) -> NDArray[np.float32]:
    """Cuts inaudible ends, rounds the edges off, and sets the peak to 1."""
    window = np.ones(n_samples(0.02)) / n_samples(0.02)
    loudness = np.convolve(samples**2, window, mode="same")
    audible = np.flatnonzero(loudness > loudness.max() * 10 ** (AUDIBLE_DB / 10))
    samples = samples[audible[0] : audible[-1] + 1]
    edge = np.minimum(np.arange(len(samples)) / n_samples(EDGE_S), 1)
    samples = samples * edge * edge[::-1]
    return (samples / np.abs(samples).max()).astype(np.float32)
