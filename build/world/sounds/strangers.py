"""Sounds that nano must not take for one of its own. Each function is a `Recipe`: (rng, n) -> samples (n,)."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from build.world.sounds.tones import (
    RATE_HZ,
    TOP_HZ,
    Recipe,
    Samples,
    beats,
    bout,
    chain,
    curve,
    decay,
    harmonics,
    n_samples,
    noise,
    overlay,
    partials,
    resonate,
    sawtooth,
    swell,
    tone,
)

# First and second formants of the vowels a, e, i, o, u, and of the schwa.
# Source: Peterson and Barney, Control Methods Used in a Study of the Vowels, 1952 (rounded).
VOWELS_HZ = ((730, 1090), (530, 1840), (270, 2290), (570, 840), (300, 870), (490, 1350))
MARIMBA_RATIOS = (1.0, 3.9, 9.2)  # Source: Fletcher and Rossing, The Physics of Musical Instruments, marimba bars.


def babble(rng: Generator, n: int) -> Samples:
    """Speech without words: syllables of random vowels after bits of breath."""
    pitch_hz = rng.uniform(95, 230)

    def syllable() -> Samples:
        m, k = n_samples(rng.uniform(0.1, 0.22)), n_samples(rng.uniform(0.03, 0.07))
        first, second = VOWELS_HZ[rng.integers(len(VOWELS_HZ))]
        voice = sawtooth(pitch_hz * curve(m, 1.05, *rng.uniform(0.9, 1.15, 2)), m, 1.0)
        vowel = resonate(voice, (first, 90), (second, 110), (2700, 180)) * swell(m, 0.25, 0.3)
        consonant = 0.02 * noise(rng, k, *rng.choice([(800, 3000), (2500, 7000)])) * swell(k, 0.3, 0.3)
        return chain(consonant, vowel)

    return bout(rng, n, syllable, (0.0, 0.12))


def organ(rng: Generator, n: int) -> Samples:
    """Sustained chords with soft edges."""
    tonic_hz = rng.uniform(130, 330)

    def chord() -> Samples:
        m = n_samples(rng.uniform(0.6, 1.2))
        root = tonic_hz * 2 ** (rng.choice([0, 5, 7]) / 12)
        voices = (root * ratio * octave for ratio in (1, rng.choice([1.189, 1.26]), 1.498) for octave in (1, 2))
        return sum((tone(voice, m) for voice in voices), np.zeros(m)) * swell(m, 0.25, 0.25)

    return bout(rng, n, chord, (0.0, 0.05))


def sweep(rng: Generator, n: int) -> Samples:
    """A tone that wanders over many octaves."""
    return tone(2 ** curve(n, *rng.uniform(8, 12, rng.integers(2, 5))), n)


def beeping(rng: Generator, n: int) -> Samples:
    """Electronic beeps of one pitch."""
    pitch_hz, length_s = rng.uniform(900, 2600), rng.uniform(0.08, 0.3)

    def beep() -> Samples:
        m = n_samples(length_s)
        return tone(pitch_hz, m) * swell(m, 0.05, 0.05)

    return bout(rng, n, beep, (length_s * 0.8, length_s * 1.2))


def wind(rng: Generator, n: int) -> Samples:
    """Noise whose colour and strength drift slowly."""
    gusts = curve(n, *rng.uniform(0.2, 1, 4))
    low, high = noise(rng, n, 60, 400), noise(rng, n, 300, rng.uniform(900, 2000))
    return low * gusts + high * (1.2 - gusts)


def dripping(rng: Generator, n: int) -> Samples:
    """Single drops of water: short tones that rise."""

    def drop() -> Samples:
        m = n_samples(rng.uniform(0.04, 0.08))
        return tone(rng.uniform(500, 1100) * curve(m, 1.0, 1.2, 1.8), m) * swell(m, 0.05, 0.7)

    return bout(rng, n, drop, (0.1, 0.4))


def marimba(rng: Generator, n: int) -> Samples:
    """Dull wooden notes, one after another."""
    tonic_hz, ratios = rng.uniform(180, 400), np.array(MARIMBA_RATIOS)

    def note() -> Samples:
        pitch_hz = tonic_hz * 2 ** (rng.integers(0, 13) / 12)
        return partials(n_samples(0.4), pitch_hz * ratios, (1, 0.25, 0.05), 0.06 / ratios**0.5)

    return beats(rng, n, note, rng.uniform(0.18, 0.35), 0.1)


def heartbeat(rng: Generator, n: int) -> Samples:
    """Two soft thuds and a pause."""
    pitch_hz, interval_s = rng.uniform(45, 80), rng.uniform(0.55, 0.9)

    def thud() -> Samples:
        m = n_samples(0.12)
        return tone(pitch_hz * curve(m, 1.2, 0.8), m) * swell(m, 0.2, 0.6)

    def beat() -> Samples:
        return overlay(n_samples(0.5), [(0.0, thud()), (0.3 * interval_s, 0.7 * thud())])

    return beats(rng, n, beat, interval_s)


def vacuuming(rng: Generator, n: int) -> Samples:
    """A motor's steady whine in a broad rush of air."""
    whine = harmonics(rng.uniform(250, 650) * curve(n, *rng.uniform(0.98, 1.02, 4)), n, (1, 0.4, 0.6, 0.2, 0.3))
    return whine / whine.std() + rng.uniform(0.8, 2.0) * noise(rng, n, 200, rng.uniform(3000, 6000))


