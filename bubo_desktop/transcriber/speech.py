"""Where in a recording somebody speaks."""

from __future__ import annotations

import numpy as np
import soxr
from numpy.typing import NDArray

from bubo_desktop.errors import DeviceError
from bubo_desktop.sounds import Waveform
from bubo_desktop.voice_activity import RATE_HZ, VoiceActivity

SPEECH = 0.5  # Source: the default of `get_speech_timestamps`, github.com/snakers4/silero-vad.
MARGIN_S = 0.3  # kept before and after: first and last sounds are quiet
STEP_S = 0.064


def find_speech(wave: Waveform) -> NDArray[np.float32]:
    """The recording from the first word to the last, float32 (n,) at `RATE_HZ`, full scale at -1..1.

    Raises:
        DeviceError: nobody speaks.
    """
    samples = soxr.resample(wave.samples, wave.rate_hz, RATE_HZ)
    n_step, voice = round(STEP_S * RATE_HZ), VoiceActivity()
    speech = [
        at for at in range(0, len(samples) - n_step + 1, n_step) if voice.listen(samples[at : at + n_step]) >= SPEECH
    ]
    if not speech:
        raise DeviceError("No words were heard.", "Speak a little louder, or nearer to the microphone.")
    margin = round(MARGIN_S * RATE_HZ)
    return samples[max(0, speech[0] - margin) : speech[-1] + n_step + margin]
