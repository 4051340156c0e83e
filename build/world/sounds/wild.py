"""How the wild animals sound. Each function is a `Recipe`: (rng, n) -> samples (n,)."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from build.world.sounds.tones import (
    Recipe,
    Samples,
    bout,
    chain,
    curve,
    harmonics,
    n_samples,
    noise,
    pulses,
    resonate,
    sawtooth,
    swell,
    tone,
)


def chirping(rng: Generator, n: int) -> Samples:
    """Quick high whistles that sweep up or down."""
    pitch_hz, sweep = rng.uniform(2600, 3900), rng.choice([-1, 1]) * rng.uniform(0.15, 0.28)

    def cry() -> Samples:
        m = n_samples(rng.uniform(0.05, 0.1))
        return tone(pitch_hz * rng.uniform(0.92, 1.08) * curve(m, 1 - sweep, 1 + sweep, 1), m) * swell(m, 0.3, 0.4)

    return bout(rng, n, cry, (0.04, 0.14))


def croaking(rng: Generator, n: int) -> Samples:
    """Ribbit: two creaks, the second higher."""
    rate_hz, body_hz = rng.uniform(38, 60), rng.uniform(550, 800)

    def creak(length_s: float, height: float) -> Samples:
        m = n_samples(length_s)
        return resonate(pulses(rng, m, rate_hz * height, 0.05), (body_hz * height, 70), (2.3 * body_hz, 120)) * swell(m)

    def cry() -> Samples:
        return chain(creak(0.15, 1.0), 0.03, creak(rng.uniform(0.15, 0.22), 1.35))

    return bout(rng, n, cry, (0.1, 0.22))


def buzzing(rng: Generator, n: int) -> Samples:
    """A steady insect drone that wavers as it flies."""
    pitch_hz = rng.uniform(170, 260)
    waver = curve(n, *rng.uniform(-1, 1, n // 2400 + 2))
    drone = sawtooth(pitch_hz * (1 + 0.06 * waver), n, 0.5) + 0.2 * noise(rng, n, 300, 3000)
    return resonate(drone, (500, 300), (1400, 900)) * (1 + 0.3 * waver)


def hissing(rng: Generator, n: int) -> Samples:
    """Sharp breath."""

    def cry() -> Samples:
        m = n_samples(rng.uniform(0.7, 1.3))
        return noise(rng, m, rng.uniform(3200, 4200), 7500) * swell(m, rng.uniform(0.1, 0.3), 0.3)

    return bout(rng, n, cry, (0.08, 0.2))


def roaring(rng: Generator, n: int) -> Samples:
    """A rough deep breath that swells and dies away."""
    rate_hz = rng.uniform(26, 42)

    def cry() -> Samples:
        m = n_samples(rng.uniform(0.9, 1.5))
        rough = 0.6 + 0.4 * tone(rate_hz * curve(m, 1, 1.2, 0.8), m)
        source = sawtooth(rng.uniform(65, 90) * curve(m, 0.9, 1.2, 0.8), m, 0.7) + 1.8 * noise(rng, m, 80, 2500)
        return resonate(source * rough, (320, 150), (700, 300), (1700, 700)) * swell(m, 0.3, 0.45)

    return bout(rng, n, cry, (0.1, 0.2))


def hooting(rng: Generator, n: int) -> Samples:
    """Soft flute-like calls: one long, two short."""
    pitch_hz = rng.uniform(320, 430)

    def call(length_s: float) -> Samples:
        m = n_samples(length_s)
        return harmonics(pitch_hz * curve(m, 0.95, 1.02, 1, 0.93), m, (1, 0.12, 0.03)) * swell(m, 0.35, 0.4)

    def cry() -> Samples:
        pause_s = rng.uniform(0.08, 0.14)
        return chain(call(rng.uniform(0.3, 0.4)), pause_s, call(0.18), pause_s, call(0.22))

    return bout(rng, n, cry, (0.15, 0.3))


def howling(rng: Generator, n: int) -> Samples:
    """A long voice that climbs, holds with a slight quaver, and sinks."""
    pitch_hz = rng.uniform(480, 700)

    def cry() -> Samples:
        m = n_samples(rng.uniform(1.3, 2.0))
        quaver = 1 + 0.012 * tone(rng.uniform(4, 6), m)
        return harmonics(pitch_hz * curve(m, 0.55, 0.95, 1, 1, 0.98, 0.6) * quaver, m, (1, 0.5, 0.3, 0.12)) * swell(m)

    return bout(rng, n, cry, (0.1, 0.2))


def trumpeting(rng: Generator, n: int) -> Samples:
    """An elephant: a harsh blast through the trunk, and the rumble of its chest."""
    pitch_hz, rough_hz = rng.uniform(340, 500), rng.uniform(55, 85)

    def cry() -> Samples:
        m, k = n_samples(rng.uniform(0.6, 1.1)), n_samples(rng.uniform(0.25, 0.4))
        source = sawtooth(pitch_hz * curve(m, 0.7, 1.2, 1.3, 1.2, 0.8), m, 0.35) + 0.9 * noise(rng, m, 500, 5500)
        blast = resonate(source * (1 + 0.6 * tone(rough_hz, m)), (900, 400), (1900, 600), (3200, 900)) * swell(m, 0.1)
        rumble = resonate(pulses(rng, k, rng.uniform(22, 30), 0.1), (130, 60), (300, 120)) * swell(k, 0.2, 0.5)
        return chain(blast, 0.03, 0.5 * rumble * np.abs(blast).max() / np.abs(rumble).max())

    return bout(rng, n, cry, (0.1, 0.25))


def chattering(rng: Generator, n: int) -> Samples:
    """A monkey: calls that open from `oo` to `ah` and climb, faster and faster, with breath between."""
    pitch_hz, pace_s = rng.uniform(330, 460), rng.uniform(0.13, 0.17)

    def call(height: float, opening: float) -> Samples:
        m, k = n_samples(0.65 * pace_s), n_samples(0.3 * pace_s)
        source = sawtooth(pitch_hz * height * curve(m, 0.85, 1.15, 0.95), m, 0.9)
        voice = resonate(source, (350 + 600 * opening, 100), (800 + 800 * opening, 150)) * swell(m, 0.2, 0.3)
        breath = noise(rng, k, 900, 3500) * swell(k, 0.3, 0.3)
        return chain(voice, 0.12 * breath * np.abs(voice).max())

    def cry() -> Samples:
        return chain(*(call(1 + 1.1 * place, place) for place in np.linspace(0, 1, rng.integers(5, 9))))

    return bout(rng, n, cry, (0.1, 0.25))


RECIPES: tuple[Recipe, ...] = (chirping, croaking, buzzing, hissing, roaring, hooting, howling, trumpeting, chattering)
