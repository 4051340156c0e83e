"""The worst cases on one sheet, small enough for a repository."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw

from build.evaluation.gallery import TILE_PX, Shown

N_COLUMNS = 5
MOST_BYTES = 400_000
CAPTION_PX, GAP_PX = 16, 6
_TRIES = ((128, 1.0), (64, 1.0), (64, 0.75), (32, 0.75), (32, 0.5))  # colours, size
_PAPER_RGB, _INK_RGB = (250, 250, 250), (20, 20, 20)


def draw_sheet(shown: Sequence[Shown], folder: Path) -> bytes:
    """A PNG of at most `MOST_BYTES` of the cases' pictures in `folder`, numbered from 1 in their order."""
    n_rows = -(-len(shown) // N_COLUMNS)
    width_px, height_px = TILE_PX + GAP_PX, TILE_PX + CAPTION_PX
    sheet = Image.new("RGB", (N_COLUMNS * width_px, max(n_rows, 1) * height_px), _PAPER_RGB)
    pencil = ImageDraw.Draw(sheet)
    for number, case in enumerate(shown):
        left, top = number % N_COLUMNS * width_px, number // N_COLUMNS * height_px
        with Image.open(folder / case.file) as picture:
            sheet.paste(picture, (left, top + CAPTION_PX))
        pencil.text((left + 3, top + 2), str(number + 1), fill=_INK_RGB)
    return _shrink(sheet)


def _shrink(sheet: Image.Image) -> bytes:
    """The first of ever poorer copies that is small enough, or the poorest."""
    contents = b""
    for n_colours, scale in _TRIES:
        size = round(sheet.width * scale), round(sheet.height * scale)
        poorer = sheet.resize(size).quantize(n_colours, dither=Image.Dither.NONE)
        memory = io.BytesIO()
        poorer.save(memory, "PNG", optimize=True)
        contents = memory.getvalue()
        if len(contents) <= MOST_BYTES:
            break
    return contents
