"""How the tools and small machines sound. Each function is a `Recipe`: (rng, n) -> samples (n,)."""

from __future__ import annotations

from itertools import cycle

import numpy as np
from numpy.random import Generator

from build.world.sounds.tones import (
    Recipe,
    Samples,
    beats,
    bout,
    curve,
    decay,
    n_samples,
    noise,
    overlay,
    partials,
    resonate,
    sawtooth,
    swell,
    tone,
)


def ticking(rng: Generator, n: int) -> Samples:
    """A clock: dry clicks, tick and tock in turn."""
    body_hz = rng.uniform(2300, 3200)
    heights = cycle((1.0, 0.8))

    def click() -> Samples:
        m = n_samples(0.03)
        return resonate(noise(rng, m) * decay(m, 0.001, 0.0002), (body_hz * next(heights), 250), (5500, 600))

    return beats(rng, n, click, rng.uniform(0.2, 0.3), 0.0)


def banging(rng: Generator, n: int) -> Samples:
    """A hammer on iron: a dull thud and a short clang."""
    clang_hz = rng.uniform(1500, 2300)

    def strike() -> Samples:
        m = n_samples(0.2)
        clang = partials(m, clang_hz * np.array([1, 1.47, 2.09, 2.56]), (1, 0.8, 0.6, 0.5), 0.018)
        thud = noise(rng, m, 100, 900) * decay(m, 0.015) + noise(rng, m) * decay(m, 0.004)
        return (clang + 1.5 * thud) * rng.uniform(0.75, 1.0)

    return beats(rng, n, strike, rng.uniform(0.3, 0.42))


def sawing(rng: Generator, n: int) -> Samples:
    """A saw in wood: the rasp of its teeth, pushed and pulled."""
    body_hz, tooth_hz, strokes = rng.uniform(1300, 2300), rng.uniform(70, 120), cycle((1.0, 0.6))

    def stroke() -> Samples:
        m, push = n_samples(rng.uniform(0.24, 0.36)), next(strokes)
        teeth = np.clip(tone(tooth_hz * curve(m, 0.5, 1.1 * push + 0.2, 0.5), m), 0, 1)
        rasp = resonate(noise(rng, m, 700, 6500) * teeth, (body_hz * (0.8 + 0.3 * push), 500), (4200, 1500))
        return rasp * push * swell(m, 0.3, 0.35)

    return bout(rng, n, stroke, (0.02, 0.07))


def clicking(rng: Generator, n: int) -> Samples:
    """A camera: the shutter opens, closes, and a small motor winds the film on."""
    shutter_hz, motor_hz, open_s = rng.uniform(2800, 4200), rng.uniform(240, 360), rng.uniform(0.05, 0.1)

    def snap(height: float) -> Samples:
        m = n_samples(0.04)
        return resonate(noise(rng, m) * decay(m, 0.002, 0.0003), (shutter_hz * height, 600), (1400 * height, 400))

    def shot() -> Samples:
        m = n_samples(rng.uniform(0.2, 0.32))
        whirr = resonate(sawtooth(motor_hz * curve(m, 0.6, 1.0, 1.1), m, 0.4), (1900, 500), (3300, 700)) * swell(
            m, 0.15
        )
        first, second = snap(1.0), snap(0.75)
        whirr *= 0.25 * np.abs(first).max() / np.abs(whirr).max()
        return overlay(n_samples(0.6), [(0.0, first), (open_s, second), (open_s + 0.03, whirr)])

    return beats(rng, n, shot, rng.uniform(0.5, 0.75))


def typing(rng: Generator, n: int) -> Samples:
    """A keyboard: hollow strokes at uneven intervals, each followed by the key's way up."""
    body_hz, pace_s = rng.uniform(900, 1400), rng.uniform(0.1, 0.15)

    def knock(height: float, strength: float) -> Samples:
        m = n_samples(0.035)
        thud = noise(rng, m, 200, 5000) * decay(m, 0.003, 0.0005)
        return strength * resonate(thud, (body_hz * height, 250), (2600 * height, 700))

    def key() -> Samples:
        height = rng.uniform(0.8, 1.2)
        release_s = rng.uniform(0.045, 0.07)
        return overlay(
            n_samples(0.12), [(0.0, knock(height, rng.uniform(0.7, 1))), (release_s, knock(1.5 * height, 0.3))]
        )

    return beats(rng, n, key, pace_s, 0.8)


RECIPES: tuple[Recipe, ...] = (ticking, banging, sawing, clicking, typing)
