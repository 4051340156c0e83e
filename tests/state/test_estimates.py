"""What is learned of a pack's stages, and what it says of the next request."""

import pytest

from bubo_desktop.state.estimates import Estimates
from bubo_desktop.state.settings import SettingsFile


@pytest.fixture
def estimates(tmp_path) -> Estimates:
    estimates = Estimates(SettingsFile(tmp_path / "settings.json"))
    estimates.pack = "nano"
    return estimates


def test_nothing_is_known_at_first(estimates):
    assert estimates.expected_ms("see") is None
    assert not estimates.plan(1, 0).is_learned
    assert estimates.plan(1, 0).stages_ms["see"] > 0


def test_averages_follow_what_is_measured(estimates):
    estimates.learn({"generate": 100.0}, 0, 0)
    assert estimates.expected_ms("generate") == 100
    estimates.learn({"generate": 200.0}, 0, 0)
    assert estimates.expected_ms("generate") == pytest.approx(130)


def test_stages_about_files_count_per_file(estimates):
    estimates.learn({"see": 90.0, "generate": 10.0}, 3, 0)
    assert estimates.plan(2, 0).stages_ms == {"see": 60, "generate": 10}


def test_what_was_remembered_teaches_nothing(estimates):
    estimates.learn({"see": 100.0}, 1, 0)
    estimates.learn({"see": 0.1}, 1, 0)
    assert estimates.expected_ms("see") == 100


def test_a_kind_of_file_that_is_new_makes_it_a_guess_again(estimates):
    estimates.learn({"generate": 10.0, "see": 20.0}, 1, 0)
    assert estimates.plan(1, 0).is_learned
    assert not estimates.plan(1, 1).is_learned


def test_what_files_taught_ahead_of_the_first_question_is_not_all_there_is(estimates):
    estimates.learn({"see": 400.0, "prefill": 50.0}, 1, 0)
    assert estimates.plan(1, 0, with_answer=False).is_learned
    assert not estimates.plan(1, 0).is_learned
    assert estimates.plan(1, 0).stages_ms["generate"] > 0


def test_encoding_ahead_takes_no_answer(estimates):
    assert set(estimates.plan(1, 1, with_answer=False).stages_ms) == {"see", "hear", "prefill"}


def test_each_pack_has_its_own_and_all_outlive_the_program(estimates, tmp_path):
    estimates.learn({"generate": 10.0}, 0, 0)
    estimates.pack = "small"
    assert estimates.expected_ms("generate") is None
    estimates.learn({"generate": 5000.0}, 0, 0)
    estimates.keep()
    reopened = Estimates(SettingsFile(tmp_path / "settings.json"))
    reopened.pack = "nano"
    assert reopened.expected_ms("generate") == 10
