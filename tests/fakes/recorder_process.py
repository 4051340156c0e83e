"""The recorder with a sound library that is not there, and does what a file says.

Each line of the file that is the only argument holds a word and a number: see `FakeLibrary`.
"""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from bubo_desktop.environment import quiet_libraries

BUSY = -9985
WRONG_RATE = -9997


class PortAudioError(Exception):
    """A message and a code, as sounddevice has it."""


class FakeLibrary:
    """What the recorder uses of sounddevice.

    Words of the file: `busy 1`: in use elsewhere; `rate N`: the only rate that it gives; `channels N`;
    `amplitude N`: of its tone, in thousandths of full scale, clipped there; `ends_after N`: blocks.
    """

    PortAudioError = PortAudioError

    def __init__(self, file: Path) -> None:
        self.wishes = {word: int(number) for word, number in map(str.split, file.read_text().splitlines())}
        self.default = SimpleNamespace(device=(0, 0))
        self.n_channels = self.wishes.get("channels", 1)
        self.rate_hz = self.wishes.get("rate", 48_000)

    def query_hostapis(self) -> list[dict[str, object]]:
        return [{"name": "Fake", "default_input_device": 0}]

    def query_devices(self) -> list[dict[str, object]]:
        device = {"index": 0, "name": "Fake microphone: - (hw:1,0)", "hostapi": 0}
        return [{**device, "max_input_channels": self.n_channels, "default_samplerate": float(self.rate_hz)}]

    def RawInputStream(self, **wanted) -> SimpleNamespace:  # noqa: N802 - the library's name
        if self.wishes.get("busy"):
            raise PortAudioError("Error opening stream", BUSY)
        if (wanted["samplerate"], wanted["channels"]) != (self.rate_hz, self.n_channels):
            raise PortAudioError("Error opening stream", WRONG_RATE)
        play = threading.Thread(target=self.play, args=(wanted["callback"], wanted["finished_callback"]), daemon=True)
        return SimpleNamespace(start=play.start)

    def play(self, take, end) -> None:
        """A tone of 440 Hz on the first channel, in blocks of a fiftieth of a second."""
        n_block, start_s = self.rate_hz // 50, time.monotonic()
        for number in range(self.wishes.get("ends_after", 10**9)):
            times_s = (number * n_block + np.arange(n_block)) / self.rate_hz
            tone = self.wishes.get("amplitude", 500) / 1000 * np.sin(2 * np.pi * 440 * times_s)
            channels = np.zeros((n_block, self.n_channels), np.float32)
            channels[:, 0] = tone.clip(-1, 1 - 2**-15)
            take(memoryview(channels).cast("B"))
            time.sleep(max(0.0, start_s + number / 50 - time.monotonic()))
        end()


if __name__ == "__main__":
    quiet_libraries()
    sys.modules["sounddevice"] = FakeLibrary(Path(sys.argv[1]))  # type: ignore[assignment]
    from bubo_desktop.recorder.server import main

    raise SystemExit(main())
