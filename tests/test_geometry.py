"""Boxes overlap as areas do; masks survive their run-lengths and touch their bounds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from bubo_desktop.data import RunLengths
from bubo_desktop.geometry import box_iou, decode_columns, decode_mask, encode_mask, mask_bounds, run_bounds


@given(arrays(bool, array_shapes(min_dims=2, max_dims=2, min_side=0, max_side=9)))
def test_a_mask_survives_its_run_lengths(mask: np.ndarray) -> None:
    runs = encode_mask(mask)
    assert runs.size == mask.shape
    assert sum(runs.counts) == mask.size
    np.testing.assert_array_equal(decode_mask(runs), mask)


def test_run_lengths_are_cocos() -> None:
    # Column by column, zeros first: the worked example of the COCO tools' mask.py is of this form.
    mask = np.array([[1, 0, 0], [1, 1, 0]], bool)
    assert encode_mask(mask) == RunLengths((2, 3), (0, 2, 1, 1, 2))


@pytest.mark.parametrize("counts", [(3,), (5,), (-1, 5), (2, 3)])
def test_run_lengths_of_another_size_are_refused(counts: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="2 x 2"):
        decode_mask(RunLengths((2, 2), counts))


@given(arrays(bool, array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=9)))
def test_bounds_hold_every_pixel_and_touch_each_side(mask: np.ndarray) -> None:
    bounds = mask_bounds(mask)
    if bounds is None:
        assert not mask.any()
        return
    x0, y0, x1, y1 = map(int, bounds)
    inside = mask[y0:y1, x0:x1]
    assert inside.sum() == mask.sum()
    assert inside[0].any()
    assert inside[-1].any()
    assert inside[:, 0].any()
    assert inside[:, -1].any()


masks = arrays(bool, array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=9))


@given(masks)
def test_bounds_of_runs_are_those_of_the_mask(mask: np.ndarray) -> None:
    assert run_bounds(encode_mask(mask)) == mask_bounds(mask)


@given(masks, st.data())
def test_columns_of_a_mask_are_decoded_alone(mask: np.ndarray, data: st.DataObject) -> None:
    first = data.draw(st.integers(0, mask.shape[1]))
    last = data.draw(st.integers(first, mask.shape[1]))
    np.testing.assert_array_equal(decode_columns(encode_mask(mask), first, last), mask[:, first:last])


boxes = st.lists(
    st.tuples(*[st.floats(0, 100)] * 4).map(
        lambda b: (min(b[0], b[2]), min(b[1], b[3]), max(b[0], b[2]), max(b[1], b[3]))
    ),
    max_size=4,
).map(lambda rows: np.array(rows, float).reshape(-1, 4))


@given(boxes, boxes)
def test_overlap_is_symmetric_and_a_share(a: np.ndarray, b: np.ndarray) -> None:
    overlap = box_iou(a, b)
    assert overlap.shape == (len(a), len(b))
    np.testing.assert_allclose(overlap, box_iou(b, a).T)
    assert ((overlap >= 0) & (overlap <= 1 + 1e-9)).all()  # rounding of two areas near 1e4 in float64


def test_overlap_of_known_boxes() -> None:
    a = np.array([[0, 0, 2, 2], [0, 0, 0, 0]])
    b = np.array([[0, 0, 2, 2], [1, 1, 3, 3], [2, 0, 4, 2]])
    np.testing.assert_allclose(box_iou(a, b), [[1, 1 / 7, 0], [0, 0, 0]])
