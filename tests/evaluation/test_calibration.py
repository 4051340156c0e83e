"""Scores whose honesty is known beforehand, and curves that make others honest."""

import numpy as np
import pytest

from bubo_desktop.engine.confidence import calibrate
from build.evaluation.calibration import (
    Scored,
    calibration_error,
    choose_threshold,
    fit_curve,
    sort_into_bins,
)


def scored(scores, right) -> Scored:
    return Scored([float(each) for each in scores], [bool(each) for each in right])


def draw(n: int, distort) -> Scored:
    """Cases whose probability p is reported as `distort(p)`."""
    rng = np.random.default_rng(3)
    chances = rng.uniform(0.02, 0.98, n)
    return scored(distort(chances), rng.uniform(size=n) < chances)


def overconfident(chances):
    odds = (chances / (1 - chances)) ** 3
    return odds / (1 + odds)


def test_the_error_is_the_mean_distance_of_bins():
    cases = scored([0.9] * 10 + [0.3] * 10, [1] * 7 + [0] * 3 + [0] * 10)
    assert [(each.n, each.score, each.right) for each in sort_into_bins(cases)] == [
        (10, pytest.approx(0.3), 0),
        (10, pytest.approx(0.9), pytest.approx(0.7)),
    ]
    assert calibration_error(cases) == pytest.approx((0.3 + 0.2) / 2)


def test_a_score_of_one_belongs_to_the_last_bin():
    assert [each.n for each in sort_into_bins(scored([1.0, 0.99], [1, 1]))] == [2]


def test_honest_scores_have_hardly_any_error():
    assert calibration_error(draw(20_000, lambda chances: chances)) < 0.015  # of chance alone, in bins of 1,300


def straighten(cases: Scored) -> Scored:
    curve = fit_curve(cases)
    return Scored([calibrate(score, curve) for score in cases.scores], cases.right)


def test_overconfidence_is_cured():
    cases = draw(20_000, overconfident)
    assert calibration_error(cases) > 0.1
    assert calibration_error(straighten(cases)) < 0.015


def test_the_curve_that_was_undone_is_found():
    curve = fit_curve(draw(20_000, overconfident))
    assert curve.slope == pytest.approx(1 / 3, rel=0.05)
    assert curve.offset == pytest.approx(0, abs=0.06)  # three standard errors of 20,000 cases


def test_scores_that_are_all_too_low_are_lifted():
    assert fit_curve(draw(20_000, lambda chances: chances**3)).offset > 0.5


def test_what_was_always_right_is_not_therefore_certain():
    curve = fit_curve(scored([0.9] * 50, [1] * 50))
    assert calibrate(0.9, curve) == pytest.approx(51 / 52, abs=1e-3)


def test_scores_of_nothing_and_of_certainty_have_a_curve():
    curve = fit_curve(scored([0, 0, 1, 1, 0.5], [0, 1, 1, 1, 0]))
    assert 0 < calibrate(0.0, curve) < calibrate(1.0, curve) < 1


def test_the_threshold_puts_precision_first():
    # 0.6: 300 of 600 are right; 0.8: 597 of 600; 0.9: all 600
    cases = scored([0.6] * 600 + [0.8] * 600 + [0.9] * 600, [1, 0] * 300 + [1] * 597 + [0] * 3 + [1] * 600)
    assert choose_threshold(cases, 0.98) == 0.8
    assert choose_threshold(cases, 0.7) == 0.6


def test_where_nothing_is_good_enough_the_threshold_that_comes_closest_is_taken():
    cases = scored([0.6] * 600 + [0.9] * 600, [1, 0] * 300 + [1, 1, 1, 0] * 150)
    assert choose_threshold(cases, 0.98) == 0.9
    assert choose_threshold(scored([], []), 0.98) == 0


def test_a_few_lucky_cases_do_not_choose_the_threshold():
    lucky = scored([0.7] * 600 + [0.9] * 5, [1] * 594 + [0] * 6 + [1] * 5)  # 99 of 100, and 5 of 5
    assert choose_threshold(lucky, 0.97) == 0.7
