"""Drawings that can be turned, flipped and scaled to an exact size quickly: small copies of them are kept too."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.spatial import ConvexHull

Rgb = NDArray[np.uint8]  # (height, width, 3)
Pixels = NDArray[np.uint8]  # (height, width, channels), opacity last
LEVEL_PX = 128  # longer side of the largest copy
VISIBLE_ALPHA = 128
_N_LEVELS = 4
_CLEAR = {"RGBA": "RGBa", "LA": "La"}  # colours multiplied by opacity, so that no edge takes on what is invisible


@dataclass(frozen=True)
class Drawing:
    """An RGBA picture, or an LA one of tones that a style gives colours to; cut to its bounds."""

    image: Image.Image

    @cached_property
    def levels(self) -> tuple[Image.Image, ...]:
        """Copies whose sides halve from LEVEL_PX on, colours multiplied by opacity."""
        scale = LEVEL_PX / max(self.image.size)
        size = [max(2, round(extent * scale)) for extent in self.image.size]
        clear = self.image.convert(_CLEAR[self.image.mode])
        levels = [clear.resize((size[0], size[1]), Image.Resampling.BICUBIC)]
        while len(levels) < _N_LEVELS:
            levels.append(levels[-1].reduce(2))
        return tuple(levels)

    @cached_property
    def hull(self) -> NDArray[np.float64]:
        """Corners of the convex hull of what is visible: float64 (n, 2), in pixels from the first copy's middle."""
        largest = self.levels[0]
        visible = np.asarray(largest.getchannel(largest.getbands()[-1])) >= VISIBLE_ALPHA
        rows = np.flatnonzero(visible.any(1))
        ends = np.concatenate((visible[rows].argmax(1), visible.shape[1] - visible[rows, ::-1].argmax(1)))
        corners = np.concatenate([np.stack((ends, np.tile(rows, 2) + dy), 1) for dy in (0, 1)])
        return corners[ConvexHull(corners).vertices] - np.array(largest.size) / 2

    @cached_property
    def mean_tone(self) -> float:
        """Of what is visible of a drawing in tones, in 0..1."""
        tones, opacity = np.moveaxis(np.asarray(self.image), -1, 0)
        return float(tones[opacity >= VISIBLE_ALPHA].mean() / 255)

    def turned(self, side_px: float, angle_deg: float, *, flip: bool) -> Pixels:
        """Returns it turned, then scaled so that its visible part's longer side is `side_px`, cut to that part.

        Returns:
            uint8 (height, width, 4), or (height, width, 2) of one in tones.
        """
        cosine, sine = math.cos(math.radians(angle_deg)), math.sin(math.radians(angle_deg))
        mirror = -1 if flip else 1
        turn = np.array(((mirror * cosine, sine), (-mirror * sine, cosine)))
        points = self.hull @ turn.T
        low = points.min(0)
        extents = (points.max(0) - low).tolist()
        scale = side_px / max(extents)
        level = min(max(math.floor(-math.log2(scale)), 0), _N_LEVELS - 1)
        source, (whole_width, whole_height) = self.levels[level], self.levels[0].size
        size = max(2, round(extents[0] * scale)), max(2, round(extents[1] * scale))
        # Turn and mirror are undone by the transpose: each pixel of the picture is looked up in the copy.
        (xx, xy, x0), (yx, yy, y0) = np.column_stack((turn.T / scale, turn.T @ low)).tolist()
        across, down = source.width / whole_width, source.height / whole_height
        for_x = xx * across, xy * across, (x0 + whole_width / 2) * across
        for_y = yx * down, yy * down, (y0 + whole_height / 2) * down
        sprite = source.transform(size, Image.Transform.AFFINE, (*for_x, *for_y), Image.Resampling.BILINEAR)
        return cut(np.asarray(sprite.convert(self.image.mode)))


def cut(pixels: Pixels) -> Pixels:
    """Cuts pixels, uint8 (height, width, channels) with opacity last, to what is visible; the same where nothing is."""
    visible = pixels[..., -1] >= VISIBLE_ALPHA
    columns, rows = np.flatnonzero(visible.any(0)), np.flatnonzero(visible.any(1))
    if not len(rows):
        return pixels
    return pixels[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
