"""The lines and colours that mark an object on the picture."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from bubo_desktop.data import Thing
from bubo_desktop.palette import BLACK, WHITE, Look, Rgb, look_of

BOX_PX, LIT_BOX_PX = 2.0, 3.0
_CASING_PX = 1.0
_CASING, _LIT_FILL = 0.5, 0.3  # opacity
_RADIUS_PX, _CORNER_PX = 3.0, 10.0
_GAP_PX, _RING_RADIUS_PX = 6.0, 10.0


@dataclass(frozen=True, slots=True)
class Mark:
    """An object and how it is marked; `is_source` where it makes the sound."""

    thing: Thing
    is_source: bool

    @property
    def look(self) -> Look:
        """Its colour and pattern."""
        return look_of(self.thing.id)

    @property
    def size_px(self) -> float:
        """The area of its box."""
        x0, y0, x1, y1 = self.thing.box_xyxy_px
        return (x1 - x0) * (y1 - y0)


def draw_box(painter: QPainter, area: QRectF, look: Look, width_px: float) -> None:
    """Draws a box that stands out from any picture."""
    shape = QPainterPath()
    shape.addRoundedRect(area, _RADIUS_PX, _RADIUS_PX)
    _stroke(painter, shape, look, width_px)


def draw_corners(painter: QPainter, area: QRectF, look: Look) -> None:
    """Hints at a box where a mask says more."""
    reach = min(_CORNER_PX, area.width() / 3, area.height() / 3)
    shape = QPainterPath()
    for corner, x, y in (
        (area.topLeft(), reach, reach),
        (area.topRight(), -reach, reach),
        (area.bottomLeft(), reach, -reach),
        (area.bottomRight(), -reach, -reach),
    ):
        shape.moveTo(corner + QPointF(x, 0))
        shape.lineTo(corner)
        shape.lineTo(corner + QPointF(0, y))
    _stroke(painter, shape, look, BOX_PX)


def fill_box(painter: QPainter, area: QRectF, look: Look) -> None:
    """Lights an object of which only the box is known."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(_colour(look.colour, _LIT_FILL))
    painter.drawRoundedRect(area, _RADIUS_PX, _RADIUS_PX)


def draw_ring(painter: QPainter, area: QRectF) -> None:
    """Rings an object that makes the sound, in no object's colour."""
    ring = QPainterPath()
    ring.addRoundedRect(area.adjusted(-_GAP_PX, -_GAP_PX, _GAP_PX, _GAP_PX), _RING_RADIUS_PX, _RING_RADIUS_PX)
    painter.strokePath(ring, QPen(_colour(BLACK, _CASING), BOX_PX + 2 * _CASING_PX))
    painter.strokePath(ring, QPen(_colour(WHITE, 1), BOX_PX))


def _stroke(painter: QPainter, shape: QPainterPath, look: Look, width_px: float) -> None:
    painter.strokePath(shape, QPen(_colour(look.casing, _CASING), width_px + 2 * _CASING_PX))
    painter.strokePath(shape, QPen(_colour(look.colour, 1), width_px))


def _colour(colour: Rgb, opacity: float) -> QColor:
    drawn = QColor(*colour)
    drawn.setAlphaF(opacity)
    return drawn
