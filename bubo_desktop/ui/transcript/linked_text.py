"""Text with linked words in it: where they stand, and how they are drawn."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QTextCursor
from PySide6.QtWidgets import QTextEdit, QWidget

from bubo_desktop.palette import Rgb
from bubo_desktop.state.attention import NOTHING, Targets
from bubo_desktop.ui.theme import Role
from bubo_desktop.ui.transcript.mentions import Mention
from bubo_desktop.ui.transcript.plain_text import PlainText
from bubo_desktop.ui.transcript.word_boxes import WordBox, word_boxes
from bubo_desktop.ui.word_marks import draw_dots, draw_ground, draw_line, draw_ring

MARK_PX = 8  # how far a mark reaches around its words, at most
GAP_PX = 3.5  # between the baseline and the underline


class LinkedText(PlainText):
    """Draws words that are linked to things, those that are lit, and those that the keyboard is on."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(name, parent)
        self._spans: dict[Mention, tuple[int, int]] = {}  # in positions of the document
        self._lit: Targets = NOTHING
        self._ringed: Mention | None = None

    @property
    def mentions(self) -> tuple[Mention, ...]:
        """The linked words, in reading order."""
        return tuple(self._spans)

    def set_mentions(self, mentions: tuple[Mention, ...]) -> None:
        """Links words of the text that is shown."""
        self._spans = {mention: _span(self.text, mention) for mention in mentions}
        self._ringed = None
        self.set_lit(self._lit)

    @property
    def lit(self) -> Targets:
        """What the words are lit for."""
        return self._lit

    def set_lit(self, lit: Targets) -> None:
        """Gives the words that name these things the ground of their colour, and letters that can be read on it."""
        self._lit = lit
        self.setExtraSelections(list(self._inked_words()))
        self.viewport().update()

    def set_ringed(self, mention: Mention | None) -> None:
        """Rings the words that the keyboard is on, and puts the text cursor there."""
        self._ringed = mention
        if mention:
            self.setTextCursor(self._cursor(self._spans[mention][0]))
        self.viewport().update()

    def mention_at(self, point: QPointF) -> Mention | None:
        """The linked words at a point of the viewport, the shortest of several; None elsewhere."""
        position = self.document().documentLayout().hitTest(point, Qt.HitTestAccuracy.ExactHit)
        held = [mention for mention, (start, end) in self._spans.items() if start <= position < end]
        return min(held, key=lambda mention: mention.end - mention.start, default=None)

    def area_of(self, mention: Mention) -> QRectF:
        """Around the first line of these words, in the viewport's pixels."""
        return next(word_boxes(self.document(), *self._spans[mention])).area

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Paints the grounds of lit words, then the text, then the lines."""
        visible = QRectF(event.rect()).adjusted(-MARK_PX, -MARK_PX, MARK_PX, MARK_PX)
        boxes = [(mention, box) for mention, box in self._boxes() if visible.intersects(box.area)]
        self._paint_grounds(boxes)
        super().paintEvent(event)
        self._paint_lines(boxes)

    def _boxes(self) -> Iterator[tuple[Mention, WordBox]]:
        for mention, span in self._spans.items():
            yield from ((mention, box) for box in word_boxes(self.document(), *span))

    def _paint_grounds(self, boxes: list[tuple[Mention, WordBox]]) -> None:
        painter = self._painter()
        for mention, box in boxes:
            if look := mention.look_in(self._lit):
                draw_ground(painter, box.area.adjusted(-2, -1, 2, 2), look)
        painter.end()

    def _paint_lines(self, boxes: list[tuple[Mention, WordBox]]) -> None:
        painter = self._painter()
        for mention, box in boxes:
            left, right, y = box.area.left(), box.area.right(), box.baseline_px + GAP_PX
            if mention.look is None:
                draw_dots(painter, left, right, y, self.palette().color(Role.PlaceholderText))
            elif not mention.look_in(self._lit):
                draw_line(painter, left, right, y, mention.look)
            if mention == self._ringed:
                draw_ring(painter, box.area.adjusted(-3, -2, 3, 3), self.palette().color(Role.Highlight))
        painter.end()

    def _painter(self) -> QPainter:
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        return painter

    def _inked_words(self) -> Iterator[QTextEdit.ExtraSelection]:
        """The lit words, those within others with them: of selections that touch, Qt paints the first only."""
        lit = [(span, look) for mention, span in self._spans.items() if (look := mention.look_in(self._lit))]
        painted = 0
        for (start, end), look in sorted(lit, key=lambda each: (each[0][0], -each[0][1])):
            if end > painted:
                yield self._inked((max(start, painted), end), look.ink)
                painted = end

    def _inked(self, span: tuple[int, int], ink: Rgb) -> QTextEdit.ExtraSelection:
        selection = QTextEdit.ExtraSelection()
        selection.cursor = self._cursor(*span)
        selection.format.setForeground(QColor(*ink))
        return selection

    def _cursor(self, start: int, end: int | None = None) -> QTextCursor:
        cursor = QTextCursor(self.document())
        cursor.setPosition(start)
        cursor.setPosition(start if end is None else end, QTextCursor.MoveMode.KeepAnchor)
        return cursor


def _span(text: str, mention: Mention) -> tuple[int, int]:
    return _n_units(text[: mention.start]), _n_units(text[: mention.end])


def _n_units(text: str) -> int:
    """How many positions of a Qt document a text takes: UTF-16 units, so two for most emoji."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
