"""The colour and pattern of an object in small, so that neither alone has to tell it."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from bubo_desktop.palette import Look

_PERIOD_PX = 5.0
_RADIUS_PX = 3.0
_PATTERN_OPACITY = 0.55


def draw_swatch(painter: QPainter, area: QRectF, look: Look) -> None:
    """Fills a small area with an object's colour and pattern."""
    shape = QPainterPath()
    shape.addRoundedRect(area, _RADIUS_PX, _RADIUS_PX)
    painter.save()
    painter.fillPath(shape, QColor(*look.colour))
    painter.setClipPath(shape)
    ink = QColor(*look.ink)
    ink.setAlphaF(_PATTERN_OPACITY)
    is_dotted = look.pattern == "dotted"
    cap = Qt.PenCapStyle.RoundCap if is_dotted else Qt.PenCapStyle.FlatCap
    painter.setPen(QPen(ink, 2.0 if is_dotted else 1.5, Qt.PenStyle.SolidLine, cap))
    if is_dotted:
        painter.drawPoints(_dots(area))
    else:
        painter.drawLines(_lines(area, look))
    painter.restore()


def _lines(area: QRectF, look: Look) -> list[QLineF]:
    slant = {"plain": None, "level": 0.0, "rising": -area.width(), "falling": area.width()}[look.pattern]
    if slant is None:
        return []
    n_lines = int(area.height() / _PERIOD_PX) + 1
    starts = (area.top() + (number + 0.5) * _PERIOD_PX for number in range(-n_lines, 2 * n_lines))
    return [QLineF(area.left(), y, area.right(), y + slant) for y in starts]


def _dots(area: QRectF) -> list[QPointF]:
    n_columns, n_rows = int(area.width() / _PERIOD_PX) + 1, int(area.height() / _PERIOD_PX) + 1
    return [
        QPointF(area.left() + (column + 0.5) * _PERIOD_PX, area.top() + (row + 0.5) * _PERIOD_PX)
        for column in range(n_columns)
        for row in range(n_rows)
    ]
