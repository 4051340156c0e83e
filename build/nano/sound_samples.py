"""Writes the recordings that are bundled with the pack.

python -m build.nano.sound_samples --out models/nano/samples

The tagger must hear in them what `SAMPLES` says: look at the pack's self-test after a change.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import soundfile

from build.nano.sound_tones import RATE_HZ, n_samples
from build.nano.synthesiser import add, background, play

DURATION_S = 3.5
SOUND_S = 1.6  # the longest a sound of a sample lasts
# File -> seed, and when (seconds) which sound begins.
SAMPLES: dict[str, tuple[int, tuple[tuple[float, str], ...]]] = {
    "dog_and_bell.wav": (1, ((0.3, "barking"), (1.8, "ringing"))),
    "siren.wav": (2, ((0.5, "wailing"),)),
    "cow.wav": (3, ((0.8, "mooing"),)),
}


def write_samples(folder: Path) -> list[Path]:
    """Writes every sample as a WAV of 16 bits at 16 kHz and returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, (seed, sounds) in SAMPLES.items():
        rng = np.random.default_rng(seed)
        recording = background(rng, n_samples(DURATION_S))
        recording *= 0.25
        for start_s, sound in sounds:
            add(recording, play(sound, rng, SOUND_S), n_samples(start_s), gain_db=0.0)
        recording *= 0.8 / np.abs(recording).max()
        soundfile.write(folder / name, recording, RATE_HZ, subtype="PCM_16")
        paths.append(folder / name)
    return paths


def main() -> None:
    """Reads the command line and writes the samples."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--out", type=Path, default=Path("models/nano/samples"))
    for path in write_samples(parser.parse_args().out):
        print(path)


if __name__ == "__main__":
    main()
