"""The worst cases of a run as small pictures, with what was found (red) and what should have been (green)."""

from __future__ import annotations

import heapq
from itertools import count
from pathlib import Path

from msgspec import Struct
from PIL import Image, ImageDraw

from bubo_desktop.pictures import read_pixels
from build.evaluation.average_precision import Region
from build.evaluation.suite import Slip

N_WORST = 20
TILE_PX = 240
WANTED_RGB, FOUND_RGB, EMPTY_RGB = (40, 200, 80), (235, 60, 50), (70, 70, 70)


class Shown(Struct, frozen=True):
    """A bad case: its picture's file name, and what was asked, right and said."""

    file: str
    badness: float
    asked: str
    right: str
    said: str


class Gallery:
    """Keeps the `n` worst slips it is shown; pictures are drawn at once, since their files may not last."""

    def __init__(self, n: int = N_WORST) -> None:
        self._n = n
        self._order = count()
        self._kept: list[tuple[float, int, Slip, Image.Image]] = []

    def consider(self, slip: Slip) -> None:
        """Keeps a slip if it is among the worst; of equally bad ones the first."""
        if len(self._kept) < self._n or slip.badness > self._kept[0][0]:
            heapq.heappush(self._kept, (slip.badness, -next(self._order), slip, draw_slip(slip)))
        if len(self._kept) > self._n:
            heapq.heappop(self._kept)

    def hang(self, folder: Path) -> list[Shown]:
        """Writes the pictures to a folder, the worst first, and lists them."""
        folder.mkdir(parents=True, exist_ok=True)
        shown = []
        for number, (badness, _, slip, picture) in enumerate(sorted(self._kept, reverse=True)):
            name = f"{number:02d}.png"
            picture.save(folder / name)
            shown.append(Shown(name, badness, slip.asked, slip.right, slip.said))
        return shown


def draw_slip(slip: Slip) -> Image.Image:
    """A picture of at most `TILE_PX` a side; an even one where there is only a recording."""
    if slip.picture is None:
        return Image.new("RGB", (TILE_PX, TILE_PX // 2), EMPTY_RGB)
    picture = Image.fromarray(read_pixels(slip.picture))
    scale = TILE_PX / max(picture.size)
    small = picture.resize((max(1, round(picture.width * scale)), max(1, round(picture.height * scale))))
    pencil = ImageDraw.Draw(small)
    for regions, colour in ((slip.wanted, WANTED_RGB), (slip.found, FOUND_RGB)):
        for region in regions:
            _draw_region(pencil, region, scale, colour)
    return small


def _draw_region(pencil: ImageDraw.ImageDraw, region: Region, scale: float, colour: tuple[int, int, int]) -> None:
    x0, y0, x1, y1 = (edge * scale for edge in region.box_xyxy_px)
    pencil.rectangle((x0, y0, max(x0, x1 - 1), max(y0, y1 - 1)), outline=colour, width=2)
    pencil.text((x0 + 3, y0 + 1), region.label[:24], fill=colour, stroke_width=1, stroke_fill=(0, 0, 0))
