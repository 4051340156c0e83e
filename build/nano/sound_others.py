"""Sounds that nano must not take for one of its own. Each function is a `Recipe`: (rng, n) -> samples (n,)."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from build.nano.sound_tones import Recipe, Samples, bout, curve, n_samples, noise, resonate, sawtooth, swell, tone

# First and second formants of the vowels a, e, i, o, u, and of the schwa.
# Source: Peterson and Barney, Control Methods Used in a Study of the Vowels, 1952 (rounded).
VOWELS_HZ = ((730, 1090), (530, 1840), (270, 2290), (570, 840), (300, 870), (490, 1350))


def babble(rng: Generator, n: int) -> Samples:
    """Speech without words: syllables of random vowels after bits of breath."""
    pitch_hz = rng.uniform(95, 230)

    def syllable() -> Samples:
        m, k = n_samples(rng.uniform(0.1, 0.22)), n_samples(rng.uniform(0.03, 0.07))
        first, second = VOWELS_HZ[rng.integers(len(VOWELS_HZ))]
        voice = sawtooth(pitch_hz * curve(m, 1.05, *rng.uniform(0.9, 1.15, 2)), m, 1.0)
        vowel = resonate(voice, (first, 90), (second, 110), (2700, 180)) * swell(m, 0.25, 0.3)
        consonant = 0.02 * noise(rng, k, *rng.choice([(800, 3000), (2500, 7000)])) * swell(k, 0.3, 0.3)
        return np.concatenate([consonant, vowel])

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
    """Drops of water: short tones that rise."""

    def drop() -> Samples:
        m = n_samples(rng.uniform(0.04, 0.08))
        return tone(rng.uniform(500, 1100) * curve(m, 1.0, 1.2, 1.8), m) * swell(m, 0.05, 0.7)

    return bout(rng, n, drop, (0.1, 0.4))


OTHERS: tuple[Recipe, ...] = (babble, organ, sweep, beeping, wind, dripping)
