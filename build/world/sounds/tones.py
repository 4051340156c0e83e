"""The raw material of the world's sounds: tones, noise, envelopes, resonances, and bouts of repeated cries.

Samples are float64 (n,) at `RATE_HZ` with no fixed scale; frequencies are in Hz, times in seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike, NDArray
from scipy.signal import butter, lfilter, sosfilt

RATE_HZ = 16_000
TOP_HZ = 7_600.0  # partials above are left out, lest they alias

Samples = NDArray[np.float64]
Recipe = Callable[[Generator, int], Samples]
"""Plays `n` samples of a sound whose parameters are drawn from the generator."""


def n_samples(duration_s: float) -> int:
    """Whole samples in a duration, at least one."""
    return max(1, round(duration_s * RATE_HZ))


def curve(n: int, *points: float) -> Samples:
    """A smooth (n,) curve through equally spaced points, e.g. the pitch of a cry."""
    return np.interp(np.linspace(0, len(points) - 1, n), np.arange(len(points)), points)


def tone(pitch_hz: ArrayLike, n: int, phase: float = 0.0) -> Samples:
    """A sine that follows a pitch: a number or (n,)."""
    return np.sin(2 * np.pi * np.cumsum(np.broadcast_to(pitch_hz, n)) / RATE_HZ + phase)


def harmonics(pitch_hz: ArrayLike, n: int, weights: Sequence[float]) -> Samples:
    """Sum of the pitch's multiples 1, 2, 3, ... with these amplitudes."""
    pitch = np.broadcast_to(np.asarray(pitch_hz, float), n)
    total = np.zeros(n)
    for number, weight in enumerate(weights, start=1):
        if weight and number * pitch.min() < TOP_HZ:
            total += np.where(number * pitch < TOP_HZ, weight, 0.0) * tone(number * pitch, n)
    return total


def sawtooth(pitch_hz: ArrayLike, n: int, tilt: float = 1.0) -> Samples:
    """All harmonics, the k-th with amplitude k to the power of minus `tilt`."""
    lowest = float(np.min(pitch_hz))
    return harmonics(pitch_hz, n, [k**-tilt for k in range(1, min(int(TOP_HZ / lowest), 40) + 1)])


def noise(rng: Generator, n: int, low_hz: float = 20.0, high_hz: float = TOP_HZ) -> Samples:
    """White noise within a band, at unit power before filtering."""
    return band(rng.standard_normal(n), low_hz, high_hz)


def band(samples: Samples, low_hz: float, high_hz: float) -> Samples:
    """Keeps a band of frequencies (second-order Butterworth)."""
    return np.asarray(sosfilt(butter(2, (low_hz, high_hz), "bandpass", fs=RATE_HZ, output="sos"), samples))


def resonate(samples: Samples, *formants: tuple[float, float]) -> Samples:
    """Sum of resonators, each (centre, bandwidth): the mouth, body or shell around a source."""
    total = np.zeros(len(samples))
    for centre_hz, width_hz in formants:
        radius = np.exp(-np.pi * width_hz / RATE_HZ)
        poles = [1.0, -2 * radius * np.cos(2 * np.pi * centre_hz / RATE_HZ), radius**2]
        total += lfilter([1 - radius], poles, samples)
    return total


def swell(n: int, attack: float = 0.1, release: float = 0.2) -> Samples:
    """An envelope 0..1 that rises and falls over these fractions of its length."""
    place = np.linspace(0, 1, n)
    return np.sin(np.pi / 2 * np.clip(np.minimum(place / attack, (1 - place) / release), 0, 1)) ** 2


def decay(n: int, half_life_s: float, attack_s: float = 0.002) -> Samples:
    """An envelope that is struck and halves every `half_life_s`."""
    time_s = np.arange(n) / RATE_HZ
    return np.minimum(time_s / attack_s, 1) * 0.5 ** (time_s / half_life_s)


def partials(n: int, frequencies_hz: ArrayLike, weights: ArrayLike, half_lives_s: ArrayLike) -> Samples:
    """A struck body: decaying sines."""
    parts = zip(*np.broadcast_arrays(frequencies_hz, weights, half_lives_s), strict=True)
    return sum((w * tone(f, n) * decay(n, h) for f, w, h in parts if f < TOP_HZ), np.zeros(n))


def pulses(rng: Generator, n: int, rate_hz: ArrayLike, jitter: float = 0.0) -> Samples:
    """Unit impulses `rate_hz` times a second, a number or (n,), each displaced by up to `jitter` of the interval."""
    phase = np.cumsum(np.broadcast_to(rate_hz, n)) / RATE_HZ
    beats_at = np.arange(int(phase[-1]) + 1)
    places = np.searchsorted(phase, beats_at + jitter * rng.uniform(-1, 1, len(beats_at)))
    train = np.zeros(n)
    train[places[places < n]] = 1.0
    return train


def overlay(n: int, parts: Sequence[tuple[float, Samples]]) -> Samples:
    """Lays (start in seconds, samples) over each other in (n,); what lies beyond the end is cut."""
    total = np.zeros(n)
    for start_s, samples in parts:
        start = round(start_s * RATE_HZ)
        total[start : start + len(samples)] += samples[: max(0, n - start)]
    return total


def chain(*parts: Samples | float) -> Samples:
    """Samples one after another; a number is a pause of so many seconds."""
    return np.concatenate([np.zeros(n_samples(part)) if isinstance(part, float) else part for part in parts])


def bout(rng: Generator, n: int, cry: Callable[[], Samples], gap_s: tuple[float, float]) -> Samples:
    """Cries one after another, with a random pause between, until the next would not fit; the first always sounds."""
    cries: list[tuple[float, Samples]] = [(0.0, cry())]
    end_s = len(cries[0][1]) / RATE_HZ
    while True:
        start_s, samples = end_s + rng.uniform(*gap_s), cry()
        end_s = start_s + len(samples) / RATE_HZ
        if end_s * RATE_HZ > n:
            return overlay(n, cries)
        cries.append((start_s, samples))


def beats(rng: Generator, n: int, strike: Callable[[], Samples], interval_s: float, jitter: float = 0.04) -> Samples:
    """Strikes that ring into each other, at a steady interval displaced by up to `jitter` of it."""
    times_s = np.arange(0, n / RATE_HZ - 0.06, interval_s)
    shifts_s = jitter * interval_s * rng.uniform(0, 1, len(times_s))
    return overlay(n, [(time_s + shift_s, strike()) for time_s, shift_s in zip(times_s, shifts_s, strict=True)])
