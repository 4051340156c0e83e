"""The hearing network's training, export and scores, at the size of a test."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch

from bubo_desktop.data import SoundEvent
from bubo_desktop.engine.hearing import SoundTagger
from bubo_desktop.engine.shelf import Shelf
from bubo_desktop.sounds import Waveform
from build.nano.checkpoints import save_checkpoint
from build.nano.export_hearing import export_tagger
from build.nano.facts import SOUNDS
from build.nano.hearing import MEL, N_STEPS, WIDTH
from build.nano.hearing_scores import score_events
from build.nano.recordings import NOISE, SILENCE, SOUNDING, Recording, draw_recordings
from build.nano.sound_bank import SoundBank
from build.nano.synthesiser import Span
from build.nano.train_hearing import draw_batch, learning_rate, load_tagger, new_tagger, train, train_step


@pytest.fixture(scope="module")
def bank() -> SoundBank:
    return SoundBank.played(per_label=1, seed=0)


def test_shapes_are_those_the_manifest_promises():
    tagger = new_tagger(0).eval()
    with torch.no_grad():
        assert tagger(torch.zeros(2, 1, 1, MEL.n_mels, MEL.n_frames)).shape == (2, N_STEPS, len(SOUNDS))
        assert tagger.encoder(torch.zeros(2, 1, MEL.n_mels, MEL.n_frames)).shape == (2, N_STEPS, WIDTH)


def test_the_loss_falls_on_clips_that_are_seen_again(bank):
    tagger = new_tagger(0)
    optimiser = torch.optim.AdamW(tagger.parameters(), lr=2e-3)
    mel, targets = draw_batch(bank, seed=0, step=0)
    losses = [train_step(tagger, optimiser, (mel[:8], targets[:8])) for _ in range(8)]
    assert losses[-1] < 0.6 * losses[0]


def test_a_step_draws_the_same_clips_again(bank):
    for first, again in zip(draw_batch(bank, seed=0, step=3), draw_batch(bank, seed=0, step=3), strict=True):
        assert torch.equal(first, again)


def test_the_learning_rate_climbs_then_falls_to_nothing():
    rates = [learning_rate(done) for done in (0.0, 0.02, 0.03, 0.5, 1.0)]
    assert rates[0] < rates[1] < rates[2] > rates[3] > rates[4] == pytest.approx(0, abs=1e-12)


def test_a_training_that_was_stopped_goes_on_where_it_was(bank, tmp_path):
    def logged() -> list[dict[str, float]]:
        return [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]

    train(bank, tmp_path, minutes=0.001)
    train(bank, tmp_path, minutes=0.001)  # that time is over already: nothing is added
    [first] = logged()
    train(bank, tmp_path, minutes=first["spent_s"] / 60 + 0.001)
    assert first["step"] == 1
    assert [line["step"] for line in logged()] == [1, 2]
    assert not load_tagger(tmp_path).training


def test_the_engine_runs_the_exported_tagger(tmp_path):
    save_checkpoint(tmp_path, new_tagger(0), step=0)
    part, figures = export_tagger(tmp_path, tmp_path / "pack", n_recordings=2)
    assert len(part.thresholds) == len(part.labels) == len(SOUNDS)
    assert figures["int8_cosine"] > 0.999  # 8 bits for each weight and activation
    assert (tmp_path / "pack" / part.file).stat().st_size < 2_000_000
    wave = Waveform(np.zeros(50_000, np.float32), 16_000)
    assert SoundTagger(part, Shelf(tmp_path / "pack", 1)).events(wave) == ()


def test_recordings_are_of_every_kind_and_hold_their_spans():
    recordings = list(draw_recordings(30, seed=1))
    assert {recording.kind for recording in recordings} >= {SOUNDING, NOISE}
    for recording in recordings:
        assert bool(recording.spans) == (recording.kind == SOUNDING)
        assert all(span.end_s <= recording.wave.duration_s for span in recording.spans)


def recording(kind: str, *spans: Span) -> Recording:
    return Recording(Waveform(np.zeros(48_000, np.float32), 16_000), spans, kind)


def test_scores_count_labels_alarms_and_times():
    dog, bell = Span("barking", 1.0, 2.0), Span("ringing", 0.0, 3.0)
    figures = score_events(
        [
            (recording(SOUNDING, dog), [SoundEvent("barking", 0.9, 1.2, 2.5)]),
            (recording(SOUNDING, dog, bell), [SoundEvent("barking", 0.9, 0.5, 1.9)]),
            (recording(SILENCE), []),
            (recording(NOISE), [SoundEvent("hissing", 0.9, 0.0, 1.0)]),
        ]
    )
    assert figures["precision"] == pytest.approx(2 / 3)
    assert figures["recall"] == pytest.approx(2 / 3)
    assert figures["f1"] == pytest.approx(2 / 3)
    assert (figures["exact_1"], figures["exact_2"]) == (1, 0)
    assert (figures["false_alarms_silence"], figures["false_alarms_unknown"]) == (0, 1)
    assert (figures["starts"], figures["ends"]) == (0.5, 0.5)
