"""What the rest of the program relies on when it reads a picture file; formats are proved with the engine's eyes."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from bubo_desktop import pictures
from bubo_desktop.data import Frame
from bubo_desktop.errors import InputError
from bubo_desktop.pictures import pixels_of, read_pixels


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "LA", "P", "L", "1", "CMYK", "I;16"])
@pytest.mark.parametrize("height", [1, 64, 65, 200])
def test_a_picture_read_in_bands_has_no_seams(tmp_path, mode, height):
    draw = np.random.default_rng(height)
    samples = draw.integers(0, 255, (height, 5, 4), dtype=np.uint8)
    image = Image.fromarray(samples, "RGBA").convert("L" if mode == "I;16" else mode)
    if mode == "I;16":
        image = Image.fromarray(np.asarray(image).astype(np.uint16) * 257)
    image.save(tmp_path / "a.tif")
    whole = np.concatenate([_read(tmp_path, image.crop((0, row, 5, row + 1))) for row in range(height)])
    np.testing.assert_array_equal(read_pixels(tmp_path / "a.tif"), whole)


def test_a_refusal_says_what_the_user_calls_the_file(tmp_path):
    (tmp_path / "0123abc").write_bytes(b"nothing")
    with pytest.raises(InputError, match=r"^my dog\?\.png is not a picture"):
        read_pixels(tmp_path / "0123abc", "my dog\n.png")


def test_a_picture_in_memory_has_its_rows_in_order():
    pixels = pixels_of(Frame(2, 3, bytes(range(18))))
    assert pixels.shape == (3, 2, 3)
    assert pixels[0].tolist() == [[0, 1, 2], [3, 4, 5]]
    assert pixels[2, 1].tolist() == [15, 16, 17]


@pytest.mark.parametrize("size_px", [(2, 2), (0, 6), (-2, -3), (18, 1), (3, 3)])
def test_a_picture_in_memory_that_has_another_size_is_refused(size_px):
    with pytest.raises(InputError, match=f"^18 bytes are no picture of {size_px[0]} x {size_px[1]} pixels"):
        pixels_of(Frame(*size_px, bytes(18)))


def test_a_picture_in_memory_may_not_be_larger_than_a_file(monkeypatch):
    monkeypatch.setattr(pictures, "MAX_PIXELS", 5)
    with pytest.raises(InputError, match="million pixels"):
        pixels_of(Frame(2, 3, bytes(18)))


def _read(folder, image: Image.Image) -> np.ndarray:
    image.save(folder / "row.tif")
    return read_pixels(folder / "row.tif")
