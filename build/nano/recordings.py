"""Fresh recordings with known events, for choosing thresholds and for measuring what hears them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from bubo_desktop.sounds import Waveform
from build.nano.facts import MAX_SOUNDS, SOUNDS
from build.nano.sound_tones import RATE_HZ, n_samples
from build.nano.synthesiser import Span, add, finish_recording, mix, play_other

SOUNDING, SILENCE, NOISE, OTHER = "sounding", "silence", "noise", "other"
ODDS = {SOUNDING: 0.7, SILENCE: 0.05, NOISE: 0.1, OTHER: 0.15}
DURATION_S = (1.0, 6.0)


@dataclass(frozen=True, slots=True)
class Recording:
    """A waveform, what is heard in it, and which of `ODDS` it is; only `sounding` ones have spans."""

    wave: Waveform
    spans: tuple[Span, ...]
    kind: str

    @property
    def sounds(self) -> frozenset[str]:
        """What is heard, regardless of when."""
        return frozenset(span.sound for span in self.spans)


def draw_recordings(n_recordings: int, seed: int) -> Iterator[Recording]:
    """Plays recordings of one or two sounds, and some of silence, of noise, and of sounds that nano does not know."""
    rng = np.random.default_rng((seed, n_recordings))
    for _ in range(n_recordings):
        yield draw_recording(rng, str(rng.choice(list(ODDS), p=list(ODDS.values()))))


def draw_recording(rng: Generator, kind: str) -> Recording:
    """Plays one recording of 1 to 6 s of the given kind."""
    duration_s = rng.uniform(*DURATION_S)
    samples = np.zeros(n_samples(duration_s), np.float32)
    spans: tuple[Span, ...] = ()
    if kind == SOUNDING:
        sounds = rng.choice(SOUNDS, rng.integers(1, MAX_SOUNDS + 1), replace=False).tolist()
        samples, spans = mix(sounds, rng, duration_s)
    elif kind != SILENCE:
        if kind == OTHER:
            add(samples, play_other(rng, min(duration_s, 3.0)), int(rng.integers(len(samples) // 2)), gain_db=0.0)
        samples = finish_recording(samples, rng)
    return Recording(Waveform(samples, RATE_HZ), spans, kind)
