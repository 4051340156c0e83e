"""Nano's sounds: playable, distinct, the same for the same seed, and heard where the spans say."""

from __future__ import annotations

import numpy as np
import pytest

from bubo_desktop.engine.dsp import log_mel
from build.nano.facts import SOUNDS
from build.nano.hearing import MEL, N_STEPS, STEP_S
from build.nano.sound_bank import SoundBank, coverage
from build.nano.sound_tones import RATE_HZ
from build.nano.synthesiser import OTHERS, RECIPES, add, background, mix, play, play_other


def test_every_sound_of_the_vocabulary_has_a_recipe():
    assert set(RECIPES) == set(SOUNDS)


@pytest.mark.parametrize("duration_s", [0.3, 2.0])
@pytest.mark.parametrize("sound", SOUNDS)
def test_a_sound_is_loud_begins_and_ends_at_its_edges(sound, duration_s):
    samples = play(sound, np.random.default_rng(0), duration_s)
    assert samples.dtype == np.float32
    assert np.isfinite(samples).all()
    assert np.abs(samples).max() == pytest.approx(1.0)
    assert 0 < len(samples) <= duration_s * RATE_HZ
    hundredths = [np.abs(part).max() for part in (samples[: RATE_HZ // 20], samples[-RATE_HZ // 20 :])]
    assert min(hundredths) > 0.003  # no silence at either end: about -50 dB


@pytest.mark.parametrize("sound", SOUNDS)
def test_the_seed_decides_and_seeds_differ(sound):
    first, again, other = (play(sound, np.random.default_rng(seed), 1.0) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert len(first) != len(other) or not np.array_equal(first, other)


@pytest.mark.parametrize("recipe", OTHERS, ids=lambda recipe: recipe.__name__)
def test_other_sounds_can_be_played(recipe):
    samples = recipe(np.random.default_rng(0), RATE_HZ)
    assert samples.shape == (RATE_HZ,)
    assert np.isfinite(samples).all()
    assert np.abs(samples).max() > 0


def timbre(samples: np.ndarray) -> np.ndarray:
    """Spectrum and its changes from frame to frame, without loudness: (2 * n_mels,)."""
    frames = log_mel(samples / np.sqrt(np.mean(samples**2)), MEL)
    return np.concatenate([frames.mean(axis=0), frames.std(axis=0)])


def test_sounds_are_told_apart_by_their_timbre_alone():
    """Even the nearest of class means, which knows no rhythm, names most; mere guessing names 1 of 28."""
    rng = np.random.default_rng(0)
    means = np.stack([np.mean([timbre(play(sound, rng, 2.0)) for _ in range(4)], axis=0) for sound in SOUNDS])
    fresh = [(label, timbre(play(sound, rng, 2.0))) for label, sound in enumerate(SOUNDS) for _ in range(2)]
    right = [label == np.abs(means - features).sum(axis=1).argmin() for label, features in fresh]
    assert np.mean(right) > 0.8


def test_a_mixture_says_when_each_sound_is_heard():
    recording, spans = mix(["ticking", "mooing"], np.random.default_rng(3), 5.0)
    assert recording.shape == (5 * RATE_HZ,)
    assert recording.dtype == np.float32
    assert np.abs(recording).max() < 1
    assert [span.sound for span in spans] == ["ticking", "mooing"]
    assert all(0 <= span.start_s < span.end_s <= 5.0 for span in spans)


def test_spans_hold_what_is_louder_than_the_background():
    recording, [span] = mix(["wailing"], np.random.default_rng(5), 5.0)
    start, end = round(span.start_s * RATE_HZ), round(span.end_s * RATE_HZ)
    inside, outside = recording[start:end], np.concatenate([recording[:start], recording[end:]])
    assert np.sqrt(np.mean(inside**2)) > 3 * np.sqrt(np.mean(outside**2))


@pytest.mark.parametrize(("start", "heard"), [(-3, 2), (0, 5), (8, 2), (-5, 0), (10, 0)])
def test_what_lies_outside_a_recording_is_cut(start, heard):
    recording = np.zeros(10, np.float32)
    add(recording, np.ones(5, np.float32), start, gain_db=0.0)
    assert np.count_nonzero(recording) == heard


def test_background_noise_stays_below_the_sounds():
    levels = [np.sqrt(np.mean(background(np.random.default_rng(seed), RATE_HZ) ** 2)) for seed in range(20)]
    assert max(levels) < 0.1 * 10 ** (-15 / 20) * 1.01


def test_other_sounds_of_a_seed_are_the_same():
    first, again = (play_other(np.random.default_rng(4), 1.0) for _ in range(2))
    np.testing.assert_array_equal(first, again)


def test_coverage_is_the_part_of_each_step():
    targets = coverage(STEP_S * 1.5, STEP_S * 4)
    np.testing.assert_allclose(targets[:5], [0, 0.5, 1, 1, 0], atol=1e-6)
    assert targets.shape == (N_STEPS,)
    np.testing.assert_array_equal(coverage(-1.0, 9.0), 1)


@pytest.fixture(scope="module")
def bank(tmp_path_factory) -> SoundBank:
    return SoundBank.kept(tmp_path_factory.mktemp("bank"), per_label=1, seed=0)


def test_a_bank_is_played_once_and_then_read(tmp_path, bank):
    first, again = (SoundBank.kept(tmp_path, per_label=1, seed=0) for _ in range(2))
    assert len(list(tmp_path.iterdir())) == 1
    for kept in (first, again):
        for label, sounds in enumerate(bank.sounds):
            assert len(kept.sounds[label]) == len(sounds)
            np.testing.assert_array_equal(kept.sounds[label][0], sounds[0])


def test_training_clips_have_targets_of_what_they_hold(bank):
    examples = [bank.example(np.random.default_rng(seed)) for seed in range(40)]
    for mel, targets in examples:
        assert mel.shape == (1, MEL.n_mels, MEL.n_frames)
        assert targets.shape == (N_STEPS, len(SOUNDS))
        assert targets.min() >= 0
        assert targets.max() <= 1
    n_labels = {int((targets.max(axis=0) > 0).sum()) for _, targets in examples}
    assert {0, 1, 2} <= n_labels
