"""What happens to sounds on their way: rooms that echo, noise of many colours, narrow lines, overdriven microphones.

Samples are (n,) at `RATE_HZ`; bands are the `N_BANDS` bands, equally wide on the mel scale, of `band_powers`.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.fft import irfft, rfft
from scipy.signal import fftconvolve

from build.world.sounds.tones import RATE_HZ, Samples, band, decay, n_samples

FRAME_S = 0.02
N_BANDS = 24
LOWEST_HZ = 40.0
EARLY_S = 0.04  # within this come the first echoes, one by one


def reverberate(samples: Samples, rng: Generator) -> Samples:
    """Samples (n,) in a random room, dry closet to hall: (n + tail,).

    The room is a direct sound, a few early echoes, and a tail of coloured noise that falls by 60 dB in 0.15 to 1 s.
    """
    rt60_s = rng.uniform(0.15, 1.0)
    m = n_samples(rt60_s)
    tail = band(rng.standard_normal(m), 80, rng.uniform(1500, 7000)) * decay(m, rt60_s / np.log2(1000))
    room = tail * 10 ** (rng.uniform(-15, 3) / 20) / np.sqrt(np.sum(tail**2))
    echoes = rng.integers(1, n_samples(EARLY_S), rng.integers(2, 6))
    room[echoes] += rng.choice([-1, 1], len(echoes)) * rng.uniform(0.1, 0.5, len(echoes))
    room[0] = 1.0
    return np.asarray(fftconvolve(samples, room))


def colour_noise(rng: Generator, n: int) -> Samples:
    """Noise (n,) of unit power: from brown through white to blue, sometimes cut to a band, sometimes with mains hum."""
    spectrum = rfft(rng.standard_normal(n))
    frequency_hz = np.fft.rfftfreq(n, 1 / RATE_HZ)
    spectrum *= (np.maximum(frequency_hz, 30.0) / 1000) ** rng.uniform(-1.2, 0.6)
    if rng.random() < 1 / 3:
        low_hz = rng.uniform(20, 1500)
        spectrum[(frequency_hz < low_hz) | (frequency_hz > rng.uniform(low_hz + 500, 7500))] *= 0.03
    hiss = irfft(spectrum, n)
    hiss /= hiss.std()
    if rng.random() < 1 / 5:
        time_s, mains_hz = np.arange(n) / RATE_HZ, rng.choice([50.0, 60.0])
        hiss += sum(rng.uniform(0, 0.35) * np.sin(2 * np.pi * k * mains_hz * time_s) for k in range(1, 7))
    return np.asarray(hiss / hiss.std())


def band_powers(samples: NDArray[np.float64] | NDArray[np.float32]) -> NDArray[np.float32]:
    """Power of samples (n,) in each band around each multiple of `FRAME_S`: (ceil(n / frame), N_BANDS)."""
    n_frame = n_samples(FRAME_S)
    n_frames = -(-len(samples) // n_frame)
    padded = np.pad(samples, (n_frame // 2, (n_frames + 1) * n_frame - len(samples))).astype(np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(padded, 2 * n_frame)[::n_frame][:n_frames]
    spectrum = rfft(frames * np.hanning(2 * n_frame).astype(np.float32), axis=1)
    return (spectrum.real**2 + spectrum.imag**2) @ _bands()


def band_limits(low_hz: float, high_hz: float) -> NDArray[np.bool_]:
    """Which bands lie wholly between two frequencies: (N_BANDS,)."""
    edges = _band_edges_hz()
    return (edges[:-1] >= low_hz) & (edges[1:] <= high_hz)


def _band_edges_hz() -> Samples:
    low, high = 1127 * np.log1p(np.array([LOWEST_HZ, RATE_HZ / 2]) / 700)
    return 700 * np.expm1(np.linspace(low, high, N_BANDS + 1) / 1127)


@cache
def _bands() -> NDArray[np.float32]:
    n_bins = n_samples(FRAME_S) + 1
    place = np.searchsorted(_band_edges_hz(), np.arange(n_bins) * RATE_HZ / 2 / (n_bins - 1)) - 1
    return np.eye(N_BANDS, dtype=np.float32)[np.clip(place, 0, N_BANDS - 1)]
