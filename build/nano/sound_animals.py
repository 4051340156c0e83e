"""How nano's animals sound. Each function is a `Recipe`: (rng, n) -> samples (n,)."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from build.nano.sound_tones import (
    Samples,
    beats,
    bout,
    curve,
    decay,
    harmonics,
    n_samples,
    noise,
    overlay,
    pulses,
    resonate,
    sawtooth,
    swell,
    tone,
)


def barking(rng: Generator, n: int) -> Samples:
    """Short hoarse bursts whose pitch jumps up and falls."""
    pitch_hz, length_s = rng.uniform(330, 600), rng.uniform(0.11, 0.17)

    def cry() -> Samples:
        m = n_samples(length_s * rng.uniform(0.9, 1.1))
        source = sawtooth(pitch_hz * curve(m, 0.8, 1.35, 1.1, 0.6), m, 0.6) + 1.2 * noise(rng, m, 300, 4000)
        return resonate(source, (750, 200), (1500, 300), (2600, 500)) * decay(m, length_s / 3, 0.015)

    return bout(rng, n, cry, (0.15, 0.28))


def meowing(rng: Generator, n: int) -> Samples:
    """A long glide up and down, the mouth opening from `ee` to `ow`."""
    pitch_hz = rng.uniform(480, 700)

    def cry() -> Samples:
        m = n_samples(rng.uniform(0.6, 0.9))
        source = sawtooth(pitch_hz * curve(m, 0.8, 1.25, 1.2, 1.05, 0.7), m, 0.9)
        opening = curve(m, 0, 0.8, 1, 0.3)
        closed, opened = resonate(source, (600, 150), (2600, 300)), resonate(source, (1100, 150), (1700, 200))
        return (closed * (1 - opening) + opened * opening) * swell(m, 0.2, 0.35)

    return bout(rng, n, cry, (0.12, 0.25))


def chirping(rng: Generator, n: int) -> Samples:
    """Quick high whistles that sweep up or down."""
    pitch_hz, sweep = rng.uniform(3000, 4800), rng.choice([-1, 1]) * rng.uniform(0.12, 0.25)

    def cry() -> Samples:
        m = n_samples(rng.uniform(0.05, 0.1))
        return tone(pitch_hz * rng.uniform(0.92, 1.08) * curve(m, 1 - sweep, 1 + sweep, 1), m) * swell(m, 0.3, 0.4)

    return bout(rng, n, cry, (0.04, 0.14))


def crowing(rng: Generator, n: int) -> Samples:
    """Cock-a-doodle-doo: three short calls and a long one that falls."""
    pitch_hz = rng.uniform(620, 850)

    def call(length_s: float, *pitches: float) -> Samples:
        m = n_samples(length_s)
        source = sawtooth(pitch_hz * curve(m, *pitches), m, 0.4) + 0.3 * noise(rng, m, 800, 5000)
        return resonate(source, (1250, 200), (2500, 300), (3700, 500)) * swell(m, 0.1, 0.15)

    def cry() -> Samples:
        return np.concatenate(
            [
                call(0.14, 0.7, 0.95),
                np.zeros(n_samples(0.03)),
                call(0.10, 0.85, 0.9),
                call(0.12, 0.9, 1.1),
                np.zeros(n_samples(0.02)),
                call(rng.uniform(0.5, 0.75), 1.1, 1.35, 1.3, 1.25, 0.75),
            ]
        )

    return bout(rng, n, cry, (0.15, 0.3))


def mooing(rng: Generator, n: int) -> Samples:
    """A long low voice whose mouth opens slowly."""
    pitch_hz = rng.uniform(95, 150)

    def cry() -> Samples:
        m = n_samples(rng.uniform(1.0, 1.6))
        source = sawtooth(pitch_hz * curve(m, 0.85, 1.05, 1.1, 1.05, 0.8), m, 0.8)
        opening = curve(m, 0, 0.5, 1, 0.9)
        closed, opened = resonate(source, (260, 60), (900, 200)), resonate(source, (480, 80), (1000, 120))
        return (closed * (1 - opening) + opened * opening) * swell(m, 0.15, 0.25)

    return bout(rng, n, cry, (0.15, 0.3))


def bleating(rng: Generator, n: int) -> Samples:
    """A nasal voice that trembles."""
    pitch_hz, tremble_hz = rng.uniform(260, 400), rng.uniform(8, 12)

    def cry() -> Samples:
        m = n_samples(rng.uniform(0.6, 0.95))
        tremble = tone(tremble_hz, m)
        source = sawtooth(pitch_hz * (1 + 0.07 * tremble) * curve(m, 1.05, 1, 0.9), m, 0.5)
        return resonate(source, (850, 120), (1900, 200), (2900, 300)) * (1 + 0.7 * tremble) * swell(m, 0.08, 0.2)

    return bout(rng, n, cry, (0.12, 0.25))


def grunting(rng: Generator, n: int) -> Samples:
    """Deep snorts: rough pulses through a wet nose."""
    rate_hz = rng.uniform(55, 90)

    def cry() -> Samples:
        m = n_samples(rng.uniform(0.16, 0.28))
        source = 9 * pulses(rng, m, rate_hz, 0.15) + 0.5 * noise(rng, m, 200, 2500) * (1 + tone(rate_hz / 2, m))
        return resonate(source, (380, 120), (1200, 250)) * swell(m, 0.25, 0.4)

    return bout(rng, n, cry, (0.1, 0.22))


def quacking(rng: Generator, n: int) -> Samples:
    """Short nasal calls that fall."""
    pitch_hz, length_s = rng.uniform(190, 270), rng.uniform(0.14, 0.2)

    def cry() -> Samples:
        m = n_samples(length_s * rng.uniform(0.9, 1.1))
        source = sawtooth(pitch_hz * curve(m, 1.15, 1.1, 0.85), m, 0.2)
        return resonate(source, (1150, 130), (2250, 200), (3300, 300)) * swell(m, 0.12, 0.35)

    return bout(rng, n, cry, (0.08, 0.18))


def croaking(rng: Generator, n: int) -> Samples:
    """Ribbit: two creaks, the second higher."""
    rate_hz, body_hz = rng.uniform(38, 60), rng.uniform(550, 800)

    def creak(length_s: float, height: float) -> Samples:
        m = n_samples(length_s)
        return resonate(pulses(rng, m, rate_hz * height, 0.05), (body_hz * height, 70), (2.3 * body_hz, 120)) * swell(m)

    def cry() -> Samples:
        return np.concatenate([creak(0.15, 1.0), np.zeros(n_samples(0.03)), creak(rng.uniform(0.15, 0.22), 1.35)])

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
        pause = np.zeros(n_samples(rng.uniform(0.08, 0.14)))
        return np.concatenate([call(rng.uniform(0.3, 0.4)), pause, call(0.18), pause, call(0.22)])

    return bout(rng, n, cry, (0.15, 0.3))


def howling(rng: Generator, n: int) -> Samples:
    """A long voice that climbs, holds with a slight quaver, and sinks."""
    pitch_hz = rng.uniform(480, 700)

    def cry() -> Samples:
        m = n_samples(rng.uniform(1.3, 2.0))
        quaver = 1 + 0.012 * tone(rng.uniform(4, 6), m)
        return harmonics(pitch_hz * curve(m, 0.55, 0.95, 1, 1, 0.98, 0.6) * quaver, m, (1, 0.5, 0.3, 0.12)) * swell(m)

    return bout(rng, n, cry, (0.1, 0.2))


def galloping(rng: Generator, n: int) -> Samples:
    """Hooves: three hollow clops and a pause."""
    body_hz, interval_s = rng.uniform(700, 1150), rng.uniform(0.38, 0.5)

    def clop() -> Samples:
        m = n_samples(0.07)
        click = noise(rng, m, 300, 3000) * decay(m, 0.004)
        return resonate(click, (body_hz * rng.uniform(0.9, 1.1), 80), (2.1 * body_hz, 200)) * rng.uniform(0.7, 1)

    def stride() -> Samples:
        return overlay(n_samples(interval_s), [(hoof * 0.21 * interval_s, clop()) for hoof in range(3)])

    return beats(rng, n, stride, interval_s, 0.02)
