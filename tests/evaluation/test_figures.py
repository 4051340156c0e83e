"""Intervals that can be looked up or worked out by hand."""

import numpy as np
import pytest

from build.evaluation.figures import mean, proportion, ratio, resampled, share


def test_a_proportion_has_wilsons_interval():
    figure = proportion("right", 8, 10)
    # (p + z^2/2n +- z sqrt(p(1-p)/n + z^2/4n^2)) / (1 + z^2/n) with p = 0.8, n = 10, z = 1.96
    assert (figure.value, figure.n) == (0.8, 10)
    assert (figure.low, figure.high) == pytest.approx((0.4902, 0.9433), abs=1e-4)


def test_all_right_is_not_certain():
    figure = share("right", [True] * 20)
    assert figure.high == 1
    assert figure.low == pytest.approx(20 / (20 + 1.96**2), abs=1e-3)


def test_a_mean_has_about_two_standard_errors_on_each_side():
    values = np.random.default_rng(1).normal(5, 2, 400)
    figure = mean("length", values.tolist())
    error = values.std() / 20
    assert figure.value == pytest.approx(values.mean())
    assert (figure.value - figure.low, figure.high - figure.value) == pytest.approx((1.96 * error,) * 2, rel=0.15)


def test_the_same_run_gives_the_same_interval():
    assert mean("a", [1.0, 2.0, 4.0, 9.0]) == mean("a", [1.0, 2.0, 4.0, 9.0])


def test_a_ratio_adds_up_before_it_divides():
    figure = ratio("precision", [1, 0, 3], [2, 0, 6])
    assert (figure.value, figure.n) == (0.5, 8)
    assert (figure.low, figure.high) == (0.0, 0.5)  # three empty pictures may be drawn, and else it is 0.5 every time


def test_nothing_measured_says_so():
    assert proportion("a", 0, 0).n == mean("a", []).n == ratio("a", [0], [0]).n == 0
    assert mean("a", [3.0]).low is None


def test_a_score_of_the_whole_test_sees_cases_more_than_once():
    seen = []
    resampled("a", 3, lambda chosen: float(seen.append(chosen.tolist()) or 0), n_resamples=20)
    assert seen[0] == [0, 1, 2]
    assert any(len(set(chosen)) < 3 for chosen in seen)


def test_a_score_that_is_always_perfect_is_not_certain_either():
    figure = ratio("precision", [2] * 20, [2] * 20)
    assert (figure.value, figure.n) == (1, 40)
    assert figure.low == share("", [True] * 20).low  # of pictures, whose objects are right or wrong together
