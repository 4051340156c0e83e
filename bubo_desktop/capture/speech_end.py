"""When somebody who spoke has finished."""

from __future__ import annotations

from bubo_desktop.protocol.recording import BLOCK_S

PAUSE_S = 0.8
LONGEST_S = 30.0
# Source: the defaults of `get_speech_timestamps`, github.com/snakers4/silero-vad.
SPEECH, NO_SPEECH = 0.5, 0.35
LEAST_SPEECH_S = 0.25


class SpeechEnd:
    """Follows the probability of speech, block by block."""

    def __init__(self) -> None:
        self._duration_s = 0.0
        self._speech_s = 0.0
        self._pause_s = 0.0

    def push(self, speech: float) -> bool:
        """Takes the probability of a block.

        Returns:
            Whether what was said has ended: by a pause of `PAUSE_S`, or after `LONGEST_S` of whatever it was.
        """
        self._duration_s += BLOCK_S
        if speech >= SPEECH:
            self._speech_s += BLOCK_S
            self._pause_s = 0.0
        elif speech < NO_SPEECH:
            self._pause_s += BLOCK_S
        has_spoken = self._speech_s >= LEAST_SPEECH_S
        return (has_spoken and self._pause_s >= PAUSE_S - BLOCK_S / 2) or self._duration_s >= LONGEST_S
