"""The engine's log-mel clips against the published ones: of recordings shorter than a clip, as long, and longer."""

from __future__ import annotations

import numpy as np
import pytest

from bubo_desktop.engine.dsp import mel_clips
from bubo_desktop.sounds import Waveform
from build.dims import Dims
from build.parts.hearing import mel_input
from tests.parity.small_sources import FOLDER

RATE_HZ = 16_000


@pytest.mark.parametrize("duration", ["1.7s", "5.0s", "12.3s"])
def test_the_seven_clips_of_a_recording(duration):
    with np.load(FOLDER / "mel.npz") as reference:  # the shorter recordings are beginnings of the longest
        wave = reference["wave"][: round(float(duration[:-1]) * RATE_HZ)]
        wanted, frames = reference[f"mel_{duration}"], reference["frames"]
    found = mel_clips(Waveform(wave, RATE_HZ), mel_input(Dims()))
    assert found.shape == (7, 1, 128, 204)
    # float32 sums in another order, largest where there is next to no energy
    np.testing.assert_allclose(found[..., frames], wanted, atol=1e-3, rtol=0)
