"""The shipped nano pack on pictures of all shapes, and on pictures that are not of its world."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import skimage.data
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from bubo_desktop.data import Answer
from bubo_desktop.engine.cancellation import Cancellation
from bubo_desktop.engine.pack import open_pack
from bubo_desktop.engine.pipeline import Pipeline
from bubo_desktop.geometry import decode_mask, mask_bounds
from bubo_desktop.packs.catalog import find_pack
from bubo_desktop.protocol import Ask

SHAPES = {"1:1": (480, 480), "16:9": (640, 360), "9:16": (360, 640), "1:4": (160, 640)}
SHARES = {"1:4": 0.7}  # of the shorter side; nano's smallest objects have a fifth of three times the shorter side
PHOTOGRAPHS = (
    "astronaut", "brick", "camera", "cat", "clock", "coffee", "coins", "grass", "gravel", "hubble_deep_field",
    "immunohistochemistry", "moon", "page", "retina", "rocket", "text",
)  # fmt: skip


@pytest.fixture(scope="module")
def nano() -> Iterator[Pipeline]:
    pack = open_pack(find_pack("nano"), 0, lambda *_: None)
    yield Pipeline(pack)
    pack.close()


def ask(nano: Pipeline, path: Path, question: str = "what do you see?") -> Answer:
    return nano.answer(Ask(id=1, question=question, images=(str(path),)), Cancellation(), lambda _: None)


def draw_square(path: Path, shape: str, turn: int | None = None) -> tuple[int, int, int, int]:
    """Saves a blue square on a light ground; returns its box in the picture as it is seen."""
    size = SHAPES[shape]
    side = round(min(size) * SHARES.get(shape, 0.4))
    left, top = round(size[0] * 0.55 - side / 2), round(size[1] * 0.4 - side / 2)
    picture = Image.new("RGB", size, (235, 225, 205))
    box = (left, top, left + side, top + side)
    ImageDraw.Draw(picture).rectangle((box[0], box[1], box[2] - 1, box[3] - 1), fill=(30, 95, 225))
    if turn is None:
        picture.save(path)
    else:
        exif = Image.Exif()
        exif[0x0112] = turn  # Orientation; 6: the camera was held so that the picture must be turned right
        picture.transpose(Image.Transpose.ROTATE_90).save(path, exif=exif)
    return box


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("turn", [None, 6])
def test_boxes_and_masks_are_in_the_pixels_the_user_sees(
    nano: Pipeline, tmp_path: Path, shape: str, turn: int | None
) -> None:
    wanted = draw_square(tmp_path / "square.png", shape, turn)
    picture = ask(nano, tmp_path / "square.png").images[0]
    assert (picture.width, picture.height) == SHAPES[shape]
    found = max((thing for thing in picture.objects if thing.label == "square"), key=lambda thing: thing.score)
    assert found.mask_rle is not None
    bounds = mask_bounds(decode_mask(found.mask_rle))
    # A mask has 64 x 64 places, which are 3 px here; edges between two places are interpolated.
    assert np.abs(np.subtract(found.box_xyxy_px, wanted)).mean() <= 2
    assert bounds is not None
    assert np.abs(np.subtract(bounds, wanted)).mean() <= 2


@pytest.mark.parametrize("name", PHOTOGRAPHS)
def test_nothing_is_invented_on_photographs(nano: Pipeline, tmp_path: Path, name: str) -> None:
    Image.fromarray(_rgb(getattr(skimage.data, name)())).save(tmp_path / "photograph.png")
    answer = ask(nano, tmp_path / "photograph.png")
    world = nano.pack.manifest.closed_world
    assert world is not None
    assert answer.answer == world.nothing_recognised
    assert answer.images[0].tags == ()
    assert answer.images[0].objects == ()
    assert world.notice in answer.notes


def _rgb(pixels: NDArray[np.generic]) -> NDArray[np.uint8]:
    rgb = pixels.astype(np.uint8) * (255 if pixels.dtype == np.bool_ else 1)
    return np.ascontiguousarray(rgb[..., :3] if rgb.ndim == 3 else np.stack([rgb] * 3, axis=-1))
