"""How the vehicles sound. Each function is a `Recipe`: (rng, n) -> samples (n,)."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from build.world.sounds.tones import (
    RATE_HZ,
    TOP_HZ,
    Recipe,
    Samples,
    bout,
    curve,
    n_samples,
    noise,
    pulses,
    resonate,
    sawtooth,
    swell,
    tone,
)


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


def whistling(rng: Generator, n: int) -> Samples:
    """A steam train's whistle: a high chord in a jet of steam, that swells up and sags."""
    lowest_hz = rng.uniform(520, 720)
    ratios = (1.0, rng.choice([1.19, 1.26]), 1.5, rng.choice([1.68, 1.78]))

    def blast() -> Samples:
        m = n_samples(rng.choice([rng.uniform(0.2, 0.3), rng.uniform(0.6, 1.0)]))
        bend = curve(m, 0.9, 1, 1, 1, 1, 0.94)
        pipes = sum((sawtooth(lowest_hz * ratio * bend, m, 1.8) for ratio in ratios), np.zeros(m))
        return (pipes + 0.8 * noise(rng, m, 1500, 7000)) * swell(m, 0.12, 0.15)

    return bout(rng, n, blast, (0.08, 0.22))


def whirring(rng: Generator, n: int) -> Samples:
    """A helicopter: blades that beat the air, and a turbine's whine."""
    blade_hz = rng.uniform(12, 18)
    beat = np.clip(tone(blade_hz, n), 0, 1) ** 3
    rotor = noise(rng, n, 60, 500) * (0.08 + beat) + 0.35 * tone(rng.uniform(70, 95), n) * beat
    return rotor + 0.05 * tone(rng.uniform(1500, 2300), n) + 0.02 * noise(rng, n, 1000, 5000)


def rumbling(rng: Generator, n: int) -> Samples:
    """A propeller airplane that flies past: two engines that beat against each other, and a rush of air."""
    engine_hz, beating = rng.uniform(70, 110), rng.uniform(1.012, 1.03)
    passing = curve(n, 1.05, 1.02, 0.97, 0.95)
    engines = sawtooth(engine_hz * passing, n, 0.5) + sawtooth(engine_hz * beating * passing, n, 0.5)
    droning = resonate(engines, (190, 120), (480, 250), (1100, 600))
    return (droning / droning.std() + 0.5 * noise(rng, n, 100, 1200)) * curve(n, 0.5, 1, 0.6)


def blasting(rng: Generator, n: int) -> Samples:
    """A rocket: ignition opens a roar as wide as hearing, which crackles and flutters."""
    ignition = np.clip(np.arange(n) / RATE_HZ / rng.uniform(0.3, 0.6), 0, 1)
    flutter = np.abs(noise(rng, n, 8, rng.uniform(25, 45)))
    crackle = 0.35 + flutter / flutter.std()
    low, high = noise(rng, n, 40, 300), noise(rng, n, 300, TOP_HZ)
    return (2 * low + high * ignition**2 * rng.uniform(1.2, 1.8)) * crackle * (0.4 + 0.6 * ignition)


def revving(rng: Generator, n: int) -> Samples:
    """A motorcycle: the twist of the throttle lets the pops of its pipe run up and down."""
    idle_hz, full_hz = rng.uniform(28, 38), rng.uniform(110, 170)

    def twist() -> Samples:
        m = n_samples(rng.uniform(0.6, 1.1))
        rate_hz = idle_hz + (full_hz - idle_hz) * curve(m, 0, 0.7, 1, 0.5, 0.2, 0)
        pops = pulses(rng, m, rate_hz, 0.08)
        return resonate(pops, (120, 60), (340, 120), (950, 350), (2200, 900)) * curve(m, 0.5, 1, 1, 0.7, 0.5)

    return bout(rng, n, twist, (0.0, 0.02))


def tooting(rng: Generator, n: int) -> Samples:
    """A ship's horn: long blasts of a reed so deep that one feels it."""
    pitch_hz, second = rng.uniform(80, 130), rng.choice([1.26, 1.5])

    def blast() -> Samples:
        m = n_samples(rng.uniform(0.6, 1.4))
        bend = curve(m, 0.94, 1, 1, 1, 0.97)
        reeds = sawtooth(pitch_hz * bend, m, 0.7) + 0.6 * sawtooth(pitch_hz * second * bend, m, 0.7)
        return resonate(reeds, (230, 100), (520, 200), (1000, 400)) * swell(m, 0.1, 0.15)

    return bout(rng, n, blast, (0.12, 0.3))


RECIPES: tuple[Recipe, ...] = (honking, wailing, whistling, whirring, rumbling, blasting, revving, tooting)
