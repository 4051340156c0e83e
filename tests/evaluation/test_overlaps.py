"""Overlaps of regions small enough to be counted by hand."""

import numpy as np
import pytest

from build.evaluation.overlaps import (
    consensus_iou,
    consensus_map,
    f_measure,
    mask_ious,
    pair_off,
    segment_iou,
    success_area,
)


def mask(text: str) -> np.ndarray:
    return np.array([[point == "#" for point in row] for row in text.split()])


def test_mask_ious_count_points():
    left, all_of_it, bottom = mask("##.. ##.."), mask("#### ####"), mask(".... ####")
    assert mask_ious([left, bottom], [all_of_it, left]) == pytest.approx(np.array([[4 / 8, 1], [4 / 8, 2 / 6]]))
    assert mask_ious([], [left]).shape == (0, 1)


def test_the_best_pairs_are_made_first_and_each_is_used_once():
    scores = np.array([[0.9, 0.8], [0.7, 0.1]])
    assert pair_off(scores, least=0.0) == [(0, 0), (1, 1)]
    assert pair_off(scores, least=0.5) == [(0, 0)]
    assert pair_off(np.zeros((2, 2)), least=0.0) == []


def test_two_of_three_make_a_consensus_and_one_makes_half():
    halves = [(0, 0, 0.5, 1), (0, 0, 0.5, 1), (0, 0, 1, 1)]
    consensus = consensus_map(halves, side=4)
    assert consensus.tolist() == [[1, 1, 0.5, 0.5]] * 4
    # the left half is found: 8 points of weight 1 of 8 + 8 x 0.5 in all
    assert consensus_iou(mask("##.. ##.. ##.. ##.."), consensus) == pytest.approx(8 / 12)


def test_what_nobody_marked_counts_against_the_region():
    consensus = consensus_map([(0, 0, 0.5, 0.5)] * 2, side=4)
    assert consensus_iou(mask("#### #### .... ...."), consensus) == pytest.approx(4 / (4 + 4))
    assert consensus_iou(mask(".... .... .... ...."), consensus) == 0


def test_the_area_under_success():
    assert success_area(np.array([1.0])) == pytest.approx(1)
    # of 0.5: reached at 0, 0.05, ... 0.5, that is 10 steps of 0.05 and half a step down to 0
    assert success_area(np.array([0.5])) == pytest.approx(0.525)
    # of 0: reached at 0 only, half a step
    assert success_area(np.array([0.0, 1.0])) == pytest.approx((0.025 + 1) / 2)


def test_precision_weighs_more_in_the_f_measure():
    wanted = mask("####")
    # precision 1, recall 1/2: 1.3 x 0.5 / (0.3 + 0.5); precision 1/2, recall 1: 1.3 x 0.5 / (0.15 + 1)
    assert f_measure(mask("##.."), wanted) == pytest.approx(0.8125)
    assert f_measure(wanted, mask("##..")) == pytest.approx(0.65 / 1.15)
    assert f_measure(mask("...."), wanted) == 0


def test_where_nothing_sounds_leaving_all_empty_is_right():
    nothing = mask("....")
    assert segment_iou(nothing, nothing) == 1
    assert segment_iou(mask("#..."), nothing) == 0.75
    assert segment_iou(mask("###."), mask("##..")) == pytest.approx(2 / 3)
