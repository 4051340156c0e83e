"""The annotated picture: masks, outlines, boxes and names drawn over what was found."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from bubo_desktop.data import PictureFindings, RunLengths, Thing
from bubo_desktop.geometry import decode_mask, mask_bounds
from bubo_desktop.palette import BLACK, WHITE, Look, Pattern, look_of

MIN_SIDE_PX = 720  # a smaller picture is enlarged, so that names can be read on it
FILL = 0.4  # opacity of the colour over an object, and less between the lines of its pattern
BETWEEN = 0.2
MIN_FONT_PX = 10

Font = ImageFont.FreeTypeFont
Area = tuple[int, int, int, int]
"""x0, y0, x1, y1 in pixels of the annotated picture, half-open."""


def annotate(rgb: NDArray[np.uint8], findings: PictureFindings) -> Image.Image:
    """Draws every object of `findings` over a picture.

    Args:
        rgb: uint8 [height, width, 3] from `bubo_desktop.pictures.read_pixels`.
        findings: of this picture; boxes and masks in its pixels.

    Returns:
        A new RGB picture, enlarged where its longer side has less than `MIN_SIDE_PX`. Names never leave it and never
        cover each other; one for which there is no room is left out.
    """
    canvas = _enlarged(Image.fromarray(rgb))
    scale = canvas.width / findings.width
    marks = [_Mark.of(thing, scale, canvas.size) for thing in findings.objects]
    pen = _Pen.for_size(canvas.size)
    for mark in sorted(marks, key=lambda mark: -mark.size_px):  # small ones on top
        if mark.thing.mask_rle:
            _paint_mask(canvas, mark, mark.thing.mask_rle, scale, pen)
    draw = ImageDraw.Draw(canvas)
    for mark in marks:
        _draw_box(draw, mark, pen)
    for chip in _placed_chips(marks, pen, canvas.size):
        _draw_chip(draw, chip)
    return canvas


@dataclass(frozen=True, slots=True)
class _Mark:
    """An object, how it looks, and its box on the canvas."""

    thing: Thing
    look: Look
    area: Area

    @classmethod
    def of(cls, thing: Thing, scale: float, size: tuple[int, int]) -> _Mark:
        x0, y0, x1, y1 = (round(side * scale) for side in thing.box_xyxy_px)
        x0, y0 = max(0, min(x0, size[0] - 1)), max(0, min(y0, size[1] - 1))
        return cls(thing, look_of(thing.id), (x0, y0, max(x0 + 1, min(x1, size[0])), max(y0 + 1, min(y1, size[1]))))

    @property
    def size_px(self) -> int:
        x0, y0, x1, y1 = self.area
        return (x1 - x0) * (y1 - y0)


@dataclass(frozen=True, slots=True)
class _Pen:
    """Line width, grain of masks, period of patterns, font and margin, in proportion to the canvas."""

    line_px: int
    cell_px: int
    period_px: int
    font: Font
    margin_px: int

    @classmethod
    def for_size(cls, size: tuple[int, int]) -> _Pen:
        line = max(2, round(max(size) / 400))
        return cls(line, max(1, line // 3), 6 * line, _font(max(14, round(max(size) / 40))), 2 * line)


@dataclass(frozen=True, slots=True)
class _Chip:
    """A name and the area it fills."""

    mark: _Mark
    text: str
    font: Font
    area: Area


def _font(size_px: int) -> Font:
    """Pillow's own font, the same on every machine; its wheels are all built with FreeType."""
    return cast("Font", ImageFont.load_default(size_px))


def _enlarged(picture: Image.Image) -> Image.Image:
    factor = MIN_SIDE_PX / max(picture.size)
    if factor <= 1:
        return picture
    width, height = (max(1, round(side * factor)) for side in picture.size)
    return picture.resize((width, height), Image.Resampling.LANCZOS)


