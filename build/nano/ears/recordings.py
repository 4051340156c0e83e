"""Fresh recordings with known events, for choosing thresholds and for measuring what hears them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from bubo_desktop.sounds import Waveform
from build.world.facts import MAX_SOUNDS, Heard
from build.world.sounds.mixing import mix
from build.world.sounds.strangers import HELD_OUT
from build.world.sounds.takes import LivePlayer
from build.world.sounds.tones import RATE_HZ

N_SOUNDS_ODDS = (0.16, 0.28, 0.28, 0.28)  # of 0 to MAX_SOUNDS sounds in a recording
DURATION_S = (1.0, 12.0)


@dataclass(frozen=True, slots=True)
class Recording:
    """A waveform and what is heard in it, by when it begins."""

    wave: Waveform
    heard: tuple[Heard, ...]

    @property
    def sounds(self) -> frozenset[str]:
        """What is heard, regardless of when."""
        return frozenset(event.sound for event in self.heard)


def draw_recordings(n_recordings: int, seed: int, labels: Sequence[str]) -> Iterator[Recording]:
    """Plays recordings of 1 to 12 s with none to three of `labels`, each time anew."""
    for number in range(n_recordings):
        rng = np.random.default_rng((seed, number))
        n_sounds = int(rng.choice(MAX_SOUNDS + 1, p=N_SOUNDS_ODDS))
        sounds = rng.choice(labels, n_sounds, replace=False).tolist()
        samples, heard = mix(sounds, rng, rng.uniform(*DURATION_S))
        yield Recording(Waveform(samples, RATE_HZ), heard)


def draw_strange_recordings(n_recordings: int, seed: int) -> Iterator[Recording]:
    """Plays recordings of 1 to 12 s, each with a stranger that the ears have never been trained on."""
    for number in range(n_recordings):
        rng = np.random.default_rng((seed, number))
        samples, _ = mix((), rng, rng.uniform(*DURATION_S), LivePlayer(HELD_OUT), n_strangers=1)
        yield Recording(Waveform(samples, RATE_HZ), ())
