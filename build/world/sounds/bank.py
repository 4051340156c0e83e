"""Sounds played beforehand: mixing from a bank is cheap where playing is not."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from build.world.sounds.acoustics import FRAME_S, N_BANDS
from build.world.sounds.repertoire import recipes
from build.world.sounds.takes import LONGEST_S, LivePlayer, Take
from build.world.sounds.tones import n_samples

NOISE_S = 14.0  # a piece of noise; recordings start anywhere in it
STRANGERS_PER_LABEL, NOISES_PER_LABEL = 12, 2
STRANGER, NOISE = "", "noise"  # what takes without a label are filed under


class SoundBank:
    """A `Player` that chooses among takes of each label, of strangers and of noise: `takes[label]`."""

    def __init__(self, takes: dict[str, list[Take]]) -> None:
        self.takes = takes

    @classmethod
    def played(cls, per_label: int, seed: int, labels: Sequence[str] | None = None) -> SoundBank:
        """Plays `per_label` takes of each of `labels`, or of all, and strangers and noise in proportion."""
        rng, player = np.random.default_rng(seed), LivePlayer()
        takes = {
            label: [player.sound(label, rng, LONGEST_S) for _ in range(per_label)] for label in labels or recipes()
        }
        takes[STRANGER] = [player.stranger(rng, LONGEST_S) for _ in range(STRANGERS_PER_LABEL * per_label)]
        takes[NOISE] = [player.noise(rng, n_samples(NOISE_S)) for _ in range(NOISES_PER_LABEL * per_label)]
        return cls(takes)

    @classmethod
    def kept(cls, folder: Path, per_label: int, seed: int) -> SoundBank:
        """The bank stored in `folder`; played and stored there first where it is missing."""
        path = folder / f"{per_label}-per-label-seed-{seed}"
        if not path.exists():
            _write(path, cls.played(per_label=per_label, seed=seed))
        return cls(_read(path))

    def sound(self, label: str, rng: Generator, longest_s: float) -> Take:
        """A take of a label; one that lasts longer than `longest_s` is cut."""
        return _choose(self.takes[label], rng, longest_s)

    def stranger(self, rng: Generator, longest_s: float) -> Take:
        """A take of a sound that has no label."""
        return _choose(self.takes[STRANGER], rng, longest_s)

    def noise(self, rng: Generator, n: int) -> Take:
        """Noise: samples (n,), n at most `NOISE_S`, from anywhere in a piece; powers (1, N_BANDS)."""
        take = self.takes[NOISE][int(rng.integers(len(self.takes[NOISE])))]
        start = rng.integers(len(take.samples) - n + 1)
        return Take(None, take.samples[start : start + n], take.powers)


def _choose(takes: Sequence[Take], rng: Generator, longest_s: float) -> Take:
    """Chooses one, and cuts it short where it is too long."""
    take = takes[int(rng.integers(len(takes)))]
    n = n_samples(longest_s)
    return Take(take.label, take.samples[:n], take.powers[: -(-n // n_samples(FRAME_S))])


def _write(path: Path, bank: SoundBank) -> None:
    filed = [(label, take) for label, takes in bank.takes.items() for take in takes]
    partial = path.with_suffix(".part")
    partial.mkdir(parents=True, exist_ok=True)
    np.save(partial / "samples.npy", np.concatenate([take.samples.astype(np.float16) for _, take in filed]))
    np.save(partial / "powers.npy", np.concatenate([take.powers for _, take in filed]))
    np.savez(
        partial / "index.npz",
        labels=np.array([label for label, _ in filed]),
        n_samples=np.array([len(take.samples) for _, take in filed]),
        n_frames=np.array([len(take.powers) for _, take in filed]),
    )
    partial.rename(path)


def _read(path: Path) -> dict[str, list[Take]]:
    samples: NDArray[np.float16] = np.load(path / "samples.npy")
    powers: NDArray[np.float32] = np.load(path / "powers.npy").reshape(-1, N_BANDS)
    with np.load(path / "index.npz") as index:
        labels = index["labels"].tolist()
        pieces = np.split(samples, np.cumsum(index["n_samples"])[:-1])
        tables = np.split(powers, np.cumsum(index["n_frames"])[:-1])
    takes: dict[str, list[Take]] = {}
    for label, piece, table in zip(labels, pieces, tables, strict=True):
        takes.setdefault(label, []).append(Take(label if label not in (STRANGER, NOISE) else None, piece, table))
    return takes
