"""How the beasts of house and farm sound. Each function is a `Recipe`: (rng, n) -> samples (n,)."""

from __future__ import annotations

from numpy.random import Generator

from build.world.sounds.tones import (
    Recipe,
    Samples,
    bout,
    chain,
    curve,
    decay,
    n_samples,
    noise,
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


def crowing(rng: Generator, n: int) -> Samples:
    """Cock-a-doodle-doo: three short calls and a long one that falls."""
    pitch_hz = rng.uniform(620, 850)

    def call(length_s: float, *pitches: float) -> Samples:
        m = n_samples(length_s)
        source = sawtooth(pitch_hz * curve(m, *pitches), m, 0.4) + 0.3 * noise(rng, m, 800, 5000)
        return resonate(source, (1250, 200), (2500, 300), (3700, 500)) * swell(m, 0.1, 0.15)

    def cry() -> Samples:
        last = call(rng.uniform(0.5, 0.75), 1.1, 1.35, 1.3, 1.25, 0.75)
        return chain(call(0.14, 0.7, 0.95), 0.03, call(0.10, 0.85, 0.9), call(0.12, 0.9, 1.1), 0.02, last)

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


def neighing(rng: Generator, n: int) -> Samples:
    """A shrill whinny that shakes as it falls, and a snort."""
    pitch_hz, shake_hz = rng.uniform(800, 1150), rng.uniform(11, 15)

    def cry() -> Samples:
        m, k = n_samples(rng.uniform(0.8, 1.2)), n_samples(rng.uniform(0.2, 0.3))
        shake = tone(shake_hz, m)
        source = sawtooth(pitch_hz * curve(m, 1.0, 1.25, 1.1, 0.85, 0.55) * (1 + 0.09 * shake), m, 0.6)
        whinny = resonate(source + 0.5 * noise(rng, m, 800, 5000), (1100, 300), (2300, 400), (3600, 600))
        snort = resonate(noise(rng, k, 150, 2000), (400, 200), (1000, 400)) * (1 + tone(24, k)) * swell(k, 0.1, 0.6)
        return chain(whinny * (1 + 0.6 * shake) * swell(m, 0.06, 0.2), 0.04, 0.5 * snort)

    return bout(rng, n, cry, (0.1, 0.25))


def squeaking(rng: Generator, n: int) -> Samples:
    """A mouse: very high, thin squeaks, a few at a time."""
    pitch_hz = rng.uniform(5600, 6900)

    def squeak() -> Samples:
        m = n_samples(rng.uniform(0.05, 0.09))
        return tone(pitch_hz * rng.uniform(0.96, 1.04) * curve(m, 0.9, 1.06, 0.94), m) * swell(m, 0.25, 0.35)

    def cry() -> Samples:
        return chain(*(part for _ in range(rng.integers(2, 6)) for part in (squeak(), rng.uniform(0.02, 0.05))))

    return bout(rng, n, cry, (0.08, 0.25))


RECIPES: tuple[Recipe, ...] = (barking, meowing, crowing, mooing, bleating, grunting, quacking, neighing, squeaking)
