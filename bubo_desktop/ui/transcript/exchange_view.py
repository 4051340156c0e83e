"""One question and its answer, with all that belongs to them."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QEnterEvent, QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from bubo_desktop.state.attention import Attention
from bubo_desktop.state.background import Background
from bubo_desktop.state.estimates import StageProgress
from bubo_desktop.state.media import MediaStore
from bubo_desktop.state.records import Exchange, Failure
from bubo_desktop.ui.plain_label import PlainLabel
from bubo_desktop.ui.theme import GRID_PX
from bubo_desktop.ui.transcript.action_row import ActionRow, QuietButton
from bubo_desktop.ui.transcript.answer_text import AnswerText
from bubo_desktop.ui.transcript.attachment_strip import AttachmentStrip, AttachmentView
from bubo_desktop.ui.transcript.failure_card import FailureCard
from bubo_desktop.ui.transcript.match_badge import MatchBadge
from bubo_desktop.ui.transcript.plain_text import MARGIN_PX
from bubo_desktop.ui.transcript.question import Question
from bubo_desktop.ui.transcript.status_line import StatusLine

WIDEST_QUESTION = 0.85  # of the column


class ExchangeView(QWidget):
    """Shows an exchange in whatever state it is.

    Signals:
        again_requested, edit_requested, delete_requested, reading_requested: with its button, or the card that tells
            of a failure.
        word_reached: Tab has come to other linked words of `answer`.
    """

    again_requested = Signal()
    edit_requested = Signal()
    delete_requested = Signal()
    word_reached = Signal()
    reading_requested = Signal()

    def __init__(
        self,
        exchange: Exchange,
        attention: Attention,
        media: MediaStore,
        background: Background,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Question and answer"))
        self._exchange = exchange
        self._attention = attention
        self._media = media
        self._background = background
        self._strip: AttachmentStrip | None = None
        self._card: FailureCard | None = None
        self._is_newest = False
        self._has_focus = False
        self.question = Question(exchange.question)
        self.answer = AnswerText(exchange, attention)
        self.badge = MatchBadge(exchange, attention)
        self.notes = PlainLabel("answer_notes")
        self.status = StatusLine(exchange)
        self.buttons = ActionRow(exchange)
        self._arrange()
        self._connect()
        self._show_failure(exchange.failure)

    @property
    def exchange(self) -> Exchange:
        """What is shown, in its newest state."""
        return self._exchange

    def set_exchange(self, exchange: Exchange) -> None:
        """Shows a newer state of the exchange."""
        old, self._exchange = self._exchange, exchange
        self.answer.set_exchange(exchange)
        self.badge.set_exchange(exchange)
        if exchange.status != old.status or not exchange.is_open:
            self.status.set_exchange(exchange)
        if exchange.failure != old.failure:
            self._show_failure(exchange.failure)
        self.buttons.set_exchange(exchange)

    def set_progress(self, progress: StageProgress) -> None:
        """Shows where the engine is with it."""
        if self._exchange.is_open:
            self.status.set_progress(progress)

    def set_context(self, *, shows_attachments: bool, notes: tuple[str, ...], is_newest: bool) -> None:
        """Shows what depends on the exchanges before and behind it.

        Args:
            shows_attachments: whether they are others than those of the question before.
            notes: those of the answer's that the chat has not shown before.
            is_newest: whether its actions are offered without being asked for.
        """
        self._show_attachments(shows_attachments)
        self.notes.setText("\n".join(notes))
        self.notes.setVisible(bool(notes))
        self._is_newest = is_newest
        self._reveal_buttons()

    def follow_in_tab_order(self, before: QWidget) -> QWidget:
        """Lets Tab go from a widget through this exchange from top to bottom; returns the last part it comes to."""
        strip = self._strip.findChildren(AttachmentView) if self._strip else []
        card = self._card.findChildren(QPushButton) if self._card else []
        buttons = self.buttons.findChildren(QuietButton)
        for part in (*strip, self.question.words, self.answer, *card, self.badge, *buttons):
            QWidget.setTabOrder(before, part)
            before = part
        return before

    def set_focused(self, has_focus: bool) -> None:
        """Whether the keyboard is on any part of it."""
        self._has_focus = has_focus
        self._reveal_buttons()

    def enterEvent(self, event: QEnterEvent) -> None:  # noqa: N802 - Qt's name
        """Shows what can be done."""
        super().enterEvent(event)
        self._reveal_buttons()

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Steps back."""
        super().leaveEvent(event)
        self._reveal_buttons()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Gives the question the width it needs."""
        super().resizeEvent(event)
        self.question.fit(round(self.width() * WIDEST_QUESTION))

    def _arrange(self) -> None:
        beside, below = QHBoxLayout(), QHBoxLayout()
        for row in (beside, below):
            row.setContentsMargins(MARGIN_PX, 0, 0, 0)  # flush with the letters above
        beside.addWidget(self.badge)
        beside.addStretch(1)
        below.addWidget(self.status, 1)
        below.addWidget(self.buttons)
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(GRID_PX // 2)
        self._rows.addWidget(self.question, 0, Qt.AlignmentFlag.AlignRight)
        self._rows.addSpacing(GRID_PX)
        self._rows.addWidget(self.answer)
        self._rows.addLayout(beside)
        self._rows.addWidget(self.notes)
        self._rows.addLayout(below)
        self.notes.hide()
        self.notes.setContentsMargins(MARGIN_PX, MARGIN_PX, 0, 0)
        self.badge.setVisible(bool(self._exchange.pictures and self._exchange.sounds))

    def _connect(self) -> None:
        self.answer.word_reached.connect(self.word_reached)
        self.buttons.copy_requested.connect(self._copy)
        self.buttons.again_requested.connect(self.again_requested)
        self.buttons.edit_requested.connect(self.edit_requested)
        self.buttons.delete_requested.connect(self.delete_requested)
        self.buttons.reading_requested.connect(self.reading_requested)

    def _show_attachments(self, are_shown: bool) -> None:
        if are_shown and self._strip is None:
            self._strip = AttachmentStrip(self._exchange.attachments, self._media, self._background)
            self._strip.reached.connect(lambda: self._attention.show(self._exchange))
            self._rows.insertWidget(0, self._strip)
        if self._strip:
            self._strip.setVisible(are_shown)

    def _show_failure(self, failure: Failure | None) -> None:
        if self._card:
            self._card.deleteLater()
            self._card = None
        if failure:
            self._card = FailureCard(failure)
            self._card.again_requested.connect(self.again_requested)
            self._rows.insertWidget(self._rows.indexOf(self.answer) + 1, self._card)

    def _reveal_buttons(self) -> None:
        self.buttons.set_revealed(self._is_newest or self._has_focus or self.underMouse())

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._exchange.answer.answer)
