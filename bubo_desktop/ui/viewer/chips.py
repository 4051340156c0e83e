"""The names of objects on the picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen

from bubo_desktop.placement import Area, Size, place_labels
from bubo_desktop.ui.theme import small
from bubo_desktop.ui.viewer.marks import Mark
from bubo_desktop.ui.viewer.viewport import Viewport

HEIGHT_PX = 20
PADDING_PX = 6
RADIUS_PX = 4
LONGEST_PX = 168
WAVES_PX = 14
_LEAST_PX = 3  # what is seen of an object that gets a name
_EDGE_PX = 4  # kept free at the edge of the view
_LEAST_CANVAS_PX = 4 * HEIGHT_PX
_MAX_COVERED = 0.25  # of the picture, by names


@dataclass(frozen=True, slots=True)
class Chip:
    """A name, and where it stands in the view."""

    mark: Mark
    text: str
    area: QRectF


def place_chips(marks: Sequence[Mark], viewport: Viewport, font: QFont, *, are_lit: bool) -> list[Chip]:
    """Chips on what is seen of the picture, for the objects that are in sight.

    Lit ones all have one, with their scores; of others those that have room, and not so many that they hide the rest.
    """
    canvas = _canvas(viewport)
    size = round(canvas.width()), round(canvas.height())
    metrics = QFontMetrics(font)
    seen = [(mark, area) for mark in marks if (area := _seen(mark, viewport, canvas))]
    texts = [_text(mark, metrics, size[0], with_score=are_lit) for mark, _ in seen]
    sizes = [_size(mark, text, metrics) for (mark, _), text in zip(seen, texts, strict=True)]
    n_kept = len(seen) if are_lit else _n_affordable(sizes, size)
    places = place_labels([area for _, area in seen[:n_kept]], sizes[:n_kept], size, reach_px=HEIGHT_PX)
    chips = []
    for (mark, anchor), text, label, place in zip(seen, texts, sizes, places, strict=False):
        if place or are_lit:
            x0, y0, x1, y1 = place or _forced(anchor, label, size)
            chips.append(Chip(mark, text, QRectF(x0, y0, x1 - x0, y1 - y0).translated(canvas.topLeft())))
    return chips


def chip_font(font: QFont) -> QFont:
    """The window's font as chips use it."""
    return small(font, QFont.Weight.DemiBold)


def draw_chip(painter: QPainter, chip: Chip) -> None:
    """Draws a name in its object's colour, with waves beside that of an object that makes the sound."""
    look = chip.mark.look
    ink = QColor(*look.ink)
    edge = QColor(ink)
    edge.setAlphaF(0.45)
    painter.setPen(QPen(edge, 1))
    painter.setBrush(QColor(*look.colour))
    painter.drawRoundedRect(chip.area.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS_PX, RADIUS_PX)
    painter.setPen(ink)
    inside = chip.area.adjusted(PADDING_PX, 0, -PADDING_PX, 0)
    painter.drawText(inside, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, chip.text)
    if chip.mark.is_source:
        draw_waves(painter, QPointF(inside.right() - WAVES_PX + 3, inside.center().y()), ink)


def draw_waves(painter: QPainter, origin: QPointF, colour: QColor) -> None:
    """Draws sound as it spreads to the right of a point."""
    painter.setPen(QPen(colour, 1.5, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPoint(origin)
    for radius in (4.0, 7.5):
        area = QRectF(origin.x() - radius, origin.y() - radius, 2 * radius, 2 * radius)
        painter.drawArc(area, -50 * 16, 100 * 16)  # in sixteenths of a degree


def score_text(score: float) -> str:
    """A score 0..1 as .97, which takes less room and no less sense."""
    return f"{min(score, 0.99):.2f}"[1:]


def _text(mark: Mark, metrics: QFontMetrics, width_px: int, *, with_score: bool) -> str:
    score = f" {score_text(mark.thing.score)}" if with_score else ""
    room_px = min(LONGEST_PX, width_px - 2 * PADDING_PX - WAVES_PX) - metrics.horizontalAdvance(score)
    return metrics.elidedText(mark.thing.label, Qt.TextElideMode.ElideRight, room_px) + score


def _size(mark: Mark, text: str, metrics: QFontMetrics) -> Size:
    return metrics.horizontalAdvance(text) + 2 * PADDING_PX + (WAVES_PX + 2 if mark.is_source else 0), HEIGHT_PX


def _canvas(viewport: Viewport) -> QRectF:
    """Where names may stand: what is seen of the picture, or the whole view where that is a thin strip."""
    view = QRectF(QPointF(0, 0), viewport.view).adjusted(_EDGE_PX, _EDGE_PX, -_EDGE_PX, -_EDGE_PX)
    seen = viewport.area.intersected(view)
    canvas = seen if min(seen.width(), seen.height()) >= _LEAST_CANVAS_PX else view
    return QRectF(canvas.toAlignedRect())


def _seen(mark: Mark, viewport: Viewport, canvas: QRectF) -> Area | None:
    """What is in sight of an object's box, from the corner of the canvas."""
    seen = viewport.rect_of(mark.thing.box_xyxy_px).intersected(canvas)
    if min(seen.width(), seen.height()) < min(_LEAST_PX, viewport.scale):
        return None
    seen.translate(-canvas.topLeft())
    return round(seen.left()), round(seen.top()), round(seen.right()), round(seen.bottom())


def _n_affordable(sizes: Sequence[Size], canvas: Size) -> int:
    """How many of the labels hide together no more of the canvas than they may."""
    covered_px = accumulate(width * height for width, height in sizes)
    return sum(pixels <= _MAX_COVERED * canvas[0] * canvas[1] for pixels in covered_px)


def _forced(anchor: Area, size: Size, canvas: Size) -> Area:
    """Above its object, whatever stands there."""
    x = max(0, min(anchor[0], canvas[0] - size[0]))
    y = max(0, min(anchor[1] - size[1], canvas[1] - size[1]))
    return x, y, x + size[0], y + size[1]
