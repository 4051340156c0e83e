"""How linked words are marked: a soft underline in an object's colour and pattern, a filled ground while it is lit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, cast

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QTextBlock, QTextDocument, QTextLine

from bubo_desktop.palette import Look

LINE_PX = 2.0
GAP_PX = 3.5  # between the baseline and the underline
STEP_PX = 5.0  # from one stroke of a pattern to the next
GROUND_RADIUS_PX = 4.0


class WordBox(NamedTuple):
    """The part of some words that stands in one line: around its letters, in pixels of the document."""

    area: QRectF
    baseline_px: float


def word_boxes(document: QTextDocument, start: int, end: int) -> Iterator[WordBox]:
    """Where the text from `start` to `end`, positions of the document, stands: a box for each line it is in."""
    block = document.findBlock(start)
    while block.isValid() and block.position() < end:
        first, last = start - block.position(), min(block.length() - 1, end - block.position())
        yield from _boxes_in(block, max(0, first), last)
        block = block.next()


def _boxes_in(block: QTextBlock, start: int, end: int) -> Iterator[WordBox]:
    layout = block.layout()
    line = layout.lineForTextPosition(start)
    while line.isValid() and start < end:
        stop = min(end, line.textStart() + line.textLength())
        yield _box(line, layout.position(), start, stop)
        start, line = stop, layout.lineForTextPosition(stop)


def _box(line: QTextLine, origin: QPointF, start: int, end: int) -> WordBox:
    left, right = sorted((_x_px(line, start), _x_px(line, end)))  # the other way round in Arabic
    area = QRectF(left, line.y(), right - left, line.ascent() + line.descent()).translated(origin)
    return WordBox(area, area.top() + line.ascent())


def _x_px(line: QTextLine, position: int) -> float:
    x_px, _nearest = cast("tuple[float, int]", line.cursorToX(position))
    return x_px


def draw_ground(painter: QPainter, box: WordBox, look: Look) -> None:
    """Fills the ground of lit words."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(*look.colour))
    painter.drawRoundedRect(box.area.adjusted(-2, -1, 2, 2), GROUND_RADIUS_PX, GROUND_RADIUS_PX)


def draw_ring(painter: QPainter, box: WordBox, colour: QColor) -> None:
    """Rings the words that have the keyboard's focus."""
    painter.setPen(QPen(colour, LINE_PX))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(box.area.adjusted(-3, -2, 3, 3), GROUND_RADIUS_PX, GROUND_RADIUS_PX)


def draw_underline(painter: QPainter, box: WordBox, look: Look) -> None:
    """Underlines words in the colour and pattern of what they name."""
    left, right, y = box.area.left() + LINE_PX / 2, box.area.right() - LINE_PX / 2, box.baseline_px + GAP_PX
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
        case "rising" | "falling":
            rise = 1.5 if look.pattern == "rising" else -1.5
            painter.drawLines([QLineF(x - 1.5, y + rise, x + 1.5, y - rise) for x in _steps(left, right, STEP_PX)])


def draw_missing(painter: QPainter, box: WordBox, colour: QColor) -> None:
    """Underlines words for which nothing was found."""
    painter.setPen(QPen(colour, LINE_PX * 0.75, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    y = box.baseline_px + GAP_PX
    painter.drawPoints([QPointF(x, y) for x in _steps(box.area.left() + 1, box.area.right() - 1, STEP_PX * 0.7)])


def _steps(left: float, right: float, wished: float) -> Iterator[float]:
    """Places of strokes from end to end, about as far apart as wished."""
    n_gaps = max(1, round((right - left) / wished))
    yield from (left + (right - left) * number / n_gaps for number in range(n_gaps + 1))
