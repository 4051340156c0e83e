"""Painted pictures: what is said about them is what can be seen."""

from __future__ import annotations

import colorsys
from itertools import pairwise

import numpy as np
import pytest

from build.world.facts import COLOURS, NATURAL, Placed
from build.world.painter import HIDDEN_SHARE, SIDE_SLACK, Painter
from build.world.pictures import Pictures
from build.world.placing import is_clear
from build.world.styles import Styles

CAT = Placed("cat", NATURAL, (0.1, 0.2, 0.5, 0.6), 0.4)


def test_the_same_seed_paints_the_same_picture(pictures: Pictures) -> None:
    first, second = (pictures.draw(np.random.default_rng(3), 96, masks=True) for _ in range(2))
    np.testing.assert_array_equal(first.rgb, second.rgb)
    assert first.objects == second.objects


def test_boxes_are_the_bounds_of_the_masks(pictures: Pictures) -> None:
    rng = np.random.default_rng(4)
    for _ in range(30):
        painting = pictures.draw(rng, 128, masks=True)
        assert painting.masks is not None
        for mask, box in zip(painting.masks, painting.boxes_px, strict=True):
            rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
            np.testing.assert_allclose(box, (columns[0], rows[0], columns[-1] + 1, rows[-1] + 1))


def test_masks_share_no_pixel(pictures: Pictures) -> None:
    rng = np.random.default_rng(5)
    for _ in range(30):
        painting = pictures.draw(rng, 96, masks=True)
        assert painting.masks is not None
        assert painting.masks.sum(0).max(initial=0) <= 1


def test_objects_keep_place_and_size_and_come_from_left_to_right(painter: Painter) -> None:
    dog = Placed("dog", "blue", (0.7, 0.5, 0.9, 0.7), 0.2)
    painting = painter.paint((dog, CAT), 200, 200, np.random.default_rng(0))
    assert [thing.label for thing in painting.objects] == ["cat", "dog"]
    for planned, drawn in zip((CAT, dog), painting.objects, strict=True):
        assert drawn.centre == pytest.approx(planned.centre, abs=0.005)  # half a pixel
        assert drawn.side == pytest.approx(planned.side, abs=0.01)  # a pixel at each edge
    assert painting.masks is None


def test_an_object_that_would_hide_another_is_left_out(painter: Painter) -> None:
    on_top = Placed("box", "red", CAT.box, 0.39)
    for seed in range(5):
        painting = painter.paint((CAT, on_top), 120, 120, np.random.default_rng(seed))
        assert len(painting.objects) == 1


def test_enough_of_every_object_can_be_seen(painter: Painter, pictures: Pictures) -> None:
    rng, n_hidden = np.random.default_rng(6), 0
    for _ in range(60):
        painting = pictures.draw(rng, 128, masks=True)
        for thing, (x0, y0, x1, y1) in zip(painting.objects, painting.boxes_px, strict=True):
            assert thing.side * 128 <= SIDE_SLACK * max(x1 - x0, y1 - y0) + 1e-9
    elephant = Placed("elephant", "blue", (0.1, 0.1, 0.9, 0.9), 0.8)
    for seed in range(20):
        heart = Placed("heart", "purple", (0.2, 0.6, 0.6, 1.0), 0.4)
        layers = painter.arrange((elephant, heart), 100, 100, np.random.default_rng(seed))
        shares = [layer.seen.sum() / layer.n_pixels for layer in layers]
        assert min(shares) >= 1 - HIDDEN_SHARE
        n_hidden += min(shares) < 1
    assert n_hidden


def test_clear_pictures_leave_no_doubt(pictures: Pictures) -> None:
    rng = np.random.default_rng(7)
    for _ in range(40):
        painting = pictures.draw(rng, 128, clear=True)
        assert is_clear(painting.objects)
        assert all(a.centre[0] < b.centre[0] for a, b in pairwise(painting.objects))


def test_a_picture_of_nothing_names_nothing_and_is_not_empty(painter: Painter) -> None:
    rng = np.random.default_rng(8)
    paintings = [painter.paint((), 128, 96, rng, masks=True) for _ in range(20)]
    assert not any(painting.objects for painting in paintings)
    assert {painting.masks is not None and painting.masks.shape for painting in paintings} == {(0, 96, 128)}
    assert sum(float(painting.rgb.std()) > 10 for painting in paintings) > 10


@pytest.mark.parametrize("colour", COLOURS)
def test_a_coloured_object_is_in_that_colour_alone(painter: Painter, colour: str) -> None:
    """Of the pixels that have a colour at all, nearly every one has this; those of soft edges and paint may stray."""
    styles, rng = Styles(painter.glyphs), np.random.default_rng(9)
    hues_deg = {"red": 0, "yellow": 53, "green": 122, "blue": 217, "purple": 284}
    for label in ("dog", "car", "key", "square", "circle", "guitar", "umbrella", "snail") * 4:
        sprite = styles.sprite(label, colour, 60, rng)
        solid = sprite[sprite[..., 3] > 250][:, :3] / 255
        hsv = np.array([colorsys.rgb_to_hsv(*pixel) for pixel in solid])
        coloured = hsv[(hsv[:, 1] > 0.4) & (hsv[:, 2] > 0.3)]
        assert len(coloured) > 0.08 * len(solid), label
        off_deg = np.abs((coloured[:, 0] * 360 - hues_deg[colour] + 180) % 360 - 180)
        assert (off_deg < 32).mean() > 0.97, label


def test_plain_shapes_without_a_colour_are_grey(painter: Painter) -> None:
    sprite = Styles(painter.glyphs).sprite("circle", NATURAL, 60, np.random.default_rng(1))
    assert int(np.ptp(sprite[..., :3].astype(int), axis=-1).max()) <= 2  # rounding
