"""Average precision of a few boxes, worked out by hand."""

import numpy as np
import pytest

from bubo_desktop.geometry import encode_mask
from build.evaluation.average_precision import AveragePrecision, Region


def figure(score: AveragePrecision, which: int) -> float:
    return score.figures("boxes")[which].value


def test_all_found_exactly_is_one():
    score = AveragePrecision("bbox")
    for number in range(3):
        score.add([Region("dog", (0, 0, 10, 10 + number))], [Region("dog", (0, 0, 10, 10 + number), 0.5)])
    at_half, over_all = score.figures("boxes")
    assert (at_half.value, over_all.value) == pytest.approx((1, 1))
    assert (at_half.low, at_half.high) == (pytest.approx(3 / (3 + 1.96**2), abs=1e-3), 1)  # Wilson: all of three
    assert at_half.n == 3


def test_a_false_box_that_scores_best_halves_precision():
    score = AveragePrecision("bbox")
    score.add(
        [Region("dog", (0, 0, 10, 10))], [Region("dog", (20, 0, 30, 10), 0.9), Region("dog", (0, 0, 10, 10), 0.8)]
    )
    assert figure(score, 0) == pytest.approx(0.5)  # precision is 1/2 at every recall


def test_each_label_counts_the_same_and_unknown_ones_do_not():
    score = AveragePrecision("bbox")
    box = (0.0, 0.0, 10.0, 10.0)
    score.add([Region("dog", box), Region("cat", box)], [Region("dog", box, 0.9), Region("elk", box, 0.9)])
    assert figure(score, 0) == pytest.approx(0.5)


def test_loose_boxes_pass_at_half_only():
    score = AveragePrecision("bbox")
    score.add([Region("dog", (0, 0, 10, 10))], [Region("dog", (0, 0, 10, 6.6), 1)])  # IoU 0.66: 4 of 10 thresholds
    assert figure(score, 0) == pytest.approx(1)
    assert figure(score, 1) == pytest.approx(0.4)


def test_masks_are_compared_where_they_are_asked_for():
    left, right = np.zeros((2, 4, 4), bool)
    left[:, :2], right[:, 2:] = True, True
    box = (0.0, 0.0, 4.0, 4.0)
    score = AveragePrecision("segm")
    score.add([Region("dog", box, mask=encode_mask(left))], [Region("dog", box, 1, encode_mask(right))])
    assert figure(score, 0) == 0


def test_an_uneven_test_has_an_interval():
    score = AveragePrecision("bbox")
    for number in range(12):
        found = [Region("dog", (0, 0, 10, 10), 0.9)] if number % 2 else [Region("dog", (20, 20, 30, 30), 0.9)]
        score.add([Region("dog", (0, 0, 10, 10))], found)
    at_half, _ = score.figures("boxes")
    assert at_half.low < at_half.value < at_half.high


def test_nothing_found_is_zero():
    score = AveragePrecision("bbox")
    score.add([Region("dog", (0, 0, 10, 10))], [])
    assert figure(score, 0) == 0
