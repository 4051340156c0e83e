"""What can be done with a question and its answer."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from bubo_desktop.state.records import Exchange
from bubo_desktop.ui.icons import IconButton


class ActionRow(QWidget):
    """Buttons that are seen only where the pointer or the keyboard is, and always in their place.

    Signals:
        copy_requested, again_requested, edit_requested, delete_requested, reading_requested.
    """

    copy_requested = Signal()
    again_requested = Signal()
    edit_requested = Signal()
    delete_requested = Signal()
    reading_requested = Signal()

    def __init__(self, exchange: Exchange, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._copy = QuietButton("copy", self.tr("Copy the answer"))
        self._read = QuietButton("loudspeaker", self.tr("Read aloud"))
        self._again = QuietButton("retry", self.tr("Answer again"))
        self._edit = QuietButton("edit", self.tr("Edit the question"))
        self._delete = QuietButton("trash", self.tr("Delete question and answer"))
        self._copy.clicked.connect(self.copy_requested)
        self._read.clicked.connect(self.reading_requested)
        self._again.clicked.connect(self.again_requested)
        self._edit.clicked.connect(self.edit_requested)
        self._delete.clicked.connect(self.delete_requested)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for button in self._buttons:
            layout.addWidget(button)
        self.set_exchange(exchange)

    def set_exchange(self, exchange: Exchange) -> None:
        """Offers what can be done in the exchange's state."""
        self._copy.setEnabled(bool(exchange.answer.answer))
        self._read.setEnabled(bool(exchange.answer.answer) and not exchange.is_open)
        self._again.setEnabled(not exchange.is_open)

    def set_reading(self, is_reading: bool) -> None:
        """Says whether the answer is being read: the button then ends that."""
        self._read.set_icon("stop" if is_reading else "loudspeaker")
        self._read.set_label(self.tr("Stop reading") if is_reading else self.tr("Read aloud"))

    def set_revealed(self, is_revealed: bool) -> None:
        """Shows the buttons, or hides them from the eye only: keyboard and screen reader find them always."""
        for button in self._buttons:
            button.set_revealed(is_revealed)

    @property
    def _buttons(self) -> tuple[QuietButton, ...]:
        return self._copy, self._read, self._again, self._edit, self._delete


class QuietButton(IconButton):
    """An icon that may be there without being seen."""

    def __init__(self, name: str, label: str, parent: QWidget | None = None) -> None:
        super().__init__(name, label, parent=parent)
        self.setObjectName("quiet_icon")
        self._is_revealed = False

    def set_revealed(self, is_revealed: bool) -> None:
        """Whether it is drawn."""
        if is_revealed != self._is_revealed:
            self._is_revealed = is_revealed
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Paints nothing until revealed."""
        if self._is_revealed:
            super().paintEvent(event)
