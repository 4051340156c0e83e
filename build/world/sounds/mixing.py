"""Mixes recordings whose truth is known: which sounds can be heard, and from when to when.

A sound is heard where one of its bands stands out from all else that sounds at that moment, as in simultaneous
masking; mixtures in which one of the wanted sounds drowns are drawn again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from build.world.facts import Heard
from build.world.sounds.acoustics import FRAME_S, N_BANDS, band_limits
from build.world.sounds.takes import QUIETEST_DB, LivePlayer, Player, Take
from build.world.sounds.tones import band, n_samples

LEAST_HEARD = 0.5  # part of a sound's frames that must be heard
LEAST_POWER = 0.7  # part of its power that must stand out
COMPANY = 4  # neighbouring frames; half of them must be heard for a sound to have begun, and not yet ended
GAINS_DB = (-15.0, 0.0)
NOISE_BELOW_DB = (5.0, 45.0)  # the quietest sound
NO_NOISE_ODDS, LINE_ODDS, OVERDRIVE_ODDS = 0.08, 0.12, 0.08
PEAKS_DB = (-26.0, -0.2)
STRANGER_ODDS = (0.85, 0.15)  # of 0 or 1 beside known sounds
LONE_STRANGER_ODDS = (0.5, 0.35, 0.15)  # of 0, 1 or 2 without
SILENCE_ODDS = 0.15  # of a recording without any sound: not even noise
N_DRAFTS = 12


@dataclass(frozen=True, slots=True)
class Draft:
    """How takes go together: `starts` in frames, `gains` as factors, (n_takes,) each; `line_hz` is a narrow line's."""

    starts: NDArray[np.int64]
    gains: NDArray[np.float64]
    noise_gain: float
    line_hz: tuple[float, float] | None


def mix(
    sounds: Sequence[str],
    rng: Generator,
    duration_s: float,
    player: Player | None = None,
    n_strangers: int | None = None,
) -> tuple[NDArray[np.float32], tuple[Heard, ...]]:
    """A recording (n,) float32 at 16 kHz of `duration_s`, peak below 1, in which each of `sounds` sounds once.

    Noise, echoes, narrow lines and overdrive come by chance, and strangers where `n_strangers` is None. `player` plays;
    None plays everything anew.

    Returns:
        The recording, and what is heard in it by when it begins, in steps of 20 ms. A sound that drowned in every
        draft is missing: of three, 3 in 100 within one second, 1 in 100 within two, hardly any within four or more.
    """
    player, n = player or LivePlayer(), n_samples(duration_s)
    odds = STRANGER_ODDS if sounds else LONE_STRANGER_ODDS
    takes = [player.sound(sound, rng, duration_s) for sound in sounds]
    n_strangers = int(rng.choice(len(odds), p=odds)) if n_strangers is None else n_strangers
    takes += [player.stranger(rng, duration_s) for _ in range(n_strangers)]
    if not takes and rng.random() < SILENCE_ODDS:
        return np.zeros(n, np.float32), ()
    noise = player.noise(rng, n)
    draft, heard = _draw_heard(takes, noise.powers, -(-n // n_samples(FRAME_S)), rng)
    return _render(takes, noise, draft, rng), tuple(sorted(heard, key=lambda event: (event.start_s, event.sound)))


def _draw_heard(
    takes: Sequence[Take], noise_powers: NDArray[np.float32], n_frames: int, rng: Generator
) -> tuple[Draft, list[Heard]]:
    """Draws drafts, ever milder ones, until all takes with a label are heard, or patience ends."""
    n_wanted = sum(take.label is not None for take in takes)
    for severity in np.linspace(1, 0, N_DRAFTS):
        draft = _draw(takes, n_frames, rng, severity)
        heard = list_heard(takes, draft, noise_powers, n_frames)
        if len(heard) == n_wanted:
            break
    return draft, heard


def _draw(takes: Sequence[Take], n_frames: int, rng: Generator, severity: float) -> Draft:
    gains_db = severity * rng.uniform(*GAINS_DB, len(takes))
    starts = np.array([rng.integers(max(0, n_frames - len(take.powers)) + 1) for take in takes], np.int64)
    quietest_db = min((gain for gain, take in zip(gains_db, takes, strict=True) if take.label), default=0.0)
    noise_gain = (
        0.0 if takes and rng.random() < NO_NOISE_ODDS else 10 ** ((quietest_db - rng.uniform(*NOISE_BELOW_DB)) / 20)
    )
    line_hz = (rng.uniform(50, 400), rng.uniform(2800, 6000)) if rng.random() < severity * LINE_ODDS else None
    return Draft(starts, 10 ** (gains_db / 20), noise_gain, line_hz)


def list_heard(takes: Sequence[Take], draft: Draft, noise_powers: NDArray[np.float32], n_frames: int) -> list[Heard]:
    """Which takes with a label can be heard in a draft of `n_frames`, with noise of powers (1, N_BANDS), and when."""
    powers = np.zeros((len(takes), n_frames, N_BANDS))
    for take, start, gain, placed in zip(takes, draft.starts, draft.gains, powers, strict=True):
        placed[start : start + len(take.powers)] = gain**2 * take.powers[: n_frames - start]
    rest = powers.sum(0) - powers + draft.noise_gain**2 * noise_powers
    stands_out = powers > rest
    if draft.line_hz:
        stands_out &= band_limits(*draft.line_hz)
    loudness = powers.sum(2)
    threshold = loudness.max(1, keepdims=True, initial=0) * 10 ** (QUIETEST_DB / 10)
    outstanding = (powers * stands_out).sum(2)
    audible, loud = outstanding > threshold, loudness > threshold
    enough = (audible.sum(1) >= LEAST_HEARD * loud.sum(1)) & (outstanding.sum(1) >= LEAST_POWER * loudness.sum(1))
    heard = []
    for take, is_enough, audible_frames, loud_frames in zip(takes, enough, audible, loud, strict=True):
        if take.label is not None and is_enough:
            first, last = np.flatnonzero(loud_frames)[[*_ends(audible_frames[loud_frames])]].tolist()
            heard.append(Heard(take.label, first * FRAME_S, (last + 1) * FRAME_S))
    return heard


def _ends(audible: NDArray[np.bool_]) -> tuple[int, int]:
    """The first and the last frame (of those of a sound that are loud enough) in company; one alone is a mere click."""
    company = np.ones(min(COMPANY, len(audible)))
    together = np.flatnonzero(np.convolve(audible, company, "valid") >= LEAST_HEARD * len(company))
    within = np.flatnonzero(audible[: together[-1] + len(company)])
    return int(within[within >= together[0]][0]), int(within[-1])


def _render(takes: Sequence[Take], noise: Take, draft: Draft, rng: Generator) -> NDArray[np.float32]:
    recording = np.zeros(len(noise.samples), np.float32)
    for take, start, gain in zip(takes, draft.starts, draft.gains, strict=True):
        part = recording[start * n_samples(FRAME_S) :][: len(take.samples)]
        part += np.float32(gain) * take.samples[: len(part)]
    if draft.line_hz:
        recording = band(recording.astype(np.float64), *draft.line_hz).astype(np.float32)
    recording += np.float32(draft.noise_gain) * noise.samples
    peak = float(np.abs(recording).max())
    if rng.random() < OVERDRIVE_ODDS:
        peak *= rng.uniform(0.4, 0.8)
    return np.clip(recording / peak, -1, 1) * np.float32(10 ** (rng.uniform(*PEAKS_DB) / 20))
