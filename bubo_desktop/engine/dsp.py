"""From a sound file to what a hearing network reads: decoding, resampling, Kaldi log-mel clips."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from bubo_desktop.errors import InputError
from bubo_desktop.packs.manifest import MelInput

MAX_DURATION_S = 600.0
MIN_RATE_HZ, MAX_RATE_HZ = 4_000, 192_000
MAX_PEAK = float(2**31)  # unscaled 32-bit integers in a float file; beyond it power overflows float32
HINT = "Choose a WAV, FLAC, OGG or MP3 file of at most 10 minutes."

FRAME_S, SHIFT_S = 0.025, 0.010
PRE_EMPHASIS = 0.97
LOW_HZ = 20.0
BUBOGPT_WINDOWS = 6  # consecutive clips; a seventh is the whole recording


@dataclass(frozen=True, slots=True)
class Waveform:
    """A recording: `samples` float32 (n,), mono, full scale at -1..1 (finite, n >= 1), at `rate_hz`."""

    samples: NDArray[np.float32]
    rate_hz: int

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return len(self.samples) / self.rate_hz


def read_sound(path: str | Path) -> Waveform:
    """Decodes a sound file (WAV, FLAC, OGG, MP3, ...) and averages its channels.

    Raises:
        InputError: the file is missing, is no sound, is empty, damaged or too long.
    """
    path = Path(path)
    if not path.is_file():  # opening a FIFO would wait for ever
        raise InputError(f"There is no sound file {path}.", HINT)
    try:
        with path.open("rb") as stream, soundfile.SoundFile(stream) as sound:
            _check_size(path, sound)
            samples, rate_hz = _read_mono(sound), sound.samplerate
    except (soundfile.SoundFileError, OSError, TypeError) as error:  # TypeError: soundfile's answer to `.raw`
        raise InputError(f"{path} cannot be read as a sound.", HINT) from error
    if samples.size == 0:
        raise InputError(f"{path} holds no sound: it has no samples.", HINT)
    if not np.abs(samples).max() <= MAX_PEAK:  # so written that NaN fails too
        raise InputError(f"{path} holds samples that are not numbers or far out of range.", HINT)
    return Waveform(samples, rate_hz)


def _check_size(path: Path, sound: soundfile.SoundFile) -> None:
    if not MIN_RATE_HZ <= sound.samplerate <= MAX_RATE_HZ:
        raise InputError(f"{path} has a sample rate of {sound.samplerate} Hz, which is not usable.", HINT)
    if sound.frames > MAX_DURATION_S * sound.samplerate:
        raise InputError(f"{path} is longer than {MAX_DURATION_S / 60:.0f} minutes.", HINT)


def _read_mono(sound: soundfile.SoundFile) -> NDArray[np.float32]:
    """Reads in blocks, so that a file of many channels never stands in memory whole."""
    blocks = sound.blocks(blocksize=1 << 16, dtype="float32", always_2d=True)
    mono = [block.mean(axis=1, dtype=np.float32) for block in blocks]
    return np.concatenate(mono) if mono else np.zeros(0, np.float32)


def resample(wave: Waveform, rate_hz: int) -> NDArray[np.float32]:
    """The recording's samples at `rate_hz`, float32 (m,), m >= 1 (soxr, high quality)."""
    if wave.rate_hz == rate_hz:
        return wave.samples
    resampled = np.asarray(soxr.resample(wave.samples, wave.rate_hz, rate_hz), np.float32)
    return resampled if resampled.size else np.zeros(1, np.float32)


def mel_clips(wave: Waveform, mel: MelInput) -> NDArray[np.float32]:
    """The clips of a recording, normalised, as `mel.plan` says: float32 (clips, 1, n_mels, n_frames)."""
    samples = resample(wave, mel.rate_hz)
    clips = _windows(samples, mel) if mel.plan == "windows" else _bubogpt_clips(samples, mel)
    return np.stack([normalise(log_mel(clip, mel), mel)[None] for clip in clips])


