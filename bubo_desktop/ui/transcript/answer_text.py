"""The text of an answer, whose words point at things and are pointed at."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QHelpEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QToolTip, QWidget

from bubo_desktop.state.attention import NOTHING, Attention
from bubo_desktop.state.records import Exchange
from bubo_desktop.ui.announcement import announce
from bubo_desktop.ui.transcript.linked_text import LinkedText
from bubo_desktop.ui.transcript.mentions import Mention, mentions_of

BY_TAB = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
PRESSING = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


class AnswerText(LinkedText):
    """An answer: the pointer or Tab on its linked words lights what they name, a click or Enter pins it.

    Signals:
        word_reached: Tab has come to other words; the text cursor is there.
    """

    word_reached = Signal()

    def __init__(self, exchange: Exchange, attention: Attention, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.setAccessibleName(self.tr("Answer"))
        self._exchange = exchange
        self._attention = attention
        self._pointed: Mention | None = None
        self._focused: Mention | None = None
        self._pressed: Mention | None = None
        self.viewport().setMouseTracking(True)
        attention.lit_changed.connect(self._show_lit)
        self.set_exchange(exchange)
        self._show_lit()

    def set_exchange(self, exchange: Exchange) -> None:
        """Shows as much of the answer as is known."""
        self._exchange = exchange
        self.set_text(exchange.answer.answer)
        mentions = mentions_of(exchange.answer)
        if mentions != self.mentions:
            self._pointed = self._focused = self._pressed = None
            self.set_mentions(mentions)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Lights what the words under the pointer name."""
        super().mouseMoveEvent(event)
        self._point_at(self.mention_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Nothing is pointed at any more."""
        super().leaveEvent(event)
        self._point_at(None)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Begins a click on words, or a selection."""
        super().mousePressEvent(event)
        self._pressed = self.mention_at(event.position()) if event.button() is Qt.MouseButton.LeftButton else None

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Pins what was clicked, unless letters were selected."""
        super().mouseReleaseEvent(event)
        pressed, self._pressed = self._pressed, None
        if pressed and pressed == self.mention_at(event.position()) and not self.textCursor().hasSelection():
            self._pin(pressed)

    def viewportEvent(self, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Says of words for which nothing was found that it is so."""
        if event.type() is QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            mention = self.mention_at(event.pos().toPointF())
            tip = self.tr("Not found in the picture") if mention and not mention.named else ""
            QToolTip.showText(event.globalPos(), tip, self.viewport())
            return True
        return super().viewportEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Pins what the focused words name."""
        if self._focused and event.key() in PRESSING:
            self._pin(self._focused)
        else:
            super().keyPressEvent(event)

    def focusNextPrevChild(self, forwards: bool) -> bool:  # noqa: N802 - Qt's name and manner
        """Goes to the next linked words, and behind the last to the next widget."""
        ahead = self.mentions if forwards else self.mentions[::-1]
        number = ahead.index(self._focused) + 1 if self._focused else 0
        if number == len(ahead):
            return super().focusNextPrevChild(forwards)
        self._focus(ahead[number])
        return True

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """Begins at the first linked words, or coming back at the last."""
        super().focusInEvent(event)
        if event.reason() in BY_TAB and self.mentions:
            self._focus(self.mentions[0 if event.reason() is BY_TAB[0] else -1])

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """Leaves the words."""
        super().focusOutEvent(event)
        self._focus(None)

    def _point_at(self, mention: Mention | None) -> None:
        if mention != self._pointed:
            self._pointed = mention
            is_link = mention and mention.named
            self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if is_link else Qt.CursorShape.IBeamCursor)
            self._hover()

    def _focus(self, mention: Mention | None) -> None:
        if mention == self._focused:
            return
        self._focused = mention
        self.set_ringed(mention)
        self._hover()
        if mention:
            self.word_reached.emit()
            self._say(mention)

    def _hover(self) -> None:
        mention = self._pointed or self._focused
        self._attention.hover(self._exchange, mention.targets if mention else NOTHING)

    def _pin(self, mention: Mention) -> None:
        if mention.named:
            self._attention.pin(self._exchange, mention.targets)

    def _say(self, mention: Mention) -> None:
        """A screen reader knows the text, but not which of its words Tab has come to."""
        words = self.text[mention.start : mention.end]
        said = words if mention.named else self.tr("{words}: not found in the picture").format(words=words)
        announce(self, said)

    def _show_lit(self) -> None:
        shown = self._attention.shown
        lit = self._attention.lit if shown and shown.id == self._exchange.id else NOTHING
        if lit != self.lit:
            self.set_lit(lit)
