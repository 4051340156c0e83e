"""Recordings as embeddings and as events in time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bubo_desktop.engine.dsp import mel_clips
from bubo_desktop.engine.hearing import Hearing, SoundTagger
from bubo_desktop.engine.shelf import Shelf
from bubo_desktop.sounds import Waveform
from tests.engine import drawn_networks

RATE_HZ = 16_000
LOW_HZ, HIGH_HZ = 300, 6000


def _tones(duration_s: float, *tones: tuple[float, float, float]) -> Waveform:
    """Silence with tones of a frequency that fade in from one second and have faded out by another.

    They begin 30 ms late, because a spectral frame is 25 ms long and its time is that of its beginning.
    """
    time_s = np.arange(round(duration_s * RATE_HZ)) / RATE_HZ
    samples = np.zeros(len(time_s))
    for frequency_hz, start_s, end_s in tones:
        loudness = np.clip(np.minimum(time_s - start_s - 0.03, end_s - time_s) / 0.01, 0, 0.5)
        samples += loudness * np.sin(2 * np.pi * frequency_hz * time_s)
    return Waveform(samples.astype(np.float32), RATE_HZ)


@pytest.fixture(scope="module")
def tagger(tmp_path_factory: pytest.TempPathFactory) -> SoundTagger:
    folder = tmp_path_factory.mktemp("sounds")
    return SoundTagger(drawn_networks.write_sound_tagger(folder), Shelf(folder, 1))


def _spans(tagger: SoundTagger, wave: Waveform) -> list[tuple[str, float, float]]:
    return [(event.label, event.start_s, event.end_s) for event in tagger.events(wave)]


def test_an_event_runs_on_from_clip_to_clip(tagger: SoundTagger) -> None:
    assert _spans(tagger, _tones(3, (LOW_HZ, 0.5, 2.25))) == [("low", 0.5, 2.25)]


def test_a_gap_of_one_step_is_closed_and_a_longer_one_is_not(tagger: SoundTagger) -> None:
    wave = _tones(4, (LOW_HZ, 0, 0.5), (LOW_HZ, 0.75, 1.25), (LOW_HZ, 1.75, 2))
    assert _spans(tagger, wave) == [("low", 0.0, 1.25), ("low", 1.75, 2.0)]


def test_events_are_in_order_and_may_overlap(tagger: SoundTagger) -> None:
    wave = _tones(3, (HIGH_HZ, 1.5, 2.5), (LOW_HZ, 0.25, 2))
    assert _spans(tagger, wave) == [("low", 0.25, 2.0), ("high", 1.5, 2.5)]
    assert all(0.5 < event.score <= 1 for event in tagger.events(wave))


def test_events_end_with_the_recording_though_its_last_clip_is_padded(tagger: SoundTagger) -> None:
    wave = _tones(1.1, (LOW_HZ, 0.75, 1.1))
    assert _spans(tagger, wave) == [("low", 0.75, 1.1)]


def test_silence_has_no_events(tagger: SoundTagger) -> None:
    assert tagger.events(_tones(2)) == ()


def test_hearing_gives_one_row_per_query_from_all_clips(tmp_path: Path) -> None:
    part = drawn_networks.write_hearing(tmp_path)
    clips = mel_clips(_tones(2.5, (LOW_HZ, 0, 2.5)), part.mel)
    rows = Hearing(part, Shelf(tmp_path, 1)).hear(clips)
    assert rows.shape == (1, 16)
    np.testing.assert_allclose(rows[0], clips.mean(axis=(0, 1, 3)), atol=1e-5)
