"""What the rest of the program relies on when it reads a picture file; formats are proved with the engine's eyes."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from bubo_desktop.errors import InputError
from bubo_desktop.pictures import read_pixels


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


def _read(folder, image: Image.Image) -> np.ndarray:
    image.save(folder / "row.tif")
    return read_pixels(folder / "row.tif")
