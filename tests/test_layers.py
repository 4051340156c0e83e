"""Masks as layers: true to their shape at any size, smooth where they grow, and cheap to blend."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from bubo_desktop import layers
from bubo_desktop.geometry import encode_mask
from bubo_desktop.layers import Brush, coats, flatten, shape_at, silhouette
from bubo_desktop.palette import look_of

CENTRE, RADIUS = (70, 50), 30


def disc(height: int = 100, width: int = 160):
    y, x = np.mgrid[:height, :width] + 0.5
    return np.hypot(x - CENTRE[0], y - CENTRE[1]) < RADIUS


def on_canvas(image: Image.Image, shape: layers.Shape, size):
    """A layer at its place on an empty canvas, as an array."""
    canvas = Image.new("L", size)
    canvas.paste(image, (shape.x0, shape.y0))
    return np.asarray(canvas)


def shape_of(mask, scale: float, **choices) -> layers.Shape:
    found = silhouette(encode_mask(mask), **choices)
    assert found
    return shape_at(found, scale, margin_px=10)


@pytest.mark.parametrize("scale", [0.2, 0.5, 1, 1.7, 4])
@pytest.mark.parametrize("choices", [{}, {"step": 2}, {"max_side_px": 20}])
def test_a_shape_covers_what_the_mask_covers(scale, choices):
    shape = shape_of(disc(), scale, **choices)
    size = round(160 * scale), round(100 * scale)
    grey = on_canvas(shape.grey, shape, size) / 255
    y, x = (np.mgrid[: size[1], : size[0]] + 0.5) / scale
    expected = np.hypot(x - CENTRE[0], y - CENTRE[1]) < RADIUS
    assert np.abs(grey - expected).sum() < 0.1 * expected.sum() + 8


def test_stairs_are_rounded_off_where_a_mask_grows():
    shape = shape_of(disc(), 6)
    edge_y, edge_x = np.nonzero(np.abs(np.asarray(shape.grey).astype(int) - 128) < 60)
    distances = np.hypot(edge_x + 0.5 + shape.x0 - 6 * CENTRE[0], edge_y + 0.5 + shape.y0 - 6 * CENTRE[1])
    assert np.abs(distances - 6 * RADIUS).max() < 3  # half a pixel of the mask


def test_an_empty_mask_has_no_silhouette():
    assert silhouette(encode_mask(np.zeros((5, 7), bool))) is None


def test_a_mask_is_the_same_however_it_is_cut_for_work(monkeypatch):
    whole = silhouette(encode_mask(disc()))
    monkeypatch.setattr(layers, "_STRIP_PX", 700)
    assert silhouette(encode_mask(disc())) == whole
    shape = shape_of(disc(), 1)
    striped = flatten(coats(shape, look_of(1), Brush(2, 9)))
    monkeypatch.undo()
    np.testing.assert_array_equal(flatten(coats(shape, look_of(1), Brush(2, 9))), striped)


def test_the_outline_follows_the_edge_and_the_fill_stays_inside():
    shape = shape_of(disc(), 2)
    (fill, _), (rim, _), (line, _) = coats(shape, look_of(1), Brush(3, 12))
    y, x = np.mgrid[: shape.grey.height, : shape.grey.width] + 0.5
    distance = np.abs(np.hypot(x + shape.x0 - 2 * CENTRE[0], y + shape.y0 - 2 * CENTRE[1]) - 2 * RADIUS)
    assert (np.asarray(rim)[distance < 2] > 200).all()
    assert (np.asarray(rim)[distance > 6] == 0).all()
    assert (np.asarray(line) <= np.asarray(rim)).all()
    assert (np.asarray(fill)[np.asarray(shape.grey) == 0] == 0).all()


def test_each_pattern_leaves_two_tones_but_the_plain_one():
    shape = shape_of(np.pad(np.ones((60, 60), bool), 4), 1)
    for number in range(5):
        (fill, _), *_ = coats(shape, look_of(number), Brush(2, 12))
        tones = np.unique(np.asarray(fill)[20:50, 20:50])
        assert (len(tones) == 1) == (look_of(number).pattern == "plain")


def test_flattened_coats_are_premultiplied():
    flat = flatten(coats(shape_of(disc(), 1), look_of(0), Brush(2, 9)))
    assert flat.dtype == np.uint8
    assert (flat[..., :3] <= flat[..., 3:]).all()
    assert flat[..., 3].max() == 255
    assert (flat[0, 0] == 0).all()
