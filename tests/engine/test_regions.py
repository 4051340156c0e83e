"""Small holes and islands of masks, counted in the picture's pixels."""

from __future__ import annotations

import numpy as np
import pytest
from skimage.morphology import remove_small_holes, remove_small_objects

from bubo_desktop.engine.regions import remove_small_regions, tighten_box

MIN_PX = 400


def draw(height: int, width: int, *boxes: tuple[int, int, int, int], value: bool = True) -> np.ndarray:
    mask = np.full((height, width), not value)
    for x0, y0, x1, y1 in boxes:
        mask[y0:y1, x0:x1] = value
    return mask


@pytest.mark.parametrize(("side", "is_filled"), [(19, True), (20, False)])
def test_holes_of_fewer_pixels_are_filled(side, is_filled):
    mask = draw(200, 300, (50, 40, 150, 140))
    mask[80 : 80 + side, 90 : 90 + side] = False
    assert remove_small_regions(mask, MIN_PX)[80, 90] == is_filled


@pytest.mark.parametrize(("side", "stays"), [(19, False), (20, True)])
def test_islands_of_fewer_pixels_go(side, stays):
    mask = draw(200, 300, (50, 40, 150, 140), (200, 10, 200 + side, 10 + side))
    tidy = remove_small_regions(mask, MIN_PX)
    assert tidy[10, 200] == stays
    assert tidy[40:140, 50:150].all()


def test_of_small_islands_alone_the_largest_stays():
    mask = draw(60, 60, (5, 5, 10, 10), (30, 30, 36, 36), (50, 50, 52, 52))
    assert np.array_equal(remove_small_regions(mask, MIN_PX), draw(60, 60, (30, 30, 36, 36)))


def test_a_small_hole_that_is_filled_joins_what_it_kept_apart():
    mask = draw(60, 100, (10, 10, 25, 30), (26, 10, 41, 30))  # 300 pixels each, a slit of one column between
    assert remove_small_regions(mask, 300)[10:30, 10:41].sum() == 600  # the slit opens to the outside: no hole
    mask[[9, 30], 10:41] = True
    assert remove_small_regions(mask, MIN_PX)[9:31, 10:41].all()


def test_corners_that_touch_belong_together():
    mask = draw(80, 80, (10, 10, 25, 25), (25, 25, 40, 40))  # 225 pixels each
    assert np.array_equal(remove_small_regions(mask, MIN_PX), mask)


def test_background_at_the_edge_is_a_hole_only_if_all_of_it_is_small():
    strip = draw(100, 100, (0, 0, 100, 100))
    strip[:, :3] = False  # 300 pixels at the edge
    assert remove_small_regions(strip, MIN_PX).all()
    wide = draw(100, 100, (0, 0, 100, 100))
    wide[:, :4] = False
    assert not remove_small_regions(wide, MIN_PX)[:, :4].any()


def test_nothing_to_do_gives_the_mask_itself():
    empty, whole = np.zeros((5, 7), bool), np.ones((40, 50), bool)
    assert remove_small_regions(empty, MIN_PX) is empty
    assert remove_small_regions(whole, MIN_PX) is whole


@pytest.mark.parametrize("seed", range(8))
def test_agrees_with_another_library_on_blobs(seed):
    """The definitions agree where an island is large enough: the largest of small ones is this program's own rule."""
    rng = np.random.default_rng(seed)
    height, width = rng.integers(30, 120, 2)
    grain = np.kron(rng.random((height // 3 + 1, width // 3 + 1)) < 0.55, np.ones((3, 3), bool))[:height, :width]
    margin = rng.integers(0, 12, 2)
    mask = np.pad(grain, ((margin[0], 2), (0, margin[1])))
    mask[mask.shape[0] // 2 :, : mask.shape[1] // 2] = True
    wanted = remove_small_holes(mask, max_size=59, connectivity=2)
    wanted = remove_small_objects(wanted, max_size=59, connectivity=2)
    assert np.array_equal(remove_small_regions(mask, 60), wanted)


def test_a_box_becomes_that_of_a_mask_that_agrees():
    mask = draw(50, 60, (10, 12, 31, 40))
    assert tighten_box((9.2, 12.7, 30.0, 41.5), mask) == (10, 12, 31, 40)
    assert tighten_box((40.0, 0.0, 60.0, 20.0), mask) == (40.0, 0.0, 60.0, 20.0)
    assert tighten_box((1.0, 2.0, 3.0, 4.0), np.zeros((5, 5), bool)) == (1.0, 2.0, 3.0, 4.0)
