"""From what a microphone gives to blocks of sound of one rate, each with its measures."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import soxr
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from bubo_desktop.protocol.recording import BLOCK_S, RATE_HZ, Samples

# Two's complement: the largest sample of 16 bits lies one step below 1. Wider ones come closer.
FULL_SCALE = 1 - 2**-15
N_CLIPPED = 3  # at full scale one after the other: a single one may be an honest peak
SILENCE = 2**-17  # below half a step of 16 bits: no microphone that is on is so quiet
N_BLOCK = round(BLOCK_S * RATE_HZ)

Listen = Callable[[NDArray[np.float32]], float]


class Blocks:
    """Averages channels, resamples, and cuts into blocks; the last, incomplete one waits for more.

    Args:
        rate_hz: of the device.
        n_channels: of the device.
        listen: see `VoiceActivity.listen`.
    """

    def __init__(self, rate_hz: int, n_channels: int, listen: Listen) -> None:
        self._n_channels = n_channels
        self._listen = listen
        self._resampler = soxr.ResampleStream(rate_hz, RATE_HZ, 1, dtype="float32")
        self._pending: NDArray[np.float32] = np.zeros(0, np.float32)
        self._peak = 0.0
        self._last_full: NDArray[np.bool_] = np.zeros(N_CLIPPED - 1, np.bool_)
        self._is_clipped = False
        self._silence_s = 0.0

    def push(self, chunk: bytes) -> Iterator[Samples]:
        """Takes interleaved float32 samples, and yields the blocks that they complete."""
        raw = np.frombuffer(chunk, np.float32).reshape(-1, self._n_channels)
        self._measure(np.abs(raw).max(axis=1, initial=0.0))
        resampled = self._resampler.resample_chunk(raw.mean(axis=1, dtype=np.float32))
        self._pending = np.concatenate([self._pending, resampled])
        while len(self._pending) >= N_BLOCK:
            block, self._pending = self._pending[:N_BLOCK], self._pending[N_BLOCK:]
            yield self._finish(block)

    def _measure(self, magnitudes: NDArray[np.float32]) -> None:
        """Notes the peak, and whether the device clipped; `magnitudes` float32 (n,)."""
        self._peak = max(self._peak, float(magnitudes.max(initial=0.0)))
        is_full = np.concatenate([self._last_full, magnitudes >= FULL_SCALE])
        self._is_clipped |= bool(sliding_window_view(is_full, N_CLIPPED).all(axis=1).any())
        self._last_full = is_full[1 - N_CLIPPED :]

    def _finish(self, block: NDArray[np.float32]) -> Samples:
        self._silence_s = self._silence_s + BLOCK_S if self._peak < SILENCE else 0.0
        samples = Samples(
            samples=block.astype("<f4").tobytes(),
            peak=min(self._peak, 1.0),
            is_clipped=self._is_clipped,
            speech=self._listen(block),
            silence_s=round(self._silence_s, 3),
        )
        self._peak, self._is_clipped = 0.0, False
        return samples
