"""Nano's ears: what the network promises, how it learns, what the engine makes of it, and how it is scored."""

from __future__ import annotations

import json
from itertools import count
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from bubo_desktop.data import SoundEvent
from bubo_desktop.engine import hearing
from bubo_desktop.engine.shelf import Shelf
from bubo_desktop.sounds import Waveform
from build.nano.checkpoints import save_checkpoint
from build.nano.ears import export, training
from build.nano.ears.clips import MEL, N_STEPS, Clips
from build.nano.ears.network import STEP_S, WIDTH, mel_input
from build.nano.ears.recordings import Recording, draw_recordings, draw_strange_recordings
from build.nano.ears.scores import list_mistakes, score_events
from build.nano.ears.training import Training, learning_rate, load_tagger, loss_of, new_tagger
from build.world.facts import Heard, SoundWord, Vocabulary
from build.world.sounds.bank import SoundBank

LABELS = ("barking", "ringing", "hissing")


@pytest.fixture(scope="module")
def clips() -> Clips:
    return Clips(SoundBank.played(per_label=2, seed=0, labels=LABELS), LABELS)


def recording(*heard: Heard) -> Recording:
    return Recording(Waveform(np.zeros(64_000, np.float32), 16_000), heard)


def test_steps_follow_each_other_without_a_gap_in_clips_of_any_length():
    tagger = new_tagger(len(LABELS), 0).eval()
    for mel in (MEL, mel_input()):
        batch = torch.zeros(2, 1, 1, mel.n_mels, mel.n_frames)
        n_steps = round(mel.clip_s / STEP_S)
        with torch.no_grad():
            assert tagger(batch).shape == (2, n_steps, len(LABELS))
            assert tagger.encoder(batch[:, 0]).shape == (2, n_steps, WIDTH)
        assert n_steps * STEP_S == pytest.approx(mel.clip_s)


