"""Sound files become samples; what is no usable sound is refused in one sentence."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import soundfile

from bubo_desktop.data import Clip
from bubo_desktop.errors import InputError
from bubo_desktop.sounds import MAX_DURATION_S, read_envelope, read_sound, wave_of


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


@pytest.mark.parametrize("n_bins", [1, 7, 100, 16_000, 20_000])
def test_an_envelope_shows_where_it_is_loud(tmp_path, n_bins):
    samples = np.concatenate([np.zeros(8_000), 0.5 * np.resize([1, -1], 8_000)])
    soundfile.write(tmp_path / "a.wav", samples, 16_000, subtype="FLOAT")
    envelope = read_envelope(tmp_path / "a.wav", n_bins)
    assert len(envelope) == n_bins
    assert min(low for low, _ in envelope) == -0.5
    assert max(high for _, high in envelope) == 0.5
    assert all(low == high == 0 for low, high in envelope[: n_bins // 2])


def test_an_envelope_stays_within_full_scale(tmp_path):
    soundfile.write(tmp_path / "a.wav", [-3.0, 2.0], 16_000, subtype="FLOAT")
    assert read_envelope(tmp_path / "a.wav", 2) == [(-1, -1), (1, 1)]


def test_a_recording_in_memory_gives_its_samples():
    wave = wave_of(Clip(16_000, sine(440).astype("<f4").tobytes()))
    assert wave.duration_s == 1.0
    assert wave.samples.dtype == np.float32
    np.testing.assert_array_equal(wave.samples, sine(440))


@pytest.mark.parametrize(
    ("samples", "rate_hz", "message"),
    [
        (b"", 16_000, "no samples"),
        (bytes(7), 16_000, "7 bytes are no recording"),
        (np.float32([0, np.nan]).tobytes(), 16_000, "not numbers"),
        (np.float32([0, np.inf]).tobytes(), 16_000, "not numbers"),
        (bytes(8), 0, "a sample rate of 0 Hz"),
        (bytes(8), -16_000, "a sample rate of -16000 Hz"),
        (bytes(4 * 4_000 * (int(MAX_DURATION_S) + 1)), 4_000, "longer than 10 minutes"),
    ],
    ids=["empty", "bytes", "nan", "infinite", "no rate", "negative", "long"],
)
def test_a_recording_in_memory_that_cannot_be_used_is_refused(samples, rate_hz, message):
    with pytest.raises(InputError, match=message):
        wave_of(Clip(rate_hz, samples))
