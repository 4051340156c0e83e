"""Pictures as the user sees them, in and out of a network's frame."""

from __future__ import annotations

import os
import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from bubo_desktop.engine.imaging import Fit, Picture, network_input, read_picture
from bubo_desktop.errors import InputError
from bubo_desktop.packs.manifest import PixelInput
from tests.engine.drawn_pictures import RED, draw_squares, write_huge_png

LETTERBOX = PixelInput(128, 128, "letterbox", (0.5,) * 3, (0.25,) * 3)
CROP = PixelInput(64, 96, "crop", (0.4, 0.5, 0.6), (0.2, 0.3, 0.4))


def _read(image: Image.Image, path: Path, **options: object) -> np.ndarray:
    image.save(path, **options)
    return read_picture(path).rgb


def test_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^There is no file dog\.png\. Check the path\.$"):
        read_picture(tmp_path / "dog.png")


@pytest.mark.parametrize(
    "content", [b"", b"not a picture", b"<html>" * 99, b"\x89PNG\r\n\x1a\n", b"GIF89a", b"BM" + bytes(60)]
)
def test_what_is_no_picture_is_refused_in_one_line(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "odd\nname.png"
    path.write_bytes(content)
    with pytest.raises(InputError) as refusal:
        read_picture(path)
    assert refusal.value.hint
    assert len(str(refusal.value).splitlines()) == 1


def test_pipes_and_folders_are_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    for path in (tmp_path / "pipe.png", tmp_path, "/dev/zero", "nul\0byte.png"):
        with pytest.raises(InputError):
            read_picture(path)


def test_truncated_jpeg_is_refused_and_not_half_shown(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    Image.fromarray(draw_squares(200, 200, {(20, 20, 90, 90): RED})).save(path)
    path.write_bytes(path.read_bytes()[:-400])
    with pytest.raises(InputError, match="damaged or incomplete"):
        read_picture(path)


@pytest.mark.parametrize("side", [7_100, 13_000, 30_000])  # Pillow itself is silent, warns, and raises
def test_more_than_fifty_million_pixels_are_refused(tmp_path: Path, side: int) -> None:
    write_huge_png(tmp_path / "huge.png", side)
    with pytest.raises(InputError, match="50 million pixels"):
        read_picture(tmp_path / "huge.png")


def test_damaged_files_are_refused_and_never_raise_anything_else(tmp_path: Path) -> None:
    """300 files with random bytes changed: each is read, or refused with a sentence."""
    draws = random.Random(5)
    image = Image.fromarray(np.random.default_rng(5).integers(0, 256, (24, 24, 3), dtype=np.uint8))
    good = {}
    for kind in ("png", "jpg", "webp", "gif", "bmp", "tiff"):
        image.save(tmp_path / f"good.{kind}", exif=_exif(6)) if kind in ("png", "jpg", "webp", "tiff") else image.save(
            tmp_path / f"good.{kind}"
        )
        good[kind] = (tmp_path / f"good.{kind}").read_bytes()
    refused = 0
    for number in range(300):
        kind = draws.choice(sorted(good))
        data = bytearray(good[kind])
        for _ in range(draws.choice((1, 4, 30))):
            data[draws.randrange(len(data))] = draws.randrange(256)
        (tmp_path / f"{number}.{kind}").write_bytes(data)
        try:
            read_picture(tmp_path / f"{number}.{kind}")
        except InputError:
            refused += 1
    assert 0 < refused < 300


def _exif(orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif


@pytest.mark.parametrize("orientation", range(1, 9))
def test_turned_pictures_are_read_as_the_user_sees_them(tmp_path: Path, orientation: int) -> None:
    seen = draw_squares(30, 20, {(2, 3, 9, 8): RED})
    undo = {1: 0, 2: "m", 3: 2, 4: "w", 5: "t", 6: 1, 7: "a", 8: 3}[orientation]
    stored = {"m": lambda a: a[:, ::-1], "w": lambda a: a[::-1], "t": lambda a: a.swapaxes(0, 1),
              "a": lambda a: a[::-1, ::-1].swapaxes(0, 1)}.get(undo, lambda a: np.rot90(a, undo))(seen)  # fmt: skip
    image = Image.fromarray(np.ascontiguousarray(stored))
    np.testing.assert_array_equal(_read(image, tmp_path / "turned.png", exif=_exif(orientation)), seen)


def test_sixteen_bit_grey_keeps_its_shades(tmp_path: Path) -> None:
    ramp = np.linspace(0, 65535, 256).round().astype(np.uint16).reshape(1, 256).repeat(4, 0)
    for name in ("grey.png", "grey.tiff"):
        rgb = _read(Image.fromarray(ramp), tmp_path / name)
        np.testing.assert_array_equal(rgb[0, :, 0], np.arange(256))


def test_float_pictures_are_scaled_and_not_clipped(tmp_path: Path) -> None:
    ramp = np.linspace(0, 1, 256, dtype=np.float32).reshape(1, 256)
    for values in (ramp, ramp * 4000 - 1000):
        rgb = _read(Image.fromarray(values), tmp_path / "float.tiff")
        # one level, for the rounding of values that lie between two
        np.testing.assert_allclose(rgb[0, :, 2], np.arange(256), atol=1)


def test_transparency_is_laid_on_white(tmp_path: Path) -> None:
    pixels = np.array([[[255, 0, 0, 255], [255, 0, 0, 0], [0, 0, 0, 128]]], np.uint8)
    rgb = _read(Image.fromarray(pixels), tmp_path / "clear.png")
    np.testing.assert_array_equal(rgb[0], [[255, 0, 0], [255, 255, 255], [127, 127, 127]])
    grey = _read(Image.fromarray(pixels).convert("LA"), tmp_path / "grey.png")
    np.testing.assert_array_equal(grey[0, 1:], [[255] * 3, [127] * 3])
    palette = Image.fromarray(pixels[..., :3]).quantize(4)
    indexed = _read(palette, tmp_path / "palette.png", transparency=palette.getpixel((0, 0)))
    assert indexed[0, 0].tolist() == [255, 255, 255]
    assert indexed[0, 2].tolist() == [0, 0, 0]


def test_cmyk_and_palette_keep_their_colours(tmp_path: Path) -> None:
    drawn = draw_squares(32, 32, {(0, 0, 32, 32): RED})
    # JPEG loses a little; a red field stays red
    np.testing.assert_allclose(_read(Image.fromarray(drawn).convert("CMYK"), tmp_path / "print.jpg"), drawn, atol=6)
    np.testing.assert_array_equal(_read(Image.fromarray(drawn).quantize(8), tmp_path / "few.png"), drawn)
    np.testing.assert_array_equal(_read(Image.fromarray(drawn).convert("1"), tmp_path / "bits.png").shape, drawn.shape)


def test_moving_pictures_give_their_first_frame(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (9, 5), colour) for colour in ("red", "lime", "blue")]
    for name in ("moving.gif", "moving.webp", "moving.png"):
        rgb = _read(frames[0], tmp_path / name, save_all=True, append_images=frames[1:])
        np.testing.assert_allclose(rgb[2, 4], [255, 0, 0], atol=4)  # WebP is lossy


def test_letterbox_keeps_the_whole_picture_in_the_middle() -> None:
    picture = Picture.from_array(np.full((60, 120, 3), 255, np.uint8))
    values = network_input(picture, LETTERBOX)
    assert values.shape == (1, 3, 128, 128)
    assert values.dtype == np.float32
    np.testing.assert_allclose(values[0, :, 32:96], 2.0, atol=1e-6)  # white: (1 - 0.5) / 0.25
    assert (values[0, :, :32] == 0).all()
    assert (values[0, :, 96:] == 0).all()


def test_a_picture_of_the_networks_size_is_only_normalised() -> None:
    rgb = np.random.default_rng(1).integers(0, 256, (128, 128, 3), dtype=np.uint8)
    expected = (rgb.astype(np.float32).transpose(2, 0, 1) / 255 - 0.5) / 0.25
    np.testing.assert_allclose(network_input(Picture.from_array(rgb), LETTERBOX)[0], expected, atol=1e-6)


@pytest.mark.parametrize("size", [(96, 64), (300, 200), (301, 640), (640, 299), (50, 41)])
def test_crop_equals_resizing_whole_and_cutting_the_middle(size: tuple[int, int]) -> None:
    """What torchvision's Resize (shorter side, other side truncated) and CenterCrop do, written out."""
    width, height = size
    rgb = np.random.default_rng(2).integers(0, 256, (height, width, 3), dtype=np.uint8)
    by_width = width * 64 <= height * 96
    whole = (96, height * 96 // width) if by_width else (width * 64 // height, 64)
    left, top = round((whole[0] - 96) / 2), round((whole[1] - 64) / 2)
    cut = Image.fromarray(rgb).resize(whole, Image.Resampling.BICUBIC).crop((left, top, left + 96, top + 64))
    expected = (np.asarray(cut, np.float32) / 255 - CROP.mean) / CROP.std
    found = network_input(Picture.from_array(rgb), CROP)[0].transpose(1, 2, 0)
    # one level of 8 bits: Pillow places the filter by the cut's corner, which rounds differently
    np.testing.assert_array_less(np.abs(found - expected) * CROP.std * 255, 1.01)


@pytest.mark.parametrize("size", [(1, 1), (1, 9000), (9000, 1), (3, 7)])
@pytest.mark.parametrize("pixels", [LETTERBOX, CROP], ids=["letterbox", "crop"])
def test_extreme_shapes_still_fit(size: tuple[int, int], pixels: PixelInput) -> None:
    values = network_input(Picture.from_array(np.full((size[1], size[0], 3), 200, np.uint8)), pixels)
    assert values.shape == (1, 3, pixels.height, pixels.width)
    assert np.isfinite(values).all()


@given(st.integers(1, 4000), st.integers(1, 4000), st.sampled_from([LETTERBOX, CROP]))
def test_boxes_come_back_to_the_pixels_they_came_from(width: int, height: int, pixels: PixelInput) -> None:
    fit = Fit.of(width, height, pixels)
    boxes = np.array([[0, 0, width, height], [width * 0.2, height * 0.1, width * 0.7, height * 0.9]])
    # float32 of coordinates up to 1.2 million (a 1 x 4000 strip, cropped)
    np.testing.assert_allclose(fit.to_picture(fit.to_network(boxes)), boxes, atol=0.01, rtol=1e-4)


@given(st.integers(1, 4000), st.integers(1, 4000))
def test_boxes_never_leave_the_picture(width: int, height: int) -> None:
    found = Fit.of(width, height, LETTERBOX).to_picture(np.array([[-1, -1, 2, 2], [0, 0, 1, 1]], np.float32))
    np.testing.assert_array_equal(found, np.array([[0, 0, width, height]] * 2, np.float32))


def test_only_rgb_pixels_are_a_picture() -> None:
    for array in (np.zeros((2, 2), np.uint8), np.zeros((2, 2, 3), np.float32), np.zeros((0, 2, 3), np.uint8)):
        with pytest.raises(ValueError, match="not RGB"):
            Picture.from_array(array)
