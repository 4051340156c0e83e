"""Drawn pictures hold their objects exactly where they say."""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np
import pytest

from bubo_desktop.geometry import box_iou, mask_bounds
from build.nano.facts import Placed
from build.nano.painter import Painting, paint
from build.nano.pictures import ASPECTS, draw_painting, picture_size
from build.nano.scenes import random_scene

LONGER_PX = 160
EVERY_SIZE = sorted({picture_size(aspect, LONGER_PX) for aspect in ASPECTS})


def paintings(size_px: tuple[int, int], n: int = 3) -> list[Painting]:
    scenes = [random_scene(random.Random(seed), picture=True) for seed in range(n)]
    return [paint(scene.objects or (), *size_px, np.random.default_rng(seed)) for seed, scene in enumerate(scenes)]


def is_within(inner: Sequence[float], outer: Sequence[float]) -> bool:
    """Boxes in pixels, which are whole but for rounding."""
    room = np.subtract(inner, outer) * (1, 1, -1, -1)
    return bool((room >= -1e-6).all())


@pytest.mark.parametrize("size_px", EVERY_SIZE)
def test_boxes_are_the_exact_bounds_of_what_is_visible(size_px):
    checked = 0
    for painting in paintings(size_px):
        boxes = painting.boxes_px
        covered = np.triu(box_iou(boxes, boxes), 1).any(axis=1)  # a later object may hide a part
        for mask, box, is_covered in zip(painting.masks, boxes, covered, strict=True):
            bounds = mask_bounds(mask)
            if not is_covered:
                assert bounds == pytest.approx(box)
                checked += 1
            elif bounds is not None:
                assert is_within(bounds, box)
    assert checked


@pytest.mark.parametrize("size_px", EVERY_SIZE)
def test_objects_stay_within_the_picture_and_no_pixel_shows_two(size_px):
    width_px, height_px = size_px
    for painting in paintings(size_px):
        assert painting.rgb.shape == (height_px, width_px, 3)
        assert painting.masks.shape == (len(painting.objects), height_px, width_px)
        assert painting.masks.sum(axis=0).max(initial=0) <= 1
        assert all(is_within(box, (0, 0, width_px, height_px)) for box in painting.boxes_px)


def test_a_later_object_covers_an_earlier_one():
    below = Placed("ball", "red", "large", (0.2, 0.2, 0.8, 0.8))
    above = Placed("square", "blue", "small", (0.4, 0.4, 0.6, 0.6))
    painting = paint((below, above), 100, 100, np.random.default_rng(0))
    assert painting.masks[1, 50, 50]
    assert not painting.masks[0, 50, 50]
    assert painting.masks[0].any()


def test_a_seed_decides_the_picture():
    first, again, other = (draw_painting(np.random.default_rng(seed), LONGER_PX) for seed in (3, 3, 4))
    assert first.objects == again.objects
    assert np.array_equal(first.rgb, again.rgb)
    assert np.array_equal(first.masks, again.masks)
    assert not np.array_equal(first.rgb, other.rgb)


def test_a_colour_is_seen_in_the_picture():
    for colour, strongest in (("red", 0), ("green", 1), ("blue", 2)):
        thing = Placed("ball", colour, "large", (0.3, 0.3, 0.7, 0.7))
        painting = paint((thing,), 128, 128, np.random.default_rng(1))
        assert painting.rgb[painting.masks[0]].mean(axis=0).argmax() == strongest
