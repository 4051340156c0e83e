"""Tags, boxes and masks of drawn squares, in the pixels of the picture as the user sees it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bubo_desktop.engine.cropping import crops, grow
from bubo_desktop.engine.imaging import Picture, read_picture
from bubo_desktop.engine.locating import Locator
from bubo_desktop.engine.segmenting import Segmenter
from bubo_desktop.engine.shelf import Shelf
from bubo_desktop.engine.tagging import Tagger
from bubo_desktop.engine.vision import Vision
from bubo_desktop.errors import PackError
from bubo_desktop.geometry import box_iou
from bubo_desktop.packs.manifest import QueryGrounder
from tests.engine import drawn_networks
from tests.engine.drawn_pictures import BLUE, RED, draw_squares

MAX_ERROR_PX = 2  # the goal for what is drawn on the screen
SHAPES = {"1:1": (512, 512), "16:9": (640, 360), "9:16": (360, 640), "1:4": (200, 800), "small": (60, 50)}


def _squares(width: int, height: int) -> tuple[tuple[int, int, int, int], tuple[int, int, int, int]]:
    """One off the middle, and one in the corner, as fractions of the shorter side."""
    side = min(width, height)
    return (side // 5, side // 4, side // 2, side * 3 // 5), (width - side // 3, height - side // 4, width, height)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("networks")


@pytest.fixture(scope="module")
def grounder(folder: Path) -> QueryGrounder:
    return drawn_networks.write_grounder(folder)


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_boxes_are_where_the_squares_were_drawn(folder: Path, grounder: QueryGrounder, shape: tuple[int, int]) -> None:
    red, blue = _squares(*shape)
    found = Locator(grounder, Shelf(folder, 1)).locate(Picture.from_array(draw_squares(*shape, {red: RED, blue: BLUE})))
    boxes = {thing.label: thing.box_xyxy_px for thing in found}
    np.testing.assert_allclose(boxes["red square"], red, atol=MAX_ERROR_PX)
    np.testing.assert_allclose(boxes["blue square"], blue, atol=MAX_ERROR_PX)


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
@pytest.mark.parametrize("orientation", [3, 6, 8])
def test_boxes_of_turned_pictures_are_those_the_user_sees(
    folder: Path, grounder: QueryGrounder, shape: tuple[int, int], orientation: int, tmp_path: Path
) -> None:
    red, _ = _squares(*shape)
    stored = np.rot90(draw_squares(*shape, {red: RED}), {3: 2, 6: 1, 8: 3}[orientation])
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(np.ascontiguousarray(stored)).save(tmp_path / "turned.png", exif=exif)
    picture = read_picture(tmp_path / "turned.png")
    assert (picture.width, picture.height) == shape
    (thing,) = Locator(grounder, Shelf(folder, 1)).locate(picture)
    np.testing.assert_allclose(thing.box_xyxy_px, red, atol=MAX_ERROR_PX)


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_masks_have_the_pictures_resolution_and_sharpen_boxes(folder: Path, shape: tuple[int, int]) -> None:
    red, _ = _squares(*shape)
    picture = Picture.from_array(draw_squares(*shape, {red: RED}))
    segmenter = Segmenter(drawn_networks.write_segmenter(folder), Shelf(folder, 1))
    width, height = red[2] - red[0], red[3] - red[1]
    loose = (red[0] - 0.1 * width, red[1] - 0.05 * height, red[2] + 0.08 * width, red[3] - 0.1 * height)
    (mask,) = segmenter.masks(picture, [loose])
    assert mask.shape == (shape[1], shape[0])
    drawn = (picture.rgb == RED).all(axis=2)
    # A crop has 48 pixels, so an edge of the largest square is found to about a third of a pixel of the crop's 7.
    assert (mask & drawn).sum() / (mask | drawn).sum() > 0.96
    np.testing.assert_allclose(segmenter.refine(loose, mask), red, atol=MAX_ERROR_PX)


def test_a_mask_of_something_else_does_not_move_the_box(folder: Path) -> None:
    picture = Picture.from_array(draw_squares(100, 100, {(0, 0, 100, 12): RED}))
    box = (10.0, 10.0, 60.0, 60.0)
    segmenter = Segmenter(drawn_networks.write_segmenter(folder), Shelf(folder, 1))
    (mask,) = segmenter.masks(picture, [box])
    assert mask.any()
    assert segmenter.refine(box, mask) == box
    assert segmenter.refine(box, np.zeros((100, 100), bool)) == box
    kept = Segmenter(drawn_networks.write_segmenter(folder, refines_boxes=False), Shelf(folder, 1))
    assert kept.refine((1, 1, 99, 99), np.ones((100, 100), bool)) == (1, 1, 99, 99)


def test_masks_of_no_box_many_boxes_and_boxes_at_the_edge(folder: Path) -> None:
    picture = Picture.from_array(draw_squares(90, 70, {(0, 0, 90, 70): RED}))
    segmenter = Segmenter(drawn_networks.write_segmenter(folder), Shelf(folder, 1))
    assert segmenter.masks(picture, []) == []
    edges = [(0, 0, 90, 70), (80, 60, 90, 70), (0, 0, 1, 1), (-20, -20, 30, 30), (20, 20, 40, 30)]
    for box, mask in zip(edges, segmenter.masks(picture, edges), strict=True):
        x0, y0, x1, y1 = (round(value) for value in box)
        assert mask[max(y0, 0) : y1, max(x0, 0) : x1].all()


def test_crops_show_the_box_grown_by_the_margin(folder: Path) -> None:
    part = drawn_networks.write_segmenter(folder)
    rgb = np.random.default_rng(3).integers(0, 256, (200, 200, 3), dtype=np.uint8)
    # With margin 0.2 a box of 48 / 1.4 pixels makes a crop of 48: nothing is resampled.
    side = 48 / (1 + 2 * part.margin)
    box = np.array([[100 - side / 2, 80 - side / 2, 100 + side / 2, 80 + side / 2]])
    (crop,) = crops(Picture.from_array(rgb), box, part)
    expected = (rgb[56:104, 76:124].astype(np.float32) / 255 - 0.5) / 0.25
    np.testing.assert_allclose(crop[:3], expected.transpose(2, 0, 1), atol=1e-5)
    inside = [index for index in range(48) if abs(index + 0.5 - 24) <= side / 2]
    np.testing.assert_array_equal(np.flatnonzero(crop[3].any(axis=0)), inside)


def test_crops_are_zero_outside_the_picture(folder: Path) -> None:
    part = drawn_networks.write_segmenter(folder)
    white = Picture.from_array(np.full((50, 50, 3), 255, np.uint8))
    (crop,) = crops(white, np.array([[-50.0, 0.0, 0.0, 50.0]]), part)
    x0, _, x1, _ = grow(np.array([[-50.0, 0.0, 0.0, 50.0]]), part.margin)[0]
    outside = x0 + (np.arange(48) + 0.5) / 48 * (x1 - x0) < 0
    assert (crop[:3, :, outside] == 0).all()
    assert (crop[:3, 24, ~outside] > 1).all()


def test_an_object_has_one_label_and_its_colours(folder: Path, grounder: QueryGrounder) -> None:
    red, _ = _squares(300, 200)
    (thing,) = Locator(grounder, Shelf(folder, 1)).locate(Picture.from_array(draw_squares(300, 200, {red: RED})))
    assert thing.label == "red square"
    assert thing.score > 0.9
    assert thing.attributes["red"] > 0.9
    assert thing.attributes["blue"] < 0.1


def test_one_object_found_twice_is_kept_once(folder: Path, grounder: QueryGrounder) -> None:
    """Red and blue over one another, as purple is: two places, one box, two labels."""
    red, _ = _squares(300, 200)
    purple = Picture.from_array(draw_squares(300, 200, {red: (255, 0, 230)}))
    found = Locator(grounder, Shelf(folder, 1)).locate(purple)
    assert [thing.label for thing in found] == ["red square"]


def test_only_labels_asked_for_are_found(folder: Path, grounder: QueryGrounder) -> None:
    red, blue = _squares(300, 200)
    picture = Picture.from_array(draw_squares(300, 200, {red: RED, blue: BLUE}))
    locator = Locator(grounder, Shelf(folder, 1))
    assert locator.labels == drawn_networks.LABELS
    assert [thing.label for thing in locator.locate(picture, among=["blue square"])] == ["blue square"]
    assert locator.locate(picture, among=[]) == []
    assert locator.locate(Picture.from_array(draw_squares(300, 200, {}))) == []


@pytest.mark.parametrize("content", [None, b"junk", b"PK\x03\x04junk"])
def test_damaged_phrases_are_a_pack_problem(
    folder: Path, grounder: QueryGrounder, tmp_path: Path, content: bytes | None
) -> None:
    (tmp_path / grounder.file).write_bytes((folder / grounder.file).read_bytes())
    if content is not None:
        (tmp_path / grounder.queries_file).write_bytes(content)
    with pytest.raises(PackError, match=r"queries\.npz"):
        Locator(grounder, Shelf(tmp_path, 1))


def test_phrases_that_would_run_code_are_refused(folder: Path, grounder: QueryGrounder, tmp_path: Path) -> None:
    (tmp_path / grounder.file).write_bytes((folder / grounder.file).read_bytes())
    objects = np.array([*drawn_networks.LABELS], object)  # an array of objects is a pickle
    np.savez(tmp_path / grounder.queries_file, labels=objects, vectors=np.zeros((2, 2), np.float32))
    with pytest.raises(PackError):
        Locator(grounder, Shelf(tmp_path, 1))


def test_tags_reach_their_thresholds_best_first(folder: Path) -> None:
    tagger = Tagger(drawn_networks.write_tagger(folder), Shelf(folder, 1))
    both = draw_squares(300, 200, {(0, 0, 90, 90): (255, 60, 60), (100, 100, 190, 190): BLUE})
    assert [tag.label for tag in tagger.tags(Picture.from_array(both))] == ["blue square", "red square"]
    assert tagger.tags(Picture.from_array(draw_squares(300, 200, {}))) == ()
    pale = draw_squares(128, 128, {(0, 0, 64, 64): (155, 0, 0), (64, 64, 128, 128): (0, 0, 155)})
    (tag,) = tagger.tags(Picture.from_array(pale))  # both score 0.9 at most; only red's threshold is 0.5
    assert tag.label == "red square"
    assert 0.5 < tag.score < 0.9


def test_vision_gives_one_row_per_query(folder: Path) -> None:
    vision = Vision(drawn_networks.write_vision(folder), Shelf(folder, 1))
    rows = vision.see(Picture.from_array(draw_squares(128, 128, {(0, 0, 64, 64): RED})))
    assert rows.dtype == np.float32
    np.testing.assert_allclose(rows, [[1, -1, -1]] + [[128 / 255 * 2 - 1] * 3] * 3, atol=1e-6)


def test_boxes_and_masks_of_five_objects_agree(folder: Path) -> None:
    """A picture of a camera's size: every mask lies in its box."""
    boxes = [(200 * k + 10, 150 * k + 5, 200 * k + 150, 150 * k + 120) for k in range(5)]
    picture = Picture.from_array(draw_squares(1920, 1080, dict.fromkeys(boxes, RED)))
    masks = Segmenter(drawn_networks.write_segmenter(folder), Shelf(folder, 1)).masks(picture, boxes)
    for box, mask in zip(boxes, masks, strict=True):
        rows, columns = np.nonzero(mask)
        tight = np.array([[columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]])
        assert box_iou(tight, np.array([box]))[0, 0] > 0.97