def log_mel(clip: NDArray[np.float32], mel: MelInput) -> NDArray[np.float32]:
    """Kaldi log-mel filterbank, float32 (frames, n_mels), of a clip float32 (n,) at `mel.rate_hz`.

    Power spectrum of 25 ms Hann frames every 10 ms that lie wholly inside the clip, DC removed and pre-emphasised
    frame by frame, no dither, natural logarithm. A clip shorter than a frame has no frames.

    Source: Kaldi feature-window.cc and mel-computations.cc, github.com/kaldi-asr/kaldi. (Of the ready-made
    ports kaldi-native-fbank refuses ImageBind's 128 bins, one of which is empty.)
    """
    n_frame, n_shift = round(FRAME_S * mel.rate_hz), round(SHIFT_S * mel.rate_hz)
    n_fft = 1 << (n_frame - 1).bit_length()
    if len(clip) < n_frame:
        return np.zeros((0, mel.n_mels), np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(clip, n_frame)[::n_shift]
    frames = frames - frames.mean(axis=1, keepdims=True)
    frames = frames - PRE_EMPHASIS * np.concatenate([frames[:, :1], frames[:, :-1]], axis=1)
    spectrum = np.fft.rfft(frames * np.hanning(n_frame).astype(np.float32), n_fft)
    power = spectrum.real**2 + spectrum.imag**2
    energies = power.astype(np.float32) @ _mel_weights(mel.n_mels, n_fft, mel.rate_hz)
    return np.log(np.maximum(energies, np.finfo(np.float32).eps))


@cache
def _mel_weights(n_mels: int, n_fft: int, rate_hz: int) -> NDArray[np.float32]:
    """Triangular filters (n_fft / 2 + 1, n_mels), equally spaced on the mel scale from LOW_HZ to half the rate."""

    def to_mel(frequency_hz: NDArray[np.float64]) -> NDArray[np.float64]:
        return 1127.0 * np.log1p(frequency_hz / 700.0)

    low, high = to_mel(np.array([LOW_HZ, rate_hz / 2]))
    edges = np.linspace(low, high, n_mels + 2)
    bins = to_mel(np.arange(n_fft // 2 + 1) * rate_hz / n_fft)[:, None]
    rising = (bins - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - bins) / (edges[2:] - edges[1:-1])
    return np.maximum(0.0, np.minimum(rising, falling)).astype(np.float32)


def normalise(frames: NDArray[np.float32], mel: MelInput) -> NDArray[np.float32]:
    """Fits raw log-mel (frames, n_mels) into (n_mels, n_frames) and applies (x - mean) / std.

    Too many frames are resampled bilinearly (half-pixel centres, no antialiasing); too few are followed by zeros.

    Source: ImageBind `waveform2melspec`; PyTorch `interpolate(align_corners=False)`.
    """
    n_raw = len(frames)
    if n_raw > mel.n_frames:
        centres = np.clip((np.arange(mel.n_frames) + 0.5) * n_raw / mel.n_frames - 0.5, 0, n_raw - 1)
        left = np.minimum(centres.astype(np.intp), n_raw - 2)
        weight = (centres - left).astype(np.float32)[:, None]
        frames = frames[left] * (1 - weight) + frames[left + 1] * weight
    fitted = np.zeros((mel.n_mels, mel.n_frames), np.float32)
    fitted[:, : len(frames)] = (frames.T - mel.mean) / mel.std
    return fitted


def _windows(samples: NDArray[np.float32], mel: MelInput) -> list[NDArray[np.float32]]:
    n_clip = round(mel.clip_s * mel.rate_hz)
    starts = range(0, len(samples), n_clip)[: mel.max_clips]
    clips = [_remove_dc(samples[start : start + n_clip]) for start in starts]
    return [np.pad(clip, (0, n_clip - len(clip))) for clip in clips]


def _bubogpt_clips(samples: NDArray[np.float32], mel: MelInput) -> list[NDArray[np.float32]]:
    """Six clips of `clip_s` and the whole recording; a shorter one is repeated until it fills one clip.

    Source: BuboGPT's audio processor, github.com/magic-research/bubogpt.
    """
    n_clip = round(mel.clip_s * mel.rate_hz)
    if len(samples) < n_clip:
        samples = np.resize(samples, n_clip)
    step_s = (len(samples) / mel.rate_hz - mel.clip_s) / BUBOGPT_WINDOWS
    starts = [int(i * step_s * mel.rate_hz) for i in range(BUBOGPT_WINDOWS)]
    return [_remove_dc(samples[start : start + n_clip]) for start in starts] + [_remove_dc(samples)]


def _remove_dc(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    return samples - samples.mean(dtype=np.float64).astype(np.float32)
