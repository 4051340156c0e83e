"""Qt's pictures as the engine, the trackers want them: RGB or grey rows without padding."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

from bubo_desktop.data import Frame

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def as_frame(image: QImage, max_side_px: int) -> Frame:
    """The picture in RGB, made smaller where its longer side has more than `max_side_px` pixels."""
    rgb = _shrunk(image, max_side_px).convertToFormat(QImage.Format.Format_RGB888)
    return Frame(rgb.width(), rgb.height(), _packed(rgb, 3 * rgb.width()))


def as_grey(image: QImage, max_side_px: int) -> NDArray[np.uint8]:
    """The picture in grey, uint8 [height, width], made smaller where a side has more than `max_side_px` pixels."""
    import numpy as np

    grey = _shrunk(image, max_side_px).convertToFormat(QImage.Format.Format_Grayscale8)
    return np.frombuffer(_packed(grey, grey.width()), np.uint8).reshape(grey.height(), grey.width())


def _shrunk(image: QImage, max_side_px: int) -> QImage:
    if max(image.width(), image.height()) <= max_side_px:
        return image
    keep, smooth = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    return image.scaled(max_side_px, max_side_px, keep, smooth)


def _packed(image: QImage, row_bytes: int) -> bytes:
    """The rows of an image without Qt's padding at their ends."""
    step = image.bytesPerLine()
    memory = image.constBits()
    if step == row_bytes:
        return bytes(memory)
    return b"".join(memory[start : start + row_bytes] for start in range(0, step * image.height(), step))