def invention(rng: Generator, n: int) -> Samples:
    """What no one has heard before: any source, any resonances, any rhythm."""
    pitch_hz = 2 ** rng.uniform(6.5, 11)
    formants = [(2 ** rng.uniform(8, 12.5), 2 ** rng.uniform(6.5, 9.5)) for _ in range(3)]
    tilt, hiss, shake_hz = rng.uniform(0.3, 2), rng.choice([0.0, 0.3, 3.0]), rng.uniform(3, 40)
    depth, length_s, points = rng.choice([0.0, 0.6]), rng.uniform(0.06, 1.0), rng.uniform(0.7, 1.4, rng.integers(2, 5))

    def cry() -> Samples:
        m = n_samples(length_s * rng.uniform(0.8, 1.2))
        source = sawtooth(pitch_hz * curve(m, *points), m, tilt) + hiss * noise(rng, m, 200, 6500)
        return resonate(source, *formants) * (1 + depth * tone(shake_hz, m)) * swell(m, 0.15, 0.3)

    return bout(rng, n, cry, (0.02, 0.35))


def invented_notes(rng: Generator, n: int) -> Samples:
    """An instrument that does not exist: notes of any scale, soft at both ends."""
    tonic_hz, weights = 2 ** rng.uniform(7, 10.5), rng.uniform(0, 1, rng.integers(1, 6)) ** 2
    longest_s, scale, vibrato = rng.uniform(0.15, 0.8), rng.uniform(0, 12, 5), rng.choice([0.0, 0.01])

    def note() -> Samples:
        m = n_samples(longest_s * rng.uniform(0.4, 1))
        pitch = tonic_hz * 2 ** (rng.choice(scale) / 12) * (1 + vibrato * tone(rng.uniform(3, 8), m))
        return harmonics(pitch, m, (1.0, *weights)) * swell(m, 0.2, 0.25)

    return bout(rng, n, note, (0.0, 0.1))


def invented_blows(rng: Generator, n: int) -> Samples:
    """Soft blows and scrapes of any colour, at any pace."""
    low_hz, length_s, pace_s = 2 ** rng.uniform(6, 11), rng.uniform(0.05, 0.25), rng.uniform(0.12, 0.7)
    high_hz = min(low_hz * rng.uniform(2, 12), TOP_HZ)
    grain_hz, peak = rng.uniform(20, 120), rng.uniform(0.1, 0.9)

    def blow() -> Samples:
        m = n_samples(length_s * rng.uniform(0.7, 1.3))
        grain = np.abs(noise(rng, m, 5, grain_hz))
        return noise(rng, m, low_hz, high_hz) * (0.3 + grain / grain.max()) * swell(m, peak, 1 - peak)

    return beats(rng, n, blow, pace_s, rng.uniform(0, 0.4))


def flute(rng: Generator, n: int) -> Samples:
    """Breathy notes nearly without overtones, one running into the next."""
    tonic_hz = rng.uniform(520, 900)

    def note() -> Samples:
        m = n_samples(rng.uniform(0.15, 0.5))
        pitch = tonic_hz * 2 ** (rng.choice([0, 2, 4, 7, 9, 12]) / 12) * (1 + 0.006 * tone(5, m))
        return (harmonics(pitch, m, (1, 0.25, 0.08)) + 0.1 * noise(rng, m, 600, 4000)) * swell(m, 0.1, 0.1)

    return bout(rng, n, note, (0.0, 0.03))


def footsteps(rng: Generator, n: int) -> Samples:
    """Heel and sole on gravel."""

    def grind(length_s: float) -> Samples:
        m = n_samples(length_s)
        return noise(rng, m, 150, rng.uniform(1500, 3000)) * np.abs(noise(rng, m, 20, 90)) * swell(m, 0.2, 0.6)

    def step() -> Samples:
        return chain(1.5 * grind(0.06), 0.03, grind(0.12))

    return beats(rng, n, step, rng.uniform(0.4, 0.6), 0.1)


def applause(rng: Generator, n: int) -> Samples:
    """A few dozen people clapping, each at a pace of their own."""
    total = np.zeros(n)
    for pace_s in rng.uniform(0.18, 0.35, rng.integers(12, 30)):
        m, palm_hz = n_samples(0.03), rng.uniform(900, 2200)
        clap = resonate(noise(rng, m) * decay(m, 0.003), (palm_hz, 500)) * rng.uniform(0.3, 1)
        starts_s = np.arange(rng.uniform(0, pace_s), n / RATE_HZ, pace_s)
        total += overlay(n, [(start_s, clap) for start_s in starts_s + rng.uniform(0, 0.04, len(starts_s))])
    return total


TRAINED: tuple[Recipe, ...] = (
    babble, organ, sweep, beeping, wind, dripping, marimba, heartbeat, vacuuming,
    invention, invention, invented_notes, invented_notes, invented_blows, invented_blows,
)  # fmt: skip
HELD_OUT: tuple[Recipe, ...] = (flute, footsteps, applause)
"""Strangers that are never trained on, so that it can be measured how the ears take what is new to them."""
