"""Sounds as samples: the same for the networks that listen to them and for the user who sees them."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from bubo_desktop.data import Clip
from bubo_desktop.errors import InputError

MAX_DURATION_S = 600.0
MIN_RATE_HZ, MAX_RATE_HZ = 4_000, 192_000
MAX_PEAK = float(2**31)  # unscaled 32-bit integers in a float file; beyond it power overflows float32
_SAMPLE = np.dtype("<f4")  # of a `Clip`
HINT = "Choose a WAV, FLAC, OGG or MP3 file of at most 10 minutes."


@dataclass(frozen=True, slots=True)
class Waveform:
    """A recording: `samples` float32 (n,), mono, full scale at -1..1 (finite, n >= 1), at `rate_hz`."""

    samples: NDArray[np.float32]
    rate_hz: int

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return len(self.samples) / self.rate_hz


def read_sound(path: str | Path, name: str | None = None) -> Waveform:
    """Decodes a sound file (WAV, FLAC, OGG, MP3, ...) and averages its channels.

    Args:
        path: of the file.
        name: what the user calls it, where the file has a name of ours.

    Raises:
        InputError: the file is missing, is no sound, is empty, damaged or too long.
    """
    path, name = Path(path), name or str(path)
    if not path.is_file():  # opening a FIFO would wait for ever
        raise InputError(f"There is no sound file {name}.", HINT)
    try:
        with path.open("rb") as stream, soundfile.SoundFile(stream) as sound:
            _check_size(sound.frames, sound.samplerate, name)
            samples, rate_hz = _read_mono(sound), sound.samplerate
    except (soundfile.SoundFileError, OSError, TypeError) as error:  # TypeError: soundfile's answer to `.raw`
        raise InputError(f"{name} cannot be read as a sound.", HINT) from error
    return _checked(Waveform(samples, rate_hz), name)


def wave_of(clip: Clip) -> Waveform:
    """The samples of a recording in memory; nothing is copied where the machine is little-endian.

    Raises:
        InputError: it is no float32, empty, too long, or of no usable rate.
    """
    n_bytes, name = len(clip.samples), "The recording"
    if n_bytes % _SAMPLE.itemsize:
        raise InputError(f"{n_bytes} bytes are no recording of {8 * _SAMPLE.itemsize}-bit samples.", "Record it again.")
    samples = np.frombuffer(clip.samples, _SAMPLE).astype(np.float32, copy=False)
    _check_size(len(samples), clip.rate_hz, name)
    return _checked(Waveform(samples, clip.rate_hz), name)


def encode_wav(clip: Clip) -> bytes:
    """A recording in memory as a WAV file of 32-bit floats. Raises as `wave_of` does."""
    content = io.BytesIO()
    soundfile.write(content, wave_of(clip).samples, clip.rate_hz, format="WAV", subtype="FLOAT")
    return content.getvalue()


def read_envelope(path: str | Path, n_bins: int, name: str | None = None) -> list[tuple[float, float]]:
    """The lowest and highest sample, -1..1, in each of `n_bins` equal spans of a sound file; see `read_sound`."""
    samples = read_sound(path, name).samples
    starts = np.arange(n_bins) * len(samples) // n_bins
    lowest, highest = (extreme.reduceat(samples, starts).clip(-1, 1) for extreme in (np.minimum, np.maximum))
    return list(zip(lowest.tolist(), highest.tolist(), strict=True))


def _check_size(n_samples: int, rate_hz: int, name: str) -> None:
    if not MIN_RATE_HZ <= rate_hz <= MAX_RATE_HZ:
        raise InputError(f"{name} has a sample rate of {rate_hz} Hz, which is not usable.", HINT)
    if n_samples > MAX_DURATION_S * rate_hz:
        raise InputError(f"{name} is longer than {MAX_DURATION_S / 60:.0f} minutes.", HINT)


def _checked(wave: Waveform, name: str) -> Waveform:
    if wave.samples.size == 0:
        raise InputError(f"{name} holds no sound: it has no samples.", HINT)
    if not np.abs(wave.samples).max() <= MAX_PEAK:  # so written that NaN fails too
        raise InputError(f"{name} holds samples that are not numbers or far out of range.", HINT)
    return wave


def _read_mono(sound: soundfile.SoundFile) -> NDArray[np.float32]:
    """Reads in blocks, so that a file of many channels never stands in memory whole."""
    blocks = sound.blocks(blocksize=1 << 16, dtype="float32", always_2d=True)
    mono = [block.mean(axis=1, dtype=np.float32) for block in blocks]
    return np.concatenate(mono) if mono else np.zeros(0, np.float32)
