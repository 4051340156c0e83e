"""From a recording to what a hearing network reads: resampling, Kaldi log-mel clips."""

from __future__ import annotations

from functools import cache

import numpy as np
import soxr
from numpy.typing import NDArray

from bubo_desktop.packs.manifest import MelInput
from bubo_desktop.sounds import Waveform

FRAME_S, SHIFT_S = 0.025, 0.010
PRE_EMPHASIS = 0.97
LOW_HZ = 20.0
BUBOGPT_WINDOWS = 6  # consecutive clips; a seventh is the whole recording


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