def _paint_mask(canvas: Image.Image, mark: _Mark, runs: RunLengths, scale: float, pen: _Pen) -> None:
    """Fills the mask with colour and pattern and draws its outline.

    Works on the mask's surroundings only, and in cells of several pixels where lines are as wide as that.
    """
    mask = decode_mask(runs)
    bounds = mask_bounds(mask)
    if bounds is None:
        return
    cell, edge = pen.cell_px, 2 * pen.line_px
    x0, y0 = (int(side * scale) - edge for side in bounds[:2])
    n_columns, n_rows = ((int(b * scale) + edge - a) // cell + 1 for a, b in zip((x0, y0), bounds[2:], strict=True))
    shape = Image.fromarray(mask.astype(np.uint8) * 255).transform(
        (n_columns, n_rows),
        Image.Transform.AFFINE,
        (cell / scale, 0, x0 / scale, 0, cell / scale, y0 / scale),
        Image.Resampling.BILINEAR,
    )
    texture = _texture(mark.look.pattern, (x0 // cell, y0 // cell), shape.size, pen.period_px // cell)
    fill = Image.fromarray((np.asarray(shape) * (BETWEEN + (FILL - BETWEEN) * texture)).astype(np.uint8))
    wide, narrow = pen.line_px // cell, max(1, pen.line_px // cell // 2)
    layers = [
        (fill, mark.look.colour),
        (_outline(shape, wide), _opposite(mark.look)),
        (_outline(shape, narrow), mark.look.colour),
    ]
    for layer, colour in layers:
        size = (n_columns * cell, n_rows * cell)
        canvas.paste(colour, (x0, y0), layer.resize(size, Image.Resampling.BILINEAR))


def _texture(pattern: Pattern, origin: tuple[int, int], size: tuple[int, int], period: int) -> NDArray[np.bool_]:
    """Where the pattern's lines or dots are, bool [height, width], fixed to the picture rather than to `origin`."""
    x, y = np.arange(size[0])[None] + origin[0], np.arange(size[1])[:, None] + origin[1]
    half = period // 2
    match pattern:
        case "plain":
            lines = np.array(True)
        case "rising":
            lines = (x + y) % period < half
        case "falling":
            lines = (x - y) % period < half
        case "level":
            lines = y % period < half
        case "dotted":
            lines = (x % period - half) ** 2 + (y % period - half) ** 2 < (0.35 * period) ** 2
    return np.broadcast_to(lines, (size[1], size[0]))


def _outline(shape: Image.Image, width_px: int) -> Image.Image:
    """The rim of a shape, `width_px` to both sides of its edge."""
    size = 2 * width_px + 1
    outer, inner = shape.filter(ImageFilter.MaxFilter(size)), shape.filter(ImageFilter.MinFilter(size))
    return Image.fromarray(np.asarray(outer) - np.asarray(inner))


def _opposite(look: Look) -> tuple[int, int, int]:
    """What sets the look's colour off from any background."""
    return BLACK if look.ink == BLACK else WHITE


def _draw_box(draw: ImageDraw.ImageDraw, mark: _Mark, pen: _Pen) -> None:
    x0, y0, x1, y1 = mark.area
    line = pen.line_px
    draw.rectangle((x0, y0, x1 - 1, y1 - 1), outline=_opposite(mark.look), width=line + 2)
    draw.rectangle((x0 + 1, y0 + 1, max(x0 + 1, x1 - 2), max(y0 + 1, y1 - 2)), outline=mark.look.colour, width=line)


def _placed_chips(marks: Sequence[_Mark], pen: _Pen, size: tuple[int, int]) -> Iterator[_Chip]:
    """Gives each name a place inside the picture where it covers no other name, if there is one."""
    taken: list[Area] = []
    for mark in marks:
        text = _drawable(mark.thing.label)
        font = _fitting_font(text, pen, size[0])
        others = [other.area for other in marks if other is not mark]
        area = _place(mark.area, _chip_size(text, font, pen), size, taken, others)
        if area:
            taken.append(area)
            yield _Chip(mark, text, font, area)


def _drawable(label: str) -> str:
    """The label in the letters that the font has: without accents."""
    return unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode() or "?"


def _fitting_font(text: str, pen: _Pen, width_px: int) -> Font:
    font = pen.font
    while _chip_size(text, font, pen)[0] > width_px and font.size > MIN_FONT_PX:
        font = _font(int(font.size) - 1)
    return font


def _chip_size(text: str, font: Font, pen: _Pen) -> tuple[int, int]:
    ascent, descent = font.getmetrics()
    return round(font.getlength(text)) + 2 * pen.margin_px, ascent + descent + pen.margin_px


def _place(
    area: Area, chip: tuple[int, int], size: tuple[int, int], taken: Sequence[Area], others: Sequence[Area]
) -> Area | None:
    """Beside the object where least of others is hidden, else the nearest free place, else none."""
    near = [place for place in _beside(area, chip) if _is_free(place, size, taken)]
    if near:
        return min(near, key=lambda place: sum(_overlap_px(place, other) for other in others))
    steps = product(range(0, size[0] - chip[0] + 1, chip[1]), range(0, size[1] - chip[1] + 1, chip[1]))
    places = ((x, y, x + chip[0], y + chip[1]) for x, y in steps)
    free = [place for place in places if _is_free(place, size, taken)]
    return min(free, key=lambda place: _distance_px(place, area), default=None)


def _beside(area: Area, chip: tuple[int, int]) -> Iterator[Area]:
    """Above, below, inside at the top and at the bottom, each flush left and flush right; then at both sides."""
    x0, y0, x1, y1 = area
    width, height = chip
    lefts = (x0, x1 - width)
    corners = [*product(lefts, (y0 - height, y1, y0, y1 - height)), (x1, y0), (x0 - width, y0)]
    yield from ((x, y, x + width, y + height) for x, y in corners)


def _is_free(place: Area, size: tuple[int, int], taken: Sequence[Area]) -> bool:
    x0, y0, x1, y1 = place
    is_inside = x0 >= 0 and y0 >= 0 and x1 <= size[0] and y1 <= size[1]
    return is_inside and not any(_overlap_px(place, other) for other in taken)


def _overlap_px(a: Area, b: Area) -> int:
    return max(0, min(a[2], b[2]) - max(a[0], b[0])) * max(0, min(a[3], b[3]) - max(a[1], b[1]))


def _distance_px(a: Area, b: Area) -> int:
    """Squared distance of the centres, doubled in each direction."""
    return (a[0] + a[2] - b[0] - b[2]) ** 2 + (a[1] + a[3] - b[1] - b[3]) ** 2


def _draw_chip(draw: ImageDraw.ImageDraw, chip: _Chip) -> None:
    x0, y0, x1, y1 = chip.area
    look = chip.mark.look
    draw.rectangle((x0, y0, x1 - 1, y1 - 1), fill=look.colour, outline=look.ink, width=1)
    draw.text(((x0 + x1) / 2, (y0 + y1) / 2), chip.text, fill=look.ink, font=chip.font, anchor="mm")
