"""How words and names point at things wherever they stand: a soft line below in the thing's colour and pattern, and a
filled ground while it is lit.
"""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from bubo_desktop.palette import Look

LINE_PX = 2.0
STEP_PX = 5.0  # from one stroke of a pattern to the next
RADIUS_PX = 4.0
_DASHES = (2.5, 2.25)  # drawn and left out, in widths of the line, to which its round ends add one
_DASHES_AND_DOTS = (4.0, 2.0, 0.01, 2.0)


def draw_ground(painter: QPainter, area: QRectF, look: Look) -> None:
    """Fills what is lit."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(*look.colour))
    painter.drawRoundedRect(area, RADIUS_PX, RADIUS_PX)


def draw_ring(painter: QPainter, area: QRectF, colour: QColor) -> None:
    """Rings what the keyboard is on."""
    painter.setPen(QPen(colour, LINE_PX))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(area, RADIUS_PX, RADIUS_PX)


def draw_line(painter: QPainter, left: float, right: float, y: float, look: Look) -> None:
    """Draws a level line in the colour and pattern of a thing."""
    left, right = left + LINE_PX / 2, max(left, right - LINE_PX / 2)
    pen = QPen(QColor(*look.colour), LINE_PX, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    match look.pattern:
        case "plain":
            painter.drawLine(QLineF(left, y, right, y))
        case "level":
            pen.setWidthF(LINE_PX / 2)
            painter.setPen(pen)
            painter.drawLines([QLineF(left, y + side, right, y + side) for side in (-1.0, 1.5)])
        case "dotted":
            painter.drawPoints([QPointF(x, y) for x in _steps(left, right, STEP_PX)])
        case "rising" | "falling":  # strokes that rise and fall look like a speller's complaint below a word
            pen.setDashPattern(_DASHES if look.pattern == "rising" else _DASHES_AND_DOTS)
            painter.setPen(pen)
            painter.drawLine(QLineF(left, y, right, y))


def draw_dots(painter: QPainter, left: float, right: float, y: float, colour: QColor) -> None:
    """Draws the finer line of small dots that marks what was not found."""
    painter.setPen(QPen(colour, LINE_PX * 0.75, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    painter.drawPoints([QPointF(x, y) for x in _steps(left + 1, right - 1, STEP_PX * 0.7)])


def _steps(left: float, right: float, wished: float) -> Iterator[float]:
    """Places of strokes from end to end, about as far apart as wished."""
    n_gaps = max(1, round((right - left) / wished))
    yield from (left + (right - left) * number / n_gaps for number in range(n_gaps + 1))
