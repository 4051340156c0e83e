"""The annotated picture: masks, outlines, boxes and names drawn over what was found."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from bubo_desktop.data import PictureFindings, RunLengths, Thing
from bubo_desktop.errors import InputError
from bubo_desktop.layers import Brush, coats, shape_at, silhouette
from bubo_desktop.palette import Look, look_of
from bubo_desktop.pictures import read_pixels
from bubo_desktop.placement import Area, Size, place_labels

MIN_SIDE_PX = 720  # a smaller picture is enlarged, so that names can be read on it
MIN_FONT_PX = 10

Font = ImageFont.FreeTypeFont


def write_annotated(source: str | Path, findings: PictureFindings, target: Path) -> None:
    """Writes the picture file `source` with its findings drawn over it, in the format that `target` ends in.

    Raises:
        InputError: the picture cannot be read any more, or the file cannot be written.
    """
    annotated = annotate(read_pixels(source), findings)
    try:
        annotated.save(target)
    except ValueError as error:
        raise InputError(f"{target.name} is no kind of picture that can be written.", "Use .png or .jpg.") from error
    except OSError as error:
        raise InputError(f"{target} cannot be written ({error.strerror}).", "Choose another place.") from error


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
            _paint_mask(canvas, mark.look, mark.thing.mask_rle, scale, pen)
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
    def of(cls, thing: Thing, scale: float, size: Size) -> _Mark:
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
    def for_size(cls, size: Size) -> _Pen:
        line = max(2, round(max(size) / 400))
        return cls(line, max(1, line // 3), 6 * line, _font(max(14, round(max(size) / 40))), 2 * line)


@dataclass(frozen=True, slots=True)
class _Chip:
    """A name and the area it fills."""

    look: Look
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


def _paint_mask(canvas: Image.Image, look: Look, runs: RunLengths, scale: float, pen: _Pen) -> None:
    """Lays the coats of a mask on the canvas, in cells of several pixels where lines are as wide as that."""
    cell = pen.cell_px
    source = silhouette(runs, step=max(1, int(cell / scale)))
    if source is None:
        return
    brush = Brush(pen.line_px / cell, pen.period_px / cell)
    shape = shape_at(source, scale / cell, margin_px=2 * pen.line_px // cell)
    size = (shape.grey.width * cell, shape.grey.height * cell)
    for grey, colour in coats(shape, look, brush):
        canvas.paste(colour, (shape.x0 * cell, shape.y0 * cell), grey.resize(size, Image.Resampling.BILINEAR))


def _draw_box(draw: ImageDraw.ImageDraw, mark: _Mark, pen: _Pen) -> None:
    x0, y0, x1, y1 = mark.area
    line = pen.line_px
    draw.rectangle((x0, y0, x1 - 1, y1 - 1), outline=mark.look.casing, width=line + 2)
    draw.rectangle((x0 + 1, y0 + 1, max(x0 + 1, x1 - 2), max(y0 + 1, y1 - 2)), outline=mark.look.colour, width=line)


def _placed_chips(marks: Sequence[_Mark], pen: _Pen, size: Size) -> Iterator[_Chip]:
    """The names for which there is a place inside the picture where they cover no other."""
    texts = [_drawable(mark.thing.label) for mark in marks]
    fonts = [_fitting_font(text, pen, size[0]) for text in texts]
    sizes = [_chip_size(text, font, pen) for text, font in zip(texts, fonts, strict=True)]
    places = place_labels([mark.area for mark in marks], sizes, size)
    for mark, text, font, area in zip(marks, texts, fonts, places, strict=True):
        if area:
            yield _Chip(mark.look, text, font, area)


def _drawable(label: str) -> str:
    """The label in the letters that the font has: without accents."""
    return unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode() or "?"


def _fitting_font(text: str, pen: _Pen, width_px: int) -> Font:
    font = pen.font
    while _chip_size(text, font, pen)[0] > width_px and font.size > MIN_FONT_PX:
        font = _font(int(font.size) - 1)
    return font


def _chip_size(text: str, font: Font, pen: _Pen) -> Size:
    ascent, descent = font.getmetrics()
    return round(font.getlength(text)) + 2 * pen.margin_px, ascent + descent + pen.margin_px


def _draw_chip(draw: ImageDraw.ImageDraw, chip: _Chip) -> None:
    x0, y0, x1, y1 = chip.area
    draw.rectangle((x0, y0, x1 - 1, y1 - 1), fill=chip.look.colour, outline=chip.look.ink, width=1)
    draw.text(((x0 + x1) / 2, (y0 + y1) / 2), chip.text, fill=chip.look.ink, font=chip.font, anchor="mm")
