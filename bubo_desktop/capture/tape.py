"""What a microphone brought, in memory: the last seconds always, and a recording between its beginning and end."""

from __future__ import annotations

from collections import deque

from bubo_desktop.data import Clip
from bubo_desktop.protocol.recording import BLOCK_S, RATE_HZ

BYTES_PER_S = 4 * RATE_HZ
RECENT_S = 10.0
LONGEST_S = 240.0  # a longer recording does not fit into a message
LEAD_S = 0.2  # one begins to speak while one presses the key


class Tape:
    """Holds blocks of samples, float32 at `RATE_HZ`."""

    def __init__(self) -> None:
        self._recent: deque[bytes] = deque(maxlen=round(RECENT_S / BLOCK_S))
        self._recorded: list[bytes] = []
        self._is_running = False

    @property
    def is_recording(self) -> bool:
        """Whether what comes now belongs to the recording."""
        return self._is_running

    @property
    def recorded_s(self) -> float:
        """How much the recording holds, in seconds."""
        return sum(map(len, self._recorded)) / BYTES_PER_S

    def push(self, block: bytes) -> None:
        """Takes the next block. A recording that has become as long as can be takes no more."""
        self._recent.append(block)
        if self._is_running:
            self._recorded.append(block)
            self._is_running = self.recorded_s < LONGEST_S

    def recent(self, duration_s: float) -> Clip:
        """The last seconds, or as much of them as there is."""
        return _clip(b"".join(self._recent)[-_n_bytes(duration_s) :])

    def start(self) -> None:
        """Begins a recording, a moment ago; the one before is forgotten."""
        self._recorded = [self.recent(LEAD_S).samples]
        self._is_running = True

    def pause(self) -> None:
        """Ends the recording, and keeps it."""
        self._is_running = False

    def take(self) -> Clip:
        """Ends the recording and hands it over; it is kept here no longer."""
        recorded, self._recorded = self._recorded, []
        self._is_running = False
        return _clip(b"".join(recorded))

    def forget_recent(self) -> None:
        """Forgets the last seconds, not the recording."""
        self._recent.clear()


def _clip(samples: bytes) -> Clip:
    return Clip(rate_hz=RATE_HZ, samples=samples)


def _n_bytes(duration_s: float) -> int:
    return 4 * max(1, round(duration_s * RATE_HZ))