def test_what_is_learnt_from_short_clips_holds_for_long_ones():
    tagger = new_tagger(len(LABELS), 0).eval()
    clip = torch.randn(1, 1, 1, MEL.n_mels, MEL.n_frames)
    long = torch.cat([clip, clip], dim=-1)
    with torch.no_grad():
        alone, joined = tagger(clip), tagger(long)[:, :N_STEPS]
    assert torch.allclose(
        alone[:, : N_STEPS // 4], joined[:, : N_STEPS // 4], atol=1e-4
    )  # out of the other half's reach


def test_targets_stand_where_the_sound_is_heard(clips):
    loudness = {True: [], False: []}
    for seed in range(30):
        mel, targets = clips.draw(np.random.default_rng(seed))
        assert mel.shape == (1, MEL.n_mels, MEL.n_frames)
        assert targets.shape == (N_STEPS, len(LABELS))
        per_step = mel[0].mean(0).reshape(N_STEPS, -1).mean(1)
        for full in (True, False):
            loudness[full] += per_step[(targets.max(1) == 1) if full else (targets.max(1) == 0)].tolist()
    assert np.mean(loudness[True]) > np.mean(loudness[False]) + 0.2


def test_a_step_draws_the_same_clips_again(clips):
    batches = (clips.batch(np.random.default_rng(3), 4) for _ in range(2))
    for first, again in zip(*batches, strict=True):
        assert torch.equal(first, again)


def test_the_loss_is_that_of_all_steps_and_that_of_the_loudest():
    logits, targets = torch.full((1, 2, 1), -2.0), torch.zeros(1, 2, 1)
    quiet = float(np.log1p(np.exp(-2)))
    assert float(loss_of(logits, targets)) == pytest.approx(2 * quiet)
    targets[0, 1] = 1.0
    assert float(loss_of(logits, targets)) == pytest.approx((quiet + quiet + 2) / 2 + quiet + 2)


def test_the_learning_rate_climbs_then_falls_to_nothing():
    rates = [learning_rate(done) for done in (0.0, 0.02, 0.03, 0.5, 1.0)]
    assert rates[0] < rates[1] < rates[2] > rates[3] > rates[4] == pytest.approx(0, abs=1e-12)


def test_a_training_that_was_stopped_goes_on_where_it_was(clips, tmp_path, monkeypatch):
    monkeypatch.setattr(training, "BATCH_SIZE", 2)
    monkeypatch.setattr(training, "time", SimpleNamespace(monotonic=count().__next__))  # a step takes a second

    def logged() -> list[dict[str, float]]:
        return [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]

    def run(minutes: float) -> None:
        Training(clips, tmp_path, lambda _: {"f1": 0.5}).run(minutes)

    run(1 / 60)
    run(1 / 60)  # that time is over already: nothing is added
    run(2 / 60)
    assert [(line["step"], line["f1"]) for line in logged()] == [(1, 0.5), (2, 0.5)]
    assert not load_tagger(tmp_path, len(LABELS)).training


def test_the_engine_runs_what_is_exported_and_quantized(tmp_path, monkeypatch):
    vocabulary = Vocabulary((), tuple(SoundWord(label, "") for label in LABELS))
    monkeypatch.setattr(export, "read_vocabulary", lambda: vocabulary)
    monkeypatch.setattr(export, "N_CALIBRATION", 2)
    save_checkpoint(tmp_path, new_tagger(len(LABELS), 0), step=0)
    part, figures = export.export_tagger(tmp_path, tmp_path / "pack", n_recordings=4)
    assert part.labels == LABELS
    assert len(part.thresholds) == len(LABELS)
    assert figures["agreement"]["cosine"] > 0.999  # 8 bits for each weight and activation
    assert (tmp_path / "pack" / part.file).stat().st_size < 2_500_000
    silence = Waveform(np.zeros(16_000 * 15, np.float32), 16_000)
    assert hearing.SoundTagger(part, Shelf(tmp_path / "pack", 1)).events(silence) == ()
    assert export.validate(new_tagger(len(LABELS), 0), [recording()], LABELS)["exact_0"] == 1


def test_recordings_differ_in_all_that_they_may_and_are_the_same_again():
    recordings = list(draw_recordings(16, 1, LABELS))
    assert {len(each.heard) for each in recordings} == {0, 1, 2, 3}
    durations_s = [each.wave.duration_s for each in recordings]
    assert min(durations_s) < 4
    assert max(durations_s) > 8
    [again] = draw_recordings(1, 1, LABELS)
    assert np.array_equal(again.wave.samples, recordings[0].wave.samples)
    [strange] = draw_strange_recordings(1, 0)
    assert strange.wave.samples.any()
    assert strange.heard == ()


def test_scores_count_labels_sets_and_times():
    dog, bell = Heard("barking", 1.0, 2.0), Heard("ringing", 0.0, 3.0)
    reports = [
        (recording(dog), [SoundEvent("barking", 0.9, 1.2, 1.4), SoundEvent("barking", 0.9, 1.6, 2.5)]),
        (recording(dog, bell), [SoundEvent("barking", 0.9, 0.9, 1.9)]),
        (recording(), []),
        (recording(), [SoundEvent("hissing", 0.9, 0.0, 1.0)]),
        (recording(bell), [SoundEvent("hissing", 0.9, 0.0, 1.0)]),
    ]
    figures = score_events(reports)
    assert figures["precision"] == figures["f1"] == pytest.approx(1 / 2)
    assert figures["recall"] == pytest.approx(1 / 2)
    assert [figures[f"exact_{count}"] for count in range(4)] == [0.5, 0.5, 0, 1]
    assert (figures["starts"], figures["ends"], figures["spans"]) == (1, 0.5, 0.5)
    assert figures["start_error_s"] == pytest.approx(0.15)
    assert figures["end_error_s"] == pytest.approx(0.3)
    assert list_mistakes(reports) == {("ringing", ""): 1, ("", "hissing"): 1, ("ringing", "hissing"): 1}


def test_a_threshold_is_that_of_its_label_where_there_is_enough_to_go_by():
    def scores_of(right: float, wrong: float, n: int) -> tuple[np.ndarray, np.ndarray]:
        return np.repeat(np.float32([right, wrong]), n), np.repeat([True, False], n)

    often, rare = scores_of(0.9, 0.7, 400), scores_of(0.45, 0.25, 400)
    rare[1][1:] = False  # heard once, and once only
    rare[0][1:] = 0.0
    scores, truth = (np.stack([often[i], rare[i]], axis=1) for i in range(2))
    first, second = export.choose_thresholds(scores, truth)
    assert 0.7 < first <= 0.9
    assert 0.7 < second <= 0.9  # 0.3 would suit its one recording, but one says little
    rare[1][:400], rare[0][:400] = True, 0.45
    scores, truth = (np.stack([often[i], rare[i]], axis=1) for i in range(2))
    assert export.choose_thresholds(scores, truth)[1] <= 0.45
