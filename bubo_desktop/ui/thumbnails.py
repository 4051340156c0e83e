"""Small views of pictures and sounds: read in a background thread, drawn in a widget's own colours."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen

_WIDEST_BAR_PX = 2.0

Envelope = Sequence[tuple[float, float]]


def read_thumbnail(path: Path, size_px: QSize) -> QImage:
    """The middle of a picture, as large as fills `size_px`; for a background thread.

    Raises:
        InputError: as `pictures.read_pixels`.
    """
    from bubo_desktop.pictures import read_pixels

    pixels = read_pixels(path)
    height, width, n_channels = pixels.shape
    whole = QImage(pixels.data, width, height, n_channels * width, QImage.Format.Format_RGB888)
    smooth = Qt.TransformationMode.SmoothTransformation
    covering = whole.scaled(size_px, Qt.AspectRatioMode.KeepAspectRatioByExpanding, smooth)
    left, top = (covering.width() - size_px.width()) // 2, (covering.height() - size_px.height()) // 2
    return covering.copy(left, top, size_px.width(), size_px.height())


def draw_picture(painter: QPainter, area: QRectF, picture: QImage, radius_px: float) -> None:
    """Fills an area with rounded corners by the middle of a picture."""
    corners = QPainterPath()
    corners.addRoundedRect(area, radius_px, radius_px)
    middle = QRectF(QPointF(0, 0), area.size().scaled(picture.size(), Qt.AspectRatioMode.KeepAspectRatio))
    middle.moveCenter(QRectF(picture.rect()).center())
    painter.save()
    painter.setClipPath(corners)
    painter.drawImage(area, picture, middle)
    painter.restore()


def draw_sound(painter: QPainter, area: QRectF, envelope: Envelope, colour: QColor) -> None:
    """Draws one upright bar for each (lowest, highest) of a waveform, as high as the area where it is loudest."""
    step_px = area.width() / len(envelope)
    bar_px = min(step_px / 2, _WIDEST_BAR_PX)
    painter.setPen(QPen(colour, bar_px, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    loudest = max(max(-low, high) for low, high in envelope) or 1.0
    reach_px = (area.height() - bar_px) / 2 / loudest
    middle = area.center().y()
    for number, (low, high) in enumerate(envelope):
        x = area.left() + (number + 0.5) * step_px
        painter.drawLine(QLineF(QPointF(x, middle - high * reach_px), QPointF(x, middle - low * reach_px)))
