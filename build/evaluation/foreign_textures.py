"""Textures of kinds that backdrops are never made of: what is refused because it is unknown, not because it was learnt.

Neither kind has straight edges or round spots, which nano might rightly call by a name.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter
from scipy.spatial import cKDTree

WIDTH_PX, HEIGHT_PX = 320, 240
_N_CELLS = (15, 400)
_N_WAVES = 7
_WAVELENGTHS_PX = (12.0, 160.0)
Rgb = NDArray[np.uint8]


def make_foreign_texture(rng: np.random.Generator) -> Rgb:
    """A mosaic or interfering waves: uint8 (HEIGHT_PX, WIDTH_PX, 3)."""
    return _mosaic(rng) if rng.random() < 0.5 else _waves(rng)


def _mosaic(rng: np.random.Generator) -> Rgb:
    """Cells around random points, with borders that are bent by smooth noise, each of one colour."""
    points = np.moveaxis(np.mgrid[:HEIGHT_PX, :WIDTH_PX].astype(np.float64), 0, -1)
    bend = gaussian_filter(rng.standard_normal((HEIGHT_PX, WIDTH_PX, 2)), (8, 8, 0))
    points += bend / bend.std() * rng.uniform(4, 12)
    n_cells = int(np.exp(rng.uniform(*np.log(_N_CELLS))))
    middles = rng.uniform(0, (HEIGHT_PX, WIDTH_PX), (n_cells, 2))
    _, cells = cKDTree(middles).query(points)
    colours = rng.uniform(0, 255, 3) + rng.uniform(-70, 70, (n_cells, 3))
    return _to_rgb(colours[cells] + rng.normal(0, rng.uniform(0, 8), (HEIGHT_PX, WIDTH_PX, 1)))


def _waves(rng: np.random.Generator) -> Rgb:
    """Plane waves of all lengths and directions, added up for each channel."""
    rows, columns = np.mgrid[:HEIGHT_PX, :WIDTH_PX]
    field = np.zeros((HEIGHT_PX, WIDTH_PX, 3))
    for _ in range(_N_WAVES):
        angle, length_px = rng.uniform(0, np.pi), np.exp(rng.uniform(*np.log(_WAVELENGTHS_PX)))
        phase = (rows * np.sin(angle) + columns * np.cos(angle)) * 2 * np.pi / length_px
        field += rng.normal(0, 1, 3) * np.sin(phase + rng.uniform(0, 2 * np.pi))[..., None]
    return _to_rgb(rng.uniform(60, 200, 3) + field * rng.uniform(10, 35))


def _to_rgb(picture: NDArray[np.float64]) -> Rgb:
    return np.clip(picture, 0, 255).astype(np.uint8)
