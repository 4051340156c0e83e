"""The chat: its newest exchanges, and the older ones when one scrolls up to them."""

from __future__ import annotations

from functools import partial
from typing import cast

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QApplication, QWidget

from bubo_desktop.state.attention import Attention
from bubo_desktop.state.background import Background
from bubo_desktop.state.conversation import Conversation
from bubo_desktop.state.estimates import StageProgress
from bubo_desktop.state.media import MediaStore
from bubo_desktop.state.records import Attachment, Exchange
from bubo_desktop.ui.announcement import announce
from bubo_desktop.ui.transcript.column import Column
from bubo_desktop.ui.transcript.exchange_view import ExchangeView

AT_ONCE = 3  # exchanges that are there as soon as a chat is open: they fill most windows
SOON = 30  # those that are there a moment later
MORE = 10  # those that come when one has scrolled up to the oldest


class Transcript(Column):
    """Shows the open chat, and what is new of it has the user's attention.

    Signals:
        edit_requested(Exchange): its question is to be asked in other words.
        reading_requested(Exchange): its answer is to be read aloud, or no longer.
    """

    edit_requested = Signal(Exchange)
    reading_requested = Signal(Exchange)

    def __init__(
        self,
        conversation: Conversation,
        attention: Attention,
        media: MediaStore,
        background: Background,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("transcript")
        self.setAccessibleName(self.tr("Chat"))
        self._conversation = conversation
        self._attention = attention
        self._media = media
        self._background = background
        self._views: list[ExchangeView] = []
        self._n_wanted = 0
        self._builder = QTimer(self, interval=0)  # one view at each turn of the event loop holds up nothing
        self._builder.timeout.connect(self._build_next)
        self._connect()
        self._open()

    @property
    def views(self) -> tuple[ExchangeView, ...]:
        """The exchanges that can be scrolled to now: the newest of the chat, oldest first."""
        return tuple(self._views)

    def set_reading(self, exchange_id: str | None) -> None:
        """Says whose answer is being read aloud."""
        for view in self._views:
            view.buttons.set_reading(view.exchange.id == exchange_id)

    def _connect(self) -> None:
        self._conversation.opened.connect(self._open)
        self._conversation.exchange_added.connect(self._add)
        self._conversation.exchange_changed.connect(self._change)
        self._conversation.exchange_removed.connect(self._remove)
        self._conversation.progressed.connect(self._show_progress)
        self.top_neared.connect(self._want_more)
        cast("QApplication", QApplication.instance()).focusChanged.connect(self._follow_focus)

    def _open(self) -> None:
        """Shows another chat at its end."""
        for view in self.views:
            self.remove(view)
        self._views.clear()
        self._n_wanted = SOON
        for exchange in reversed(self._conversation.exchanges[-AT_ONCE:]):
            self._insert(0, exchange)
        self._relate()
        self._builder.start()
        self.go_to_end()

    def _build_next(self) -> None:
        """Adds the newest of the exchanges that are not there yet, until there are enough."""
        exchanges = self._conversation.exchanges
        n_missing = len(exchanges) - len(self._views)
        if n_missing and len(self._views) < self._n_wanted:
            self._insert(0, exchanges[n_missing - 1])
            self._relate()
        else:
            self._builder.stop()

    def _want_more(self) -> None:
        if not self._builder.isActive():
            self._n_wanted = max(self._n_wanted, len(self._views) + MORE)
            self._builder.start()

    def _add(self, exchange: Exchange) -> None:
        """Shows a new exchange, or one that was taken back into its place."""
        ids = [each.id for each in self._conversation.exchanges]
        n_behind = len(ids) - 1 - ids.index(exchange.id)
        if n_behind <= len(self._views):
            self._insert(len(self._views) - n_behind, exchange)
        self._relate()
        self._attention.show(exchange)
        if n_behind == 0:
            self.go_to_end()

    def _insert(self, number: int, exchange: Exchange) -> None:
        view = ExchangeView(exchange, self._attention, self._media, self._background)
        view.again_requested.connect(partial(self._conversation.again, exchange.id))
        view.delete_requested.connect(partial(self._conversation.delete_exchange, exchange.id))
        view.edit_requested.connect(lambda: self.edit_requested.emit(view.exchange))
        view.reading_requested.connect(lambda: self.reading_requested.emit(view.exchange))
        view.word_reached.connect(lambda: self.ensureWidgetVisible(view.answer))
        self._views.insert(number, view)
        self.insert(number, view)

    def _change(self, exchange: Exchange) -> None:
        """Shows a newer state of an exchange, here and wherever it is shown."""
        if view := self._view_of(exchange.id):
            before = view.exchange
            view.set_exchange(exchange)
            if (exchange.answer.notes, exchange.failure) != (before.answer.notes, before.failure):
                self._relate()
            if before.is_open and not exchange.is_open:
                announce(view.answer, exchange.failure.message if exchange.failure else exchange.answer.answer)
        shown = self._attention.shown
        if shown and shown.id == exchange.id:
            self._attention.show(exchange)

    def _remove(self, exchange_id: str) -> None:
        if view := self._view_of(exchange_id):
            self._views.remove(view)
            self.remove(view)
        self._relate()
        shown, left = self._attention.shown, self._conversation.exchanges
        if shown and shown.id == exchange_id:
            if left:
                self._attention.show(left[-1])
            else:
                self._attention.show_draft(())

    def _relate(self) -> None:
        """Shows attachments and notes only where they are not those of exchanges before, and lets Tab go in order."""
        views = {view.exchange.id: view for view in self._views}
        attached: tuple[Attachment, ...] = ()
        told: set[str] = set()
        exchanges = self._conversation.exchanges
        for exchange in exchanges:
            notes = tuple(note for note in exchange.answer.notes if note not in told)
            if view := views.get(exchange.id):
                is_newest = exchange is exchanges[-1]
                view.set_context(shows_attachments=exchange.attachments != attached, notes=notes, is_newest=is_newest)
            attached = exchange.attachments
            told.update(notes)
        last: QWidget = self
        for view in self._views:
            last = view.follow_in_tab_order(last)
        self.setTabOrder(last, self.jump_button)

    def _show_progress(self, exchange_id: str, progress: StageProgress) -> None:
        if view := self._view_of(exchange_id):
            view.set_progress(progress)

    def _follow_focus(self, _before: QWidget | None, now: QWidget | None) -> None:
        for view in self._views:
            view.set_focused(now is not None and view.isAncestorOf(now))

    def _view_of(self, exchange_id: str) -> ExchangeView | None:
        return next((view for view in self._views if view.exchange.id == exchange_id), None)
