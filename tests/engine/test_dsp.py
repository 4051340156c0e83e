"""Sound files become waveforms, and waveforms the clips the published networks were fed with."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import soundfile

from bubo_desktop.engine.dsp import MAX_DURATION_S, Waveform, log_mel, mel_clips, normalise, read_sound, resample
from bubo_desktop.errors import InputError
from bubo_desktop.packs.manifest import MelInput

DATA = Path(__file__).parents[1] / "data"
WINDOWS = MelInput(rate_hz=16_000, n_mels=128, n_frames=204, mean=-4.268, std=9.138, clip_s=2.0)
BUBOGPT = MelInput(
    rate_hz=16_000, n_mels=128, n_frames=204, mean=-4.268, std=9.138, clip_s=5.0, plan="bubogpt"
)  # fmt: skip
SILENT_LEVEL = (np.log(np.finfo(np.float32).eps) - WINDOWS.mean) / WINDOWS.std


def sine(frequency_hz: float, rate_hz: int = 16_000, duration_s: float = 1.0) -> np.ndarray:
    time_s = np.arange(round(duration_s * rate_hz)) / rate_hz
    return (0.5 * np.sin(2 * np.pi * frequency_hz * time_s)).astype(np.float32)


@pytest.mark.parametrize(
    ("suffix", "subtype", "tolerance"),
    [
        ("wav", "PCM_U8", 2**-7),  # one step of 8 bits
        ("wav", "PCM_16", 2**-15),
        ("wav", "PCM_24", 2**-23),
        ("wav", "PCM_32", 2**-23),
        ("wav", "FLOAT", 0.0),
        ("flac", "PCM_24", 2**-23),
    ],
)
def test_lossless_files_give_their_samples(tmp_path, suffix, subtype, tolerance):
    path = tmp_path / f"a.{suffix}"
    soundfile.write(path, sine(440), 16_000, subtype=subtype)
    wave = read_sound(path)
    assert wave.rate_hz == 16_000
    assert wave.samples.dtype == np.float32
    np.testing.assert_allclose(wave.samples, sine(440), atol=tolerance, rtol=0)


@pytest.mark.parametrize(("suffix", "kind"), [("ogg", "OGG"), ("mp3", "MP3")])
def test_lossy_files_keep_pitch_and_length(tmp_path, suffix, kind):
    path = tmp_path / f"a.{suffix}"
    soundfile.write(path, sine(1000, 44_100, 2.0), 44_100, format=kind)
    wave = read_sound(path)
    assert wave.duration_s == pytest.approx(2.0, abs=0.1)  # MP3 pads to whole frames
    spectrum = np.abs(np.fft.rfft(wave.samples))
    assert np.argmax(spectrum) * wave.rate_hz / len(wave.samples) == pytest.approx(1000, abs=2)


def test_channels_are_averaged(tmp_path):
    soundfile.write(tmp_path / "a.wav", np.stack([sine(440), np.zeros(16_000)], axis=1), 16_000, subtype="FLOAT")
    np.testing.assert_allclose(read_sound(tmp_path / "a.wav").samples, sine(440) / 2, atol=1e-7)


def test_a_high_sample_rate_becomes_16_khz_without_moving_the_pitch(tmp_path):
    soundfile.write(tmp_path / "a.wav", sine(3000, 96_000), 96_000)
    samples = resample(read_sound(tmp_path / "a.wav"), 16_000)
    assert len(samples) == pytest.approx(16_000, abs=1)
    np.testing.assert_allclose(samples[1000:-1000], sine(3000)[1000:-1000], atol=1e-3)  # soxr's pass-band ripple


def test_what_lies_above_the_new_rate_is_removed():
    samples = resample(Waveform(sine(20_000, 96_000), 96_000), 16_000)
    assert np.abs(samples[1000:-1000]).max() < 1e-3


def damaged_file(tmp_path: Path, kind: str) -> Path:
    path = tmp_path / f"{kind}.wav"
    match kind:
        case "folder":
            path.mkdir()
        case "fifo":
            os.mkfifo(path)
        case "nothing":
            path.write_bytes(b"")
        case "text":
            path.write_text("this is no sound")
        case "no-samples":
            soundfile.write(path, np.zeros(0, np.float32), 16_000)
        case "nan" | "infinite" | "enormous":
            samples = sine(440)
            samples[5] = {"nan": np.nan, "infinite": np.inf, "enormous": 1e30}[kind]
            soundfile.write(path, samples, 16_000, subtype="FLOAT")
        case "too-long":
            soundfile.write(path, np.zeros(round(MAX_DURATION_S + 1) * 4000, np.int16), 4000, subtype="PCM_U8")
        case "odd-rate":
            soundfile.write(path, sine(440), 50)
    return path


KINDS = ["missing", "folder", "nothing", "text", "no-samples", "nan", "infinite", "enormous", "too-long", "odd-rate"]
FIFO = pytest.param("fifo", marks=pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no FIFOs"))


@pytest.mark.timeout(20)
@pytest.mark.parametrize("kind", [*KINDS, FIFO])
def test_what_is_no_usable_sound_is_said_in_one_sentence(tmp_path, kind):
    path = damaged_file(tmp_path, kind)
    with pytest.raises(InputError) as raised:
        read_sound(path)
    assert str(path) in raised.value.message
    assert "\n" not in raised.value.message
    assert raised.value.message.endswith(".")
    assert raised.value.hint


def test_an_ending_that_promises_raw_samples_is_no_crash(tmp_path):
    (tmp_path / "a.raw").write_bytes(bytes(1000))
    with pytest.raises(InputError):
        read_sound(tmp_path / "a.raw")


def test_a_file_cut_off_in_its_samples_is_read_as_far_as_it_goes(tmp_path):
    soundfile.write(tmp_path / "a.wav", sine(440), 16_000)
    (tmp_path / "a.wav").write_bytes((tmp_path / "a.wav").read_bytes()[: 44 + 1000])
    assert len(read_sound(tmp_path / "a.wav").samples) == 500


@pytest.mark.parametrize("n_kept", [20, 44])
def test_a_file_cut_off_before_its_samples_is_refused(tmp_path, n_kept):
    soundfile.write(tmp_path / "a.wav", sine(440), 16_000)
    (tmp_path / "a.wav").write_bytes((tmp_path / "a.wav").read_bytes()[:n_kept])
    with pytest.raises(InputError):
        read_sound(tmp_path / "a.wav")


def test_mel_agrees_with_the_published_preprocessing():
    """Reference: torchaudio's filterbank as ImageBind calls it, for 1.7 s that are repeated to fill a clip."""
    with np.load(DATA / "bubogpt_mel.npz") as reference:
        clips = mel_clips(Waveform(reference["wave"], 16_000), BUBOGPT)
        wanted = reference["every_fourth_frame"]
    assert clips.shape == (7, 1, 128, 204)
    assert clips.dtype == np.float32
    for clip in clips:  # float32 sums in another order, largest where there is next to no energy
        np.testing.assert_allclose(clip[0, :, ::4], wanted, atol=1e-3, rtol=0)


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
