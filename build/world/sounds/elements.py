"""How fire, water and weather sound. Each function is a `Recipe`: (rng, n) -> samples (n,)."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from build.world.sounds.tones import (
    RATE_HZ,
    Recipe,
    Samples,
    beats,
    curve,
    decay,
    n_samples,
    noise,
    overlay,
    resonate,
    tone,
)


def crackling(rng: Generator, n: int) -> Samples:
    """A fire: irregular snaps of all sizes over a soft rush of air."""
    snaps = np.where(rng.random(n) < rng.uniform(25, 45) / RATE_HZ, rng.exponential(1.0, n), 0.0)
    snaps[: n_samples(0.01)][:1] = 1.0  # audible from the first instant, so that the label's span is true
    wood = resonate(snaps * rng.choice([-1, 1], n), (1700, 500), (3600, 800), (5800, 1200))
    return wood / np.abs(wood).max() + 0.05 * noise(rng, n, 150, 900)


def splashing(rng: Generator, n: int) -> Samples:
    """Water that falls and washes: bubbles, each a short tone that rises, in surges of foam.

    Source: Minnaert, On Musical Air-Bubbles and the Sounds of Running Water, 1933 (a bubble rings; small ones higher).
    """
    surge = 0.6 + 0.4 * tone(rng.uniform(0.7, 1.3), n, rng.uniform(0, 2 * np.pi))
    n_bubbles = int(rng.uniform(60, 110) * n / RATE_HZ)

    def bubble() -> Samples:
        m = n_samples(rng.uniform(0.015, 0.05))
        return tone(rng.uniform(450, 2400) * curve(m, 1, 1.4), m) * decay(m, 0.008) * rng.exponential(0.5)

    bubbles = overlay(n, [(start_s, bubble()) for start_s in rng.uniform(0, n / RATE_HZ, n_bubbles)])
    return surge * (bubbles / bubbles.std() + 0.35 * noise(rng, n, 500, 5000))


def thundering(rng: Generator, n: int) -> Samples:
    """A crack, and a rumble that rolls away in the depths."""

    def clap() -> Samples:
        m = n_samples(rng.uniform(1.2, 2.0))
        crack = noise(rng, m, 200, 6000) * decay(m, rng.uniform(0.02, 0.05), 0.005)
        rolls = [(start_s, decay(n_samples(0.9), 0.12, 0.03)) for start_s in np.cumsum(rng.uniform(0.08, 0.3, 6))]
        rumble = noise(rng, m, 25, rng.uniform(130, 220)) * (decay(m, 0.2, 0.03) + overlay(m, rolls) * curve(m, 1, 0.3))
        return 0.8 * crack + 4 * rumble

    return beats(rng, n, clap, rng.uniform(0.9, 1.5))


def pattering(rng: Generator, n: int) -> Samples:
    """Rain on an umbrella: countless small taps on tight cloth, in gusts."""
    gusts = curve(n, *rng.uniform(0.5, 1.0, n // 8000 + 2))
    rate = rng.uniform(120, 260) / RATE_HZ
    taps = np.where(rng.random(n) < rate, rng.exponential(1.0, n), 0.0) * rng.choice([-1, 1], n)
    cloth = resonate(taps, (rng.uniform(550, 800), 250), (2700, 1200), (5200, 1800))
    return gusts * (cloth / cloth.std() + 0.3 * noise(rng, n, 2500, 7500))


RECIPES: tuple[Recipe, ...] = (crackling, splashing, thundering, pattering)
