"""How nano's machines, tools and the fire sound. Each function is a `Recipe`: (rng, n) -> samples (n,)."""

from __future__ import annotations

from itertools import cycle

import numpy as np
from numpy.random import Generator

from build.nano.sound_tones import (
    RATE_HZ,
    Samples,
    beats,
    bout,
    decay,
    n_samples,
    noise,
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


def honking(rng: Generator, n: int) -> Samples:
    """A car's horn: two reeds a third apart, sounding together."""
    pitch_hz, ratio = rng.uniform(330, 430), rng.uniform(1.22, 1.28)

    def blast() -> Samples:
        m = n_samples(rng.uniform(0.2, 0.55))
        reeds = sawtooth(pitch_hz, m, 0.35) + sawtooth(pitch_hz * ratio, m, 0.35)
        return resonate(reeds, (900, 500), (2300, 700)) * swell(m, 0.04, 0.06)

    return bout(rng, n, blast, (0.08, 0.18))


def wailing(rng: Generator, n: int) -> Samples:
    """An ambulance's two-tone siren."""
    low_hz, ratio, half_s = rng.uniform(420, 560), rng.uniform(1.3, 1.4), rng.uniform(0.35, 0.5)
    halves = (np.arange(n) / RATE_HZ / half_s + rng.uniform(0, 2)).astype(int) % 2
    return resonate(sawtooth(low_hz * np.where(halves == 1, ratio, 1.0), n, 1.1), (1000, 600), (1900, 900))


def chugging(rng: Generator, n: int) -> Samples:
    """A steam engine: four puffs to the turn, the first the strongest."""
    accents = cycle((1.0, 0.55, 0.75, 0.55))
    low_hz, half_life_s = rng.uniform(180, 320), rng.uniform(0.03, 0.045)

    def puff() -> Samples:
        m = n_samples(0.22)
        steam = noise(rng, m, low_hz, 1800) + 0.25 * noise(rng, m, 1800, 6000)
        return steam * decay(m, half_life_s, 0.02) * next(accents)

    return beats(rng, n, puff, rng.uniform(0.15, 0.22), 0.02)


def whirring(rng: Generator, n: int) -> Samples:
    """A helicopter: blades that beat the air, and a turbine's whine."""
    blade_hz = rng.uniform(12, 18)
    beat = np.clip(tone(blade_hz, n), 0, 1) ** 3
    rotor = noise(rng, n, 60, 500) * (0.08 + beat) + 0.35 * tone(rng.uniform(70, 95), n) * beat
    return rotor + 0.05 * tone(rng.uniform(1500, 2300), n) + 0.02 * noise(rng, n, 1000, 5000)


def crackling(rng: Generator, n: int) -> Samples:
    """A fire: irregular snaps of all sizes over a soft rush of air."""
    snaps = np.where(rng.random(n) < rng.uniform(25, 45) / RATE_HZ, rng.exponential(1.0, n), 0.0)
    snaps[: n_samples(0.01)][:1] = 1.0  # audible from the first instant, so that the label's span is true
    wood = resonate(snaps * rng.choice([-1, 1], n), (1700, 500), (3600, 800), (5800, 1200))
    return wood / np.abs(wood).max() + 0.05 * noise(rng, n, 150, 900)
