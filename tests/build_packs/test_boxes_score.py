"""Average precision of boxes, checked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from bubo_desktop.data import Thing
from build.nano.boxes_score import BoxScore

BOX = (10.0, 10.0, 110.0, 60.0)
ELSEWHERE = (200.0, 200.0, 260.0, 260.0)
Box = tuple[float, float, float, float]


def score(*pictures: tuple[dict[str, Box], dict[str, Box]]) -> tuple[float, float]:
    """Mean AP at 0.5 and over 0.5 to 0.95 of pictures with true and found boxes."""
    boxes = BoxScore()
    for number, (truth, found) in enumerate(pictures):
        things = [Thing(k, label, 0.9, box) for k, (label, box) in enumerate(found.items())]
        boxes.add(number, list(truth), np.array(list(truth.values())).reshape(-1, 4), things)
    figures = boxes.figures()
    return figures["map_50"], figures["map_50_95"]


def test_all_found_is_perfect():
    truth = {"dog": BOX, "cat": ELSEWHERE}
    assert score((truth, truth), ({}, {})) == pytest.approx((1, 1))


def test_a_missed_object_halves_the_recall():
    # one of two dogs is found: precision is 1 at the recalls 0, 0.01 .. 0.5 of COCO's 101, and 0 above
    assert score(({"dog": BOX}, {"dog": BOX}), ({"dog": BOX}, {})) == pytest.approx((51 / 101, 51 / 101))


def test_labels_count_alike():
    assert score(({"dog": BOX, "cat": ELSEWHERE}, {"dog": BOX})) == pytest.approx((0.5, 0.5))


def test_a_wrong_label_is_no_find():
    assert score(({"dog": BOX}, {"cat": BOX})) == (0, 0)


def test_nothing_found_at_all():
    assert score(({"dog": BOX}, {})) == (0, 0)


def test_a_box_that_is_off_counts_below_its_overlap():
    x0, y0, x1, y1 = BOX
    off = (x0, y0, x0 + 0.82 * (x1 - x0), y1)  # overlap 0.82: enough for 0.5, 0.55 .. 0.8, seven of ten
    assert score(({"dog": BOX}, {"dog": off})) == pytest.approx((1, 0.7))
