"""Photographs to be refused: those of a folder, or those that come with scikit-image; whole, and pieces of them."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import numpy as np
from PIL import Image

from bubo_desktop.pictures import read_pixels
from build.evaluation.files import index_files

ENDINGS = (".jpg", ".jpeg", ".png")
# Of scikit-image's pictures those that a camera, a telescope, a microscope or a scanner took.
# Source: scikit-image 0.25, `skimage/data`, what its wheel holds.
PHOTOGRAPHS = (
    "astronaut.png", "brick.png", "camera.png", "cell.png", "chelsea.png", "clock_motion.png", "coffee.png",
    "coins.png", "grass.png", "gravel.png", "hubble_deep_field.jpg", "ihc.png", "moon.png", "motorcycle_left.png",
    "page.png", "retina.jpg", "rocket.jpg", "text.png",
)  # fmt: skip
PIECE_SHARES = (0.35, 0.9)  # of a photograph's sides


def find_photographs(folder: Path | None) -> list[Path]:
    """All pictures of a folder at any depth, by name; without a folder, scikit-image's where it is installed."""
    if folder:
        return sorted(index_files(folder, ENDINGS).values())
    installed = find_spec("skimage")
    places = (installed.submodule_search_locations or ()) if installed else ()
    paths = (Path(place) / "data" / name for place in places for name in PHOTOGRAPHS)
    return [path for path in paths if path.is_file()]


def cut_piece(photograph: Path, rng: np.random.Generator) -> Image.Image:
    """A random part of a photograph, of its shape."""
    rgb = read_pixels(photograph)
    share = rng.uniform(*PIECE_SHARES)
    height, width = (max(1, round(extent * share)) for extent in rgb.shape[:2])
    top, left = (
        int(rng.integers(0, whole - part + 1)) for whole, part in zip(rgb.shape, (height, width), strict=False)
    )
    return Image.fromarray(rgb[top : top + height, left : left + width])
