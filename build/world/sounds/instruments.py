"""How the instruments and the telephone sound. Each function is a `Recipe`: (rng, n) -> samples (n,)."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from scipy.signal import lfilter

from build.world.sounds.tones import (
    RATE_HZ,
    Recipe,
    Samples,
    band,
    beats,
    bout,
    curve,
    decay,
    n_samples,
    noise,
    overlay,
    partials,
    pulses,
    resonate,
    sawtooth,
    swell,
    tone,
)

# Ratios and weights of a bell's partials: hum, prime, tierce, quint, nominal and two above.
# Source: Fletcher and Rossing, The Physics of Musical Instruments, chapter on bells.
BELL_RATIOS = np.array([0.5, 1.0, 1.19, 1.56, 2.0, 2.66, 3.01])
BELL_WEIGHTS = np.array([0.4, 0.7, 0.5, 0.3, 1.0, 0.5, 0.4])
# Semitones above the lowest open string of common guitar chords (E, A, D, G, C), string by string.
CHORDS = ((0, 7, 12, 16, 19, 24), (5, 12, 17, 21, 24), (10, 17, 22, 26), (3, 7, 10, 15, 19, 27), (8, 12, 15, 20, 24))
LOW_E_HZ = 82.41
MAJOR_SCALE = (0, 2, 4, 5, 7, 9, 11, 12)
BLUES_SCALE = (0, 3, 5, 6, 7, 10, 12)


def ringing(rng: Generator, n: int) -> Samples:
    """A hand bell, swung to and fro."""
    pitch_hz, half_life_s = rng.uniform(700, 1200), rng.uniform(0.12, 0.25)

    def strike() -> Samples:
        lives_s = half_life_s / np.sqrt(BELL_RATIOS)
        return partials(n_samples(1.6), pitch_hz * BELL_RATIOS, BELL_WEIGHTS * rng.uniform(0.7, 1.0), lives_s)

    return beats(rng, n, strike, rng.uniform(0.4, 0.65))


def drumming(rng: Generator, n: int) -> Samples:
    """A skin whose pitch drops after each stroke, with the rattle of snares."""
    pitch_hz, rattle = rng.uniform(110, 190), rng.uniform(0.15, 0.4)

    def strike() -> Samples:
        m = n_samples(0.25)
        skin = tone(pitch_hz * (1 + 0.8 * decay(m, 0.015)), m) * decay(m, 0.045)
        return (skin + rattle * noise(rng, m, 800, 5000) * decay(m, 0.02)) * rng.uniform(0.6, 1.0)

    return beats(rng, n, strike, rng.uniform(0.13, 0.24))


def strumming(rng: Generator, n: int) -> Samples:
    """Plucked strings (Karplus-Strong), a chord at a time.

    Source: Karplus and Strong, Digital Synthesis of Plucked-String and Drum Timbres, 1983.
    """
    transpose, spread_s = rng.integers(0, 5), rng.uniform(0.012, 0.03)

    def pluck(semitone: int) -> Samples:
        period = round(RATE_HZ / (LOW_E_HZ * 2 ** ((semitone + transpose) / 12)))
        m = n_samples(0.9)
        excitation = np.zeros(m)
        excitation[:period] = band(rng.uniform(-1, 1, period), 60, 3500)
        loop = np.zeros(period + 2)
        loop[0], loop[period:] = 1.0, -0.497
        return np.asarray(lfilter([1.0], loop, excitation))

    def strum() -> Samples:
        chord = CHORDS[rng.integers(len(CHORDS))]
        return overlay(n_samples(1.0), [(i * spread_s, pluck(semitone)) for i, semitone in enumerate(chord)])

    return beats(rng, n, strum, rng.uniform(0.4, 0.65))


def blaring(rng: Generator, n: int) -> Samples:
    """A trumpet's fanfare: bright notes of a major chord, brightest once they are under way."""
    tonic_hz = rng.uniform(290, 420)

    def note() -> Samples:
        m = n_samples(rng.uniform(0.14, 0.4))
        pitch = tonic_hz * rng.choice([1, 1.26, 1.5, 2]) * (1 + 0.006 * tone(5.5, m))
        dull, bright = sawtooth(pitch, m, 1.6), sawtooth(pitch, m, 0.55)
        brightness = curve(m, 0, 0.9, 1, 0.8, 0.3)
        return resonate(dull * (1 - brightness) + bright * brightness, (1300, 500), (2400, 900)) * swell(m, 0.12, 0.15)

    return bout(rng, n, note, (0.01, 0.05))


