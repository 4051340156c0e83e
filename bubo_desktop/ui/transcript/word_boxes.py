"""Where words of a document stand on the screen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, cast

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QTextBlock, QTextDocument, QTextLine


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
    letters = line.naturalTextRect()  # without the space at the line's end
    left, right = max(left, letters.left()), min(right, letters.right())
    area = QRectF(left, line.y(), right - left, line.ascent() + line.descent()).translated(origin)
    return WordBox(area, area.top() + line.ascent())


def _x_px(line: QTextLine, position: int) -> float:
    x_px, _nearest = cast("tuple[float, int]", line.cursorToX(position))
    return x_px
