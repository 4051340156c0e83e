"""Pictures ready to be painted: read and made smaller in a background thread."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSizeF
from PySide6.QtGui import QImage

if TYPE_CHECKING:
    from PIL.Image import Image

LONGEST_SIDE_PX = 2560  # more is not kept: a picture of 50 million pixels would take 200 MB
_SMALLEST_SIDE_PX = 256


@dataclass(frozen=True, slots=True)
class LoadedPicture:
    """A picture of `size_px` pixels in its file, in several sizes, the largest first, each half of the one before.

    Painted from the size next above that on the screen, it is smooth at any zoom.
    """

    size_px: QSizeF
    levels: tuple[QImage, ...]

    def level_for(self, scale: float) -> QImage:
        """The smallest one that has `scale` pixels for each of the file's, else the largest."""
        wanted_px = self.size_px.width() * scale
        return next((level for level in reversed(self.levels) if level.width() >= wanted_px), self.levels[0])


def read_picture(path: Path, name: str) -> LoadedPicture:
    """Reads a picture for the screen; for a background thread. `name` is what its user calls it.

    Raises:
        InputError: as `pictures.read_pixels`.
    """
    from PIL import Image

    from bubo_desktop.pictures import read_pixels

    picture = Image.fromarray(read_pixels(path, name))
    size_px = QSizeF(picture.width, picture.height)
    if max(picture.size) > LONGEST_SIDE_PX:
        picture.thumbnail((LONGEST_SIDE_PX, LONGEST_SIDE_PX), Image.Resampling.BOX, reducing_gap=None)
    levels = [_as_qimage(picture)]
    while max(picture.size) > _SMALLEST_SIDE_PX:
        picture = picture.reduce(2)
        levels.append(_as_qimage(picture))
    return LoadedPicture(size_px, tuple(levels))


def _as_qimage(picture: Image) -> QImage:
    pixels = picture.tobytes()
    image = QImage(pixels, picture.width, picture.height, 3 * picture.width, QImage.Format.Format_RGB888)
    return image.convertToFormat(QImage.Format.Format_RGB32)  # a copy, in what is painted fastest
