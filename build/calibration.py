"""Pictures and recordings to measure quantisation with, drawn from a seed: no photograph may be taken for granted.

Natural pictures are well described as discs of all sizes that cover each other, natural sounds as noise whose power
falls like one over the frequency. Source: Lee, Mumford and Huang, "Occlusion Models for Natural Images" (2001);
Voss and Clarke, "1/f noise in music and speech" (1975).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bubo_desktop.engine.imaging import Picture
from bubo_desktop.sounds import Waveform

RATE_HZ = 16_000
_N_DISCS = 300
_RADII = (0.02, 0.4)  # of the picture's width; as many per factor of size


def draw_pictures(n: int, width: int, height: int, seed: int = 0) -> list[Picture]:
    """Pictures of discs, each of one colour with a little noise on it."""
    return [_draw_picture(np.random.default_rng((seed, number)), width, height) for number in range(n)]


def draw_recordings(n: int, duration_s: float, seed: int = 0) -> list[Waveform]:
    """Recordings of 1/f noise that swells and fades, each with a few tones."""
    return [_draw_recording(np.random.default_rng((seed, number)), duration_s) for number in range(n)]


def _draw_picture(rng: np.random.Generator, width: int, height: int) -> Picture:
    rows, columns = np.ogrid[:height, :width]
    rgb = np.zeros((height, width, 3))
    for _ in range(_N_DISCS):
        radius = width * np.exp(rng.uniform(*np.log(_RADII)))
        x, y = rng.uniform(0, width), rng.uniform(0, height)
        rgb[(columns - x) ** 2 + (rows - y) ** 2 < radius**2] = rng.uniform(0, 255, 3)
    noisy = rgb + rng.normal(0, 6, rgb.shape)
    return Picture.from_array(np.clip(noisy, 0, 255).astype(np.uint8))


def _draw_recording(rng: np.random.Generator, duration_s: float) -> Waveform:
    n = round(duration_s * RATE_HZ)
    spectrum = np.fft.rfft(rng.standard_normal(n))
    spectrum[1:] /= np.sqrt(np.arange(1, len(spectrum)))
    noise = np.fft.irfft(spectrum, n)
    times_s = np.arange(n) / RATE_HZ
    swelling = 0.5 + 0.5 * np.sin(2 * np.pi * rng.uniform(0.1, 1.0) * times_s)
    tones = sum(np.sin(2 * np.pi * tone_hz * times_s) for tone_hz in rng.uniform(100, 4000, 3))
    return Waveform(_to_full_scale(noise / noise.std() * swelling + rng.uniform(0, 0.5) * tones), RATE_HZ)


def _to_full_scale(samples: NDArray[np.float64]) -> NDArray[np.float32]:
    return (0.5 * samples / np.abs(samples).max()).astype(np.float32)
