"""What the eyes' networks are shown is framed as the engine frames it."""

from __future__ import annotations

import random

import msgspec
import numpy as np
import pytest

from bubo_desktop.engine.imaging import Fit, Picture, network_input
from bubo_desktop.geometry import mask_bounds
from build.nano.facts import GRID, Placed
from build.nano.networks import INPUT_PX
from build.nano.painter import paint
from build.nano.pictures import (
    ASPECTS,
    EMPTY_SHARE,
    PIXELS,
    draw_framed,
    draw_painting,
    frame,
    in_reading_order,
    is_crowded,
    picture_size,
)
from build.nano.scenes import random_scene

EVERY_SIZE = sorted({picture_size(aspect, 300) for aspect in ASPECTS})
BALL = Placed("ball", "red", "large", (0.3, 0.3, 0.7, 0.7))


@pytest.mark.parametrize("size_px", EVERY_SIZE)
def test_boxes_of_the_frame_map_back_to_the_picture(size_px):
    objects = random_scene(random.Random(2), picture=True).objects or ()
    painting = paint(objects, *size_px, np.random.default_rng(0))
    assert objects
    found = Fit.of(*size_px, PIXELS).to_picture(frame(painting).boxes)
    assert found == pytest.approx(painting.boxes_px, abs=0.5)  # pixels of the picture


@pytest.mark.parametrize("size_px", EVERY_SIZE)
def test_an_object_lies_in_its_box_of_the_network_input(size_px):
    painting = paint((BALL,), *size_px, np.random.default_rng(0))
    mask = np.repeat(painting.masks[0][..., None], 3, axis=2)
    black = msgspec.structs.replace(PIXELS, pad_rgb=(0, 0, 0))
    shown = network_input(Picture.from_array(np.uint8(255) * mask), black)[0, 0]
    bounds = mask_bounds(shown > (0.5 - PIXELS.mean[0]) / PIXELS.std[0])
    # half covered pixels are lost or gained at each edge, one where the picture was shrunk
    assert bounds == pytest.approx(frame(painting).boxes[0] * INPUT_PX, abs=1.5)


def test_reading_order_goes_by_the_cells_of_the_frame():
    corners = [(0.7, 0.7, 0.9, 0.9), (0.7, 0.1, 0.9, 0.3), (0.1, 0.7, 0.3, 0.9), (0.1, 0.1, 0.3, 0.3)]
    labels = ("cat", "dog", "owl", "bee")
    objects = tuple(Placed(label, "red", "small", box) for label, box in zip(labels, corners, strict=True))
    painting = paint(objects, 200, 100, np.random.default_rng(0))
    cells, ordered = in_reading_order(frame(painting))
    assert [thing.label for thing in ordered] == ["bee", "dog", "owl", "cat"]
    # the letterbox moves the upper row of a wide picture down into the frame's second row of cells
    assert [divmod(cell, GRID) for cell in cells] == [(1, 0), (1, 3), (2, 0), (2, 3)]


def test_objects_that_would_cover_each_other_ask_for_a_square():
    side_by_side = tuple(Placed("ball", "red", "large", box) for box in ((0.3, 0.1, 0.7, 0.5), (0.3, 0.5, 0.7, 0.9)))
    assert not is_crowded(side_by_side, 128, 128)
    assert is_crowded(side_by_side, 128, 32)
    assert not is_crowded((), 128, 32)


def test_pictures_are_of_every_aspect_and_some_are_empty():
    rng = np.random.default_rng(0)
    paintings = [draw_painting(rng, 64) for _ in range(60)]
    wide = [painting.rgb.shape[1] - painting.rgb.shape[0] for painting in paintings]
    assert min(wide) < 0 < max(wide)
    assert 0 in wide
    n_empty = sum(not painting.objects for painting in paintings)
    assert 0 < n_empty < 30  # of 60, with odds a little above EMPTY_SHARE
    assert 0 < EMPTY_SHARE < 0.5


def test_the_input_is_what_the_networks_take():
    framed = draw_framed(np.random.default_rng(0), (BALL,))
    assert framed.pixels.shape == (3, INPUT_PX, INPUT_PX)
    assert framed.pixels.dtype == framed.boxes.dtype == np.float32
    assert framed.boxes.shape == (1, 4)
