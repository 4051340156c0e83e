"""Masks for boxes, of a drawn network whose logits are positive where there is red and where the box is."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from onnx import helper
from torch.nn import functional

from bubo_desktop.engine.box_segmenting import PromptedSegmenter, to_mask
from bubo_desktop.engine.cancellation import Cancellation, CancelledWork
from bubo_desktop.engine.imaging import Fit, Picture
from bubo_desktop.engine.shelf import Shelf
from bubo_desktop.errors import PackError
from bubo_desktop.packs.manifest import BoxSegmenter, PixelInput
from tests.engine.drawn_networks import write_network
from tests.engine.drawn_pictures import BLUE, RED, draw_squares

SIZE, GRID = 128, 32
SHAPES = {"square": (256, 256), "wide": (640, 360), "tall": (150, 450), "small": (60, 50)}
HALVES = (0.5, 0.5, 0.5)


def node(kind: str, inputs: str, output: str, **attributes: object):
    return helper.make_node(kind, inputs.split(), [output], **attributes)


def write_encoder(folder) -> None:
    """`coverage` of each of 32 x 32 places by red."""
    nodes = [
        node("Conv", "pixel_values weights", "red"),
        node("AveragePool", "red", "coverage", kernel_shape=[4, 4], strides=[4, 4]),
    ]
    weights = np.array([0.5, -0.5, 0], np.float32)[None, :, None, None]
    shapes = {"pixel_values": [1, 3, SIZE, SIZE]}, {"coverage": [1, 1, GRID, GRID]}
    write_network(folder / "encoder.onnx", nodes, {"weights": weights}, *shapes)


def write_decoder(folder) -> None:
    """Two masks a box: the worse, by its score, is empty; the better is of red inside the box."""
    edges = ("x0", "y0", "x1", "y1")
    nodes = [
        node("Split", "input_boxes quarters", "", axis=2),
        *(node("Unsqueeze", f"{edge} last", f"{edge}_flat") for edge in edges),
        *(node("Sub", f"{axis} {axis}0_flat", f"{axis}_after") for axis in "xy"),
        *(node("Sub", f"{axis}1_flat {axis}", f"{axis}_before") for axis in "xy"),
        node("Min", "x_after x_before y_after y_before", "inside"),
        node("Sub", "coverage half", "red"),
        node("Min", "inside red", "logits"),
        node("Unsqueeze", "logits middle", "better"),
        node("Sub", "better many", "worse"),
        node("Concat", "worse better", "pred_masks", axis=2),
        node("Concat", "x0 x1", "pairs", axis=2),
        node("Mul", "pairs zeros", "nothing"),
        node("Add", "nothing scores", "iou_scores"),
    ]
    nodes[0].output[:] = edges
    centres = ((np.arange(GRID) + 0.5) * SIZE / GRID).astype(np.float32)
    constants = {
        "quarters": np.array([1, 1, 1, 1]), "last": np.array([3]), "middle": np.array([2]),
        "x": centres[None, None, None], "y": centres[None, None, :, None], "half": np.float32(0.5),
        "many": np.float32(1000), "zeros": np.float32(0), "scores": np.array([[[0.3, 0.9]]], np.float32),
    }  # fmt: skip
    inputs = {"coverage": [1, 1, GRID, GRID], "input_boxes": [1, "boxes", 4]}
    outputs = {"pred_masks": [1, "boxes", 2, GRID, GRID], "iou_scores": [1, "boxes", 2]}
    write_network(folder / "decoder.onnx", nodes, constants, inputs, outputs)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("networks")
    write_encoder(folder)
    write_decoder(folder)
    return folder


def open_segmenter(folder, fit: str = "stretch", **options) -> PromptedSegmenter:
    pixels = PixelInput(SIZE, SIZE, fit, HALVES, HALVES, "bilinear", HALVES)
    part = BoxSegmenter("encoder.onnx", "decoder.onnx", pixels, **{"min_region_px": 0, **options})
    return PromptedSegmenter(part, Shelf(folder, 1))


def fill(width: int, height: int, box: tuple[int, int, int, int]) -> np.ndarray:
    mask = np.zeros((height, width), bool)
    mask[box[1] : box[3], box[0] : box[2]] = True
    return mask


@pytest.mark.parametrize("fit", ["corner", "stretch"])
@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_masks_are_where_the_box_and_the_object_are(folder, fit, shape):
    width, height = shape
    red = (width // 5, height // 4, width * 4 // 5, height * 3 // 4)
    picture = Picture.from_array(draw_squares(*shape, {red: RED}))
    half = (0.0, 0.0, width / 2, float(height))
    whole, left = open_segmenter(folder, fit).masks(picture, [(0.0, 0.0, float(width), float(height)), half])
    place_px = max(shape) / GRID  # the grid's; an edge is found to a part of it, by interpolation
    assert whole.shape == (height, width)
    assert (whole ^ fill(*shape, red)).sum() < 0.3 * place_px * 2 * (width + height)
    assert (left ^ fill(*shape, (red[0], red[1], width // 2, red[3]))).sum() < 0.3 * place_px * 2 * (width + height)


def test_a_picture_is_seen_once_for_all_its_boxes(folder, monkeypatch):
    picture = Picture.from_array(draw_squares(100, 80, {(20, 20, 60, 60): RED}))
    segmenter = open_segmenter(folder)
    boxes = [(0.0, 0.0, 100.0, 80.0), (10.0, 10.0, 50.0, 50.0)]
    maps = segmenter.see(picture)
    wanted = segmenter.masks(picture, boxes)
    monkeypatch.setattr(segmenter.session, "run", lambda *_, **__: pytest.fail("seen again"))
    for found, mask in zip(segmenter.masks(picture, boxes, None, maps), wanted, strict=True):
        np.testing.assert_array_equal(found, mask)
    assert segmenter.masks(picture, []) == []


def test_cancelling_ends_it_between_two_boxes(folder, monkeypatch):
    picture = Picture.from_array(draw_squares(100, 80, {(20, 20, 60, 60): RED}))
    segmenter, cancellation, runs = open_segmenter(folder), Cancellation(), []
    run = segmenter.decoder.run

    def run_and_cancel(*arguments, **inputs):
        runs.append(inputs)
        found = run(*arguments, **inputs)
        cancellation.cancel()
        return found

    monkeypatch.setattr(segmenter.decoder, "run", run_and_cancel)
    with pytest.raises(CancelledWork):
        segmenter.masks(picture, [(0.0, 0.0, 50.0, 50.0)] * 3, cancellation)
    assert len(runs) == 2  # the second saw that it was cancelled


def test_holes_and_islands_are_removed_and_boxes_made_exact(folder):
    squares = {(40, 40, 360, 360): RED, (200, 200, 212, 212): BLUE, (376, 1, 395, 20): RED}
    picture = Picture.from_array(draw_squares(400, 400, squares))
    everything = (0.0, 0.0, 400.0, 400.0)
    (raw,) = open_segmenter(folder).masks(picture, [everything])
    assert not raw[206, 206]
    assert raw[10, 386]
    segmenter = open_segmenter(folder, min_region_px=400, refines_boxes=True)
    (tidy,) = segmenter.masks(picture, [everything])
    assert tidy[206, 206]
    assert not tidy[10, 386]
    np.testing.assert_allclose(segmenter.refine((30.0, 50.0, 350.0, 370.0), tidy), (40, 40, 360, 360), atol=4)
    assert open_segmenter(folder).refine((1.0, 2.0, 3.0, 4.0), tidy) == (1.0, 2.0, 3.0, 4.0)


def test_an_encoder_that_lacks_the_decoders_maps_is_refused(tmp_path):
    write_decoder(tmp_path)
    nodes = [node("Identity", "pixel_values", "something")]
    shape = [1, 3, SIZE, SIZE]
    write_network(tmp_path / "encoder.onnx", nodes, {}, {"pixel_values": shape}, {"something": shape})
    with pytest.raises(PackError, match="does not give coverage"):
        open_segmenter(tmp_path)


@pytest.mark.parametrize("kind", ["corner", "stretch"])
@pytest.mark.parametrize("shape", [(700, 500), (500, 700), (90, 60), (1024, 333), (2048, 1001)])
def test_logits_are_interpolated_as_published(kind, shape):
    """Where torch's logit is within rounding of zero, either side is right."""
    rng = np.random.default_rng(sum(shape))
    coarse = torch.from_numpy(rng.standard_normal((1, 1, 12, 12)).astype(np.float32))
    logits = functional.interpolate(coarse, (256, 256), mode="bicubic")
    fit = Fit.of(*shape, PixelInput(1024, 1024, kind, HALVES, HALVES))
    wanted = logits
    if kind == "corner":
        seen = [int(1024 * side / max(shape) + 0.5) for side in shape]  # width, height
        wanted = functional.interpolate(logits, (1024, 1024), mode="bilinear")[..., : seen[1], : seen[0]]
    wanted = functional.interpolate(wanted, shape[::-1], mode="bilinear")[0, 0].numpy()
    differs = to_mask(logits[0, 0].numpy(), fit) != (wanted > 0)
    assert np.abs(wanted[differs]).max(initial=0) < 1e-5  # of logits up to 3, summed in another order


def test_logits_without_an_object_give_an_empty_mask():
    fit = Fit.of(50, 40, PixelInput(64, 64, "corner", HALVES, HALVES))
    assert not to_mask(np.full((16, 16), -1, np.float32), fit).any()