def tinkling(rng: Generator, n: int) -> Samples:
    """A piano's single notes in the upper octaves."""
    tonic_hz = rng.uniform(420, 640)

    def note() -> Samples:
        pitch_hz = tonic_hz * 2 ** (rng.choice(MAJOR_SCALE) / 12)
        k = np.arange(1, 8)
        stretched_hz = pitch_hz * k * np.sqrt(1 + 0.0006 * k**2)
        hammer = 0.15 * noise(rng, n_samples(0.02), 200, 3000) * decay(n_samples(0.02), 0.004)
        strings = partials(n_samples(0.7), stretched_hz, 0.5 ** (k - 1), 0.16 / np.sqrt(k))
        return overlay(len(strings), [(0.0, strings), (0.0, hammer)])

    return beats(rng, n, note, rng.uniform(0.14, 0.24))


def fiddling(rng: Generator, n: int) -> Samples:
    """A violin: bowed notes that slide into each other, with a wide vibrato and the rustle of the bow."""
    tonic_hz, vibrato_hz = rng.uniform(440, 700), rng.uniform(5, 6.5)
    lengths = [n_samples(length_s) for length_s in rng.uniform(0.22, 0.5, int(n / RATE_HZ / 0.22) + 1)]
    steps = np.repeat(rng.choice(MAJOR_SCALE, len(lengths)), lengths)[:n].astype(float)
    glide = np.ones(n_samples(0.05)) / n_samples(0.05)
    pitch = tonic_hz * 2 ** (
        np.convolve(np.pad(steps, len(glide), "edge"), glide, "same")[len(glide) : -len(glide)] / 12
    )
    source = sawtooth(pitch * (1 + 0.014 * tone(vibrato_hz, n)), n, 0.75) + 0.25 * noise(rng, n, 2000, 7000)
    stress = curve(n, *rng.uniform(0.6, 1.0, n // 4000 + 2))
    return (resonate(source, (500, 150), (1600, 400), (3000, 700)) + 0.02 * source) * stress * swell(n, 0.03, 0.05)


def crooning(rng: Generator, n: int) -> Samples:
    """A saxophone: low reedy notes, each scooped up from below, with a growl and much breath."""
    tonic_hz, growl_hz = rng.uniform(130, 210), rng.uniform(22, 30)

    def note() -> Samples:
        m = n_samples(rng.uniform(0.3, 0.8))
        pitch = tonic_hz * 2 ** (rng.choice(BLUES_SCALE) / 12) * curve(m, 0.84, 0.97, 1, 1, 1, 0.97)
        reed = sawtooth(pitch, m, 0.9) - 0.3 * sawtooth(2 * pitch, m, 0.9)  # a reed favours odd multiples
        breathy = reed * (1 + 0.35 * tone(growl_hz, m)) + 0.5 * noise(rng, m, 600, 4500)
        return resonate(breathy, (480, 150), (1150, 250), (2500, 600)) * swell(m, 0.1, 0.15)

    return bout(rng, n, note, (0.01, 0.06))


def trilling(rng: Generator, n: int) -> Samples:
    """An old telephone: a clapper between two small bells, ring after ring."""
    first_hz, clapper_hz = rng.uniform(1250, 1600), rng.uniform(18, 26)
    second_hz = first_hz * rng.uniform(1.18, 1.3)

    def ring() -> Samples:
        m = n_samples(rng.uniform(0.7, 1.1))
        strokes = pulses(rng, m, clapper_hz)
        second_strokes = np.roll(strokes, round(RATE_HZ / clapper_hz / 2))
        first = resonate(strokes, (first_hz, 9), (first_hz * 2.7, 25))
        return (first + resonate(second_strokes, (second_hz, 9), (second_hz * 2.7, 25))) * swell(m, 0.02, 0.1)

    return bout(rng, n, ring, (0.12, 0.25))


RECIPES: tuple[Recipe, ...] = (ringing, drumming, strumming, blaring, tinkling, fiddling, crooning, trilling)
