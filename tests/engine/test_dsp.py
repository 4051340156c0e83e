"""Recordings become the clips the published networks were fed with."""

from __future__ import annotations

import numpy as np
import pytest
import soundfile

from bubo_desktop.engine.dsp import log_mel, mel_clips, normalise, resample
from bubo_desktop.packs.manifest import MelInput
from bubo_desktop.sounds import Waveform, read_sound

WINDOWS = MelInput(rate_hz=16_000, n_mels=128, n_frames=204, mean=-4.268, std=9.138, clip_s=2.0)
BUBOGPT = MelInput(
    rate_hz=16_000, n_mels=128, n_frames=204, mean=-4.268, std=9.138, clip_s=5.0, plan="bubogpt"
)  # fmt: skip
SILENT_LEVEL = (np.log(np.finfo(np.float32).eps) - WINDOWS.mean) / WINDOWS.std


def sine(frequency_hz: float, rate_hz: int = 16_000, duration_s: float = 1.0) -> np.ndarray:
    time_s = np.arange(round(duration_s * rate_hz)) / rate_hz
    return (0.5 * np.sin(2 * np.pi * frequency_hz * time_s)).astype(np.float32)


def test_a_high_sample_rate_becomes_16_khz_without_moving_the_pitch(tmp_path):
    soundfile.write(tmp_path / "a.wav", sine(3000, 96_000), 96_000)
    samples = resample(read_sound(tmp_path / "a.wav"), 16_000)
    assert len(samples) == pytest.approx(16_000, abs=1)
    np.testing.assert_allclose(samples[1000:-1000], sine(3000)[1000:-1000], atol=1e-3)  # soxr's pass-band ripple


def test_what_lies_above_the_new_rate_is_removed():
    samples = resample(Waveform(sine(20_000, 96_000), 96_000), 16_000)
    assert np.abs(samples[1000:-1000]).max() < 1e-3


def test_bubogpt_clips_are_spread_over_the_recording():
    noise = np.random.default_rng(0).standard_normal(round(12.3 * 16_000)).astype(np.float32)
    clips = mel_clips(Waveform(noise, 16_000), BUBOGPT)
    for i in range(6):  # up to rounding of the mean
        start = int(i * (12.3 - 5) / 6 * 16_000)
        part = noise[start : start + 80_000]
        wanted = normalise(log_mel(part - part.mean(), BUBOGPT), BUBOGPT)
        np.testing.assert_allclose(clips[i, 0], wanted, atol=1e-5)


def test_windows_follow_each_other_and_the_last_ends_in_silence():
    clips = mel_clips(Waveform(sine(440, duration_s=5.0), 16_000), WINDOWS)
    assert clips.shape == (3, 1, 128, 204)
    assert np.all(clips[2, 0, :, 105:198] == np.float32(SILENT_LEVEL))
    assert clips[2, 0].max() > 0
    assert np.all(clips[..., 198:] == 0)  # 2 s hold 198 frames


def test_no_more_windows_than_asked_for():
    mel = MelInput(rate_hz=16_000, n_mels=128, n_frames=204, mean=0, std=1, clip_s=2.0, max_clips=2)
    assert len(mel_clips(Waveform(np.zeros(200_000, np.float32), 16_000), mel)) == 2


@pytest.mark.parametrize("mel", [WINDOWS, BUBOGPT])
@pytest.mark.parametrize("n_samples", [1, 399, 400, 401, 31_999, 32_000, 32_001, 80_000, 80_001])
def test_any_length_gives_finite_clips(mel, n_samples):
    clips = mel_clips(Waveform(np.ones(n_samples, np.float32), 16_000), mel)
    assert clips.shape[1:] == (1, 128, 204)
    assert np.isfinite(clips).all()


@pytest.mark.parametrize("frequency_hz", [300, 1000, 3000, 7000])
def test_a_sine_is_loudest_in_the_filter_around_its_frequency(frequency_hz):
    def mel_scale(hz: float) -> float:
        return 1127 * np.log1p(hz / 700)

    centres = np.linspace(mel_scale(20), mel_scale(8000), 130)[1:-1]
    loudest = log_mel(sine(frequency_hz), WINDOWS).mean(axis=0).argmax()
    # Two filters, as at the low end a filter is narrower than a line of the Fourier transform.
    assert abs(centres[loudest] - mel_scale(frequency_hz)) <= 2 * (centres[1] - centres[0])


def test_a_constant_offset_is_not_heard():
    wave, shifted = sine(440), sine(440) + np.float32(0.3)
    clips = [mel_clips(Waveform(samples, 16_000), WINDOWS) for samples in (wave, shifted)]
    np.testing.assert_allclose(*clips, atol=0.02)  # rounding of the offset, in frames' emptiest filters
