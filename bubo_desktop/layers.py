"""Masks as something to lay over a picture: a silhouette, and the coats of colour, pattern and outline on it.

The exported picture (`bubo_desktop.overlay`) and the window paint the same coats.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from bubo_desktop.data import RunLengths
from bubo_desktop.geometry import decode_columns, run_bounds
from bubo_desktop.palette import Look, Pattern, Rgb

FILL = 0.4  # opacity of the colour over an object, and less between the lines of its pattern
BETWEEN = 0.2
_STRIP_PX = 1_000_000  # worked on at once: decoding keeps other threads waiting, blending takes much memory
_PAD = 2  # empty pixels around a silhouette, for its edge to fade into

Coat = tuple[Image.Image, Rgb]
"""A colour, and a grey picture of where it goes and how thick."""


@dataclass(frozen=True, slots=True)
class Silhouette:
    """A mask without its empty surroundings: `grey` (0..255) begins at (`x0`, `y0`) of the picture, and each of its
    pixels is as wide as `step` of the picture's.
    """

    grey: Image.Image
    x0: int
    y0: int
    step: int

    @property
    def n_pixels(self) -> int:
        """Of the picture, in its rectangle."""
        return self.grey.width * self.grey.height * self.step**2


@dataclass(frozen=True, slots=True)
class Brush:
    """How coats are drawn, in pixels of the coats: half the width of the outline, the period of patterns; and the
    opacity of the colour on the lines of the pattern and between them, and of the rim that sets the outline off.
    """

    line_px: float
    period_px: float
    fill: float = FILL
    between: float = BETWEEN
    rim: float = 1.0


@dataclass(frozen=True, slots=True)
class Shape:
    """A silhouette at the size in which it is painted: `grey` begins at (`x0`, `y0`), in pixels of `scale` each."""

    grey: Image.Image
    x0: int
    y0: int
    scale: float


def silhouette(runs: RunLengths, step: int = 1, max_side_px: int | None = None) -> Silhouette | None:
    """The silhouette of a mask; None where it is empty.

    Args:
        runs: the mask, in pixels of the picture.
        step: how many of the picture's pixels become one, in each direction.
        max_side_px: makes `step` larger where the silhouette's longer side would exceed this.
    """
    bounds = run_bounds(runs)
    if bounds is None:
        return None
    x0, y0, x1, y1 = bounds
    if max_side_px:
        step = max(step, -(-max(x1 - x0, y1 - y0) // max_side_px))
    pad = _PAD * step
    grey = np.zeros((y1 - y0 + 2 * pad, x1 - x0 + 2 * pad), np.uint8)
    inside = grey[pad:-pad, pad:-pad]
    width = max(1, _STRIP_PX // runs.size[0])
    for left in range(x0, x1, width):
        columns = decode_columns(runs, left, min(left + width, x1))[y0:y1]
        np.multiply(columns, 255, out=inside[:, left - x0 : left - x0 + columns.shape[1]], dtype=np.uint8)
    image = Image.fromarray(grey)
    return Silhouette(image.reduce(step) if step > 1 else image, x0 - pad, y0 - pad, step)


def shape_at(source: Silhouette, scale: float, margin_px: int) -> Shape:
    """A silhouette at `scale` pixels for each of the picture's, with `margin_px` around it for its outline.

    Where it grows, the stairs of its pixels are rounded off.
    """
    x0, y0 = (int(side * scale) - margin_px for side in (source.x0, source.y0))
    growth = scale * source.step
    size = (
        int(source.x0 * scale + source.grey.width * growth) + margin_px - x0 + 1,
        int(source.y0 * scale + source.grey.height * growth) + margin_px - y0 + 1,
    )
    affine = (
        1 / growth,
        0,
        x0 / growth - source.x0 / source.step,
        0,
        1 / growth,
        y0 / growth - source.y0 / source.step,
    )
    grey = source.grey.transform(size, Image.Transform.AFFINE, affine, Image.Resampling.BILINEAR)
    if growth > 1:
        blurred = grey.filter(ImageFilter.GaussianBlur(0.7 * growth))
        grey = blurred.point([_clipped(128 + (value - 128) * 1.5 * growth) for value in range(256)])
    return Shape(grey, x0, y0, scale)


def coats(shape: Shape, look: Look, brush: Brush) -> list[Coat]:
    """Colour and pattern over the shape, then its outline: a rim that sets it off, and its colour within."""
    pattern = _texture(look.pattern, (shape.x0, shape.y0), shape.grey.size, brush.period_px)
    thickness = brush.between + (brush.fill - brush.between) * pattern
    fill = Image.fromarray((np.asarray(shape.grey) * thickness).astype(np.uint8))
    edge = shape.grey.filter(ImageFilter.GaussianBlur(brush.line_px))
    rim = edge.point(_outline(brush.line_px, brush.line_px, brush.rim))
    line = edge.point(_outline(brush.line_px, brush.line_px / 2, 1.0))
    return [(fill, look.colour), (rim, look.casing), (line, look.colour)]


def flatten(layers: list[Coat]) -> NDArray[np.uint8]:
    """All the coats in one: uint8 [height, width, 4], red, green and blue premultiplied by the opacity beside them."""
    greys = [np.asarray(grey) for grey, _ in layers]
    flat = np.empty((*greys[0].shape, 4), np.uint8)
    height = max(1, _STRIP_PX // flat.shape[1])
    for top in range(0, len(flat), height):
        rows = slice(top, top + height)
        blend = np.zeros((4, *flat[rows].shape[:2]), np.float32)
        for grey, (_, colour) in zip(greys, layers, strict=True):
            opacity = grey[rows] / np.float32(255)
            for plane, value in enumerate((*colour, 255)):
                blend[plane] += (value - blend[plane]) * opacity
        flat[rows] = np.moveaxis(blend + 0.5, 0, 2)
    return flat


def _texture(pattern: Pattern, origin: tuple[int, int], size: tuple[int, int], period: float) -> NDArray[np.float32]:
    """Where the pattern's lines or dots are, 0..1 [height, width], fixed to the picture rather than to `origin`."""
    x = np.arange(size[0], dtype=np.float32)[None] + origin[0]
    y = np.arange(size[1], dtype=np.float32)[:, None] + origin[1]
    half = period / 2
    match pattern:
        case "plain":
            inside_px = np.ones((1, 1), np.float32)
        case "rising":
            inside_px = np.abs((x + y) % period - half) - half / 2
        case "falling":
            inside_px = np.abs((x - y) % period - half) - half / 2
        case "level":
            inside_px = np.abs(y % period - half) - half / 2
        case "dotted":
            inside_px = 0.35 * period - np.hypot(x % period - half, y % period - half)
    return np.broadcast_to(np.clip(inside_px + 0.5, 0, 1), (size[1], size[0]))


def _outline(blur_px: float, width_px: float, opacity: float) -> list[int]:
    """For each grey of an edge blurred by `blur_px`, how thick a line is there that reaches `width_px` to both sides.

    Across such an edge, grey is the normal distribution of the distance from it.
    """
    distance_px = NormalDist(sigma=blur_px).inv_cdf
    depths = (width_px + 0.5 - abs(distance_px(grey / 255)) for grey in range(1, 255))
    return [0, *(round(255 * opacity * max(0, min(1, depth))) for depth in depths), 0]


def _clipped(value: float) -> int:
    return max(0, min(255, round(value)))
