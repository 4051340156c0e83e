"""Recordings: what is said to be heard in them is heard, and then."""

from __future__ import annotations

import numpy as np
import pytest

from build.world.sounds import mixing
from build.world.sounds.acoustics import FRAME_S, N_BANDS, band_powers
from build.world.sounds.bank import STRANGER, SoundBank
from build.world.sounds.mixing import Draft, mix
from build.world.sounds.takes import LivePlayer, Take
from build.world.sounds.tones import RATE_HZ, Samples, tone

LABELS = ("barking", "ringing", "hissing", "drumming")


@pytest.fixture(scope="module")
def bank() -> SoundBank:
    return SoundBank.played(per_label=3, seed=0, labels=LABELS)


def take(label: str | None, samples: Samples) -> Take:
    samples = samples / np.sqrt(np.mean(samples**2))
    return Take(label, samples.astype(np.float32), band_powers(samples))


def heard(takes: list[Take], starts: list[int], gains_db: list[float], noise_gain: float = 0.0, line_hz=None):
    draft = Draft(np.array(starts), 10 ** (np.array(gains_db) / 20), noise_gain, line_hz)
    white = band_powers(np.random.default_rng(0).standard_normal(RATE_HZ)).mean(0, keepdims=True)
    found = mixing.list_heard(takes, draft, white, n_frames=100)
    return [(event.sound, round(event.start_s, 2), round(event.end_s, 2)) for event in found]


LOW, HIGH = take("low", tone(300, RATE_HZ)), take("high", tone(3_000, RATE_HZ // 2))
HIGH_STRANGER = take(None, tone(3_000, RATE_HZ // 2))


def test_a_sound_alone_is_heard_as_long_as_it_lasts():
    assert heard([LOW], [20], [-15]) == [("low", 0.4, 1.4)]


def test_sounds_in_different_bands_are_heard_together():
    assert heard([LOW, HIGH], [0, 10], [0, -15]) == [("low", 0.0, 1.0), ("high", 0.2, 0.7)]


def test_a_sound_is_heard_only_where_nothing_louder_in_its_band_covers_it():
    assert heard([HIGH, HIGH_STRANGER], [0, 20], [-10, 0]) == [("high", 0.0, pytest.approx(0.4, abs=0.02))]
    assert heard([HIGH, HIGH_STRANGER], [0, 15], [-10, 0]) == []  # three fifths of it are left: too little


def test_noise_and_narrow_lines_drown_sounds():
    assert heard([LOW], [0], [-15], noise_gain=10.0) == []
    assert [event[0] for event in heard([LOW, HIGH], [0, 0], [0, 0], line_hz=(800.0, 6_000.0))] == ["high"]


def test_recordings_hold_every_sound_within_their_length(bank):
    rng = np.random.default_rng(1)
    for duration_s in (1.0, 1.5, 4.0, 12.0):
        for n_sounds in range(4):
            sounds = rng.choice(LABELS, n_sounds, replace=False).tolist()
            samples, events = mix(sounds, rng, duration_s, bank)
            assert samples.dtype == np.float32
            assert len(samples) == round(duration_s * RATE_HZ)
            assert np.abs(samples).max() < 1
            assert sorted(event.sound for event in events) == sorted(sounds)
            assert list(events) == sorted(events, key=lambda event: event.start_s)
            assert all(0 <= event.start_s < event.end_s <= duration_s + FRAME_S for event in events)


def test_where_a_sound_is_said_to_be_heard_the_recording_is_louder(bank):
    contrasts = []
    for seed in range(12):
        samples, [event] = mix(["hissing"], np.random.default_rng(seed), 8.0, bank, n_strangers=0)
        powers = band_powers(samples)[:, -6:].sum(1)
        inside = np.zeros(len(powers), bool)
        inside[round(event.start_s / FRAME_S) : round(event.end_s / FRAME_S)] = True
        contrasts.append(np.log10((powers[inside].mean() + 1e-12) / (powers[~inside].mean() + 1e-12)))
    assert np.median(contrasts) > 1


def test_the_same_seed_plays_the_same_live_or_from_a_bank(bank):
    for player in (LivePlayer(), bank):
        first, again = (mix(["barking"], np.random.default_rng(5), 2.0, player) for _ in range(2))
        assert np.array_equal(first[0], again[0])
        assert first[1] == again[1]


def test_without_sounds_there_is_silence_noise_or_a_stranger_and_nothing_is_heard(bank):
    recordings = [mix((), np.random.default_rng(seed), 1.0, bank) for seed in range(40)]
    assert all(events == () for _, events in recordings)
    n_silent = sum(not samples.any() for samples, _ in recordings)
    assert 0 < n_silent < 20


def test_a_bank_is_kept_and_read_again(tmp_path, monkeypatch, bank):
    monkeypatch.setattr(SoundBank, "played", lambda **_: bank)
    SoundBank.kept(tmp_path, per_label=3, seed=0)
    monkeypatch.delattr(SoundBank, "played")  # now it is there
    kept = SoundBank.kept(tmp_path, per_label=3, seed=0)
    assert set(kept.takes) == set(bank.takes)
    for label, takes in bank.takes.items():
        for stored, played in zip(kept.takes[label], takes, strict=True):
            assert stored.label == played.label
            assert np.allclose(stored.samples, played.samples, rtol=1e-3, atol=1e-3)  # float16
            assert np.array_equal(stored.powers, played.powers)


def test_a_bank_cuts_what_is_too_long(bank):
    for label in (*LABELS, STRANGER):
        cut = bank.sound(label, np.random.default_rng(0), 0.5)
        assert len(cut.samples) <= 8_000
        assert cut.powers.shape == (-(-len(cut.samples) // 320), N_BANDS)
