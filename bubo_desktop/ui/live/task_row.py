"""Words for something that is done with the moving picture until it is ended: a question, or what to watch for."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QPushButton, QWidget

from bubo_desktop.ui.icons import icon
from bubo_desktop.ui.theme import Role


class TaskRow(QWidget):
    """A field, perhaps with what is often asked, and a button that begins and ends it.

    Args:
        placeholder: what the field is for; also its name for a screen reader.
        begin, end: what the button says.
        presets: words that can be chosen.

    Attributes:
        field: where the words are typed.

    Signals:
        begun(str): it is to be done with these words.
        ended: it is to be done no more.
    """

    begun = Signal(str)
    ended = Signal()

    def __init__(
        self, placeholder: str, begin: str, end: str, presets: Sequence[str] = (), parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._begin, self._end = begin, end
        self._is_on = False
        self.field = QLineEdit()
        self.field.setPlaceholderText(placeholder)
        self.field.setAccessibleName(placeholder)
        if presets:
            self._offer(presets)
        self.button = QPushButton(begin)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.field, 1)
        layout.addWidget(self.button)
        self.field.returnPressed.connect(self._start)
        self.button.clicked.connect(self._press)

    def set_words(self, words: str) -> None:
        """Puts words into the field."""
        self.field.setText(words)

    def set_on(self, is_on: bool) -> None:
        """Says whether it is being done."""
        self._is_on = is_on
        self.button.setText(self._end if is_on else self._begin)

    def _offer(self, presets: Sequence[str]) -> None:
        """Lets what is often asked be chosen at the end of the field."""
        menu = QMenu(self)
        for words in presets:
            menu.addAction(words).triggered.connect(lambda _checked, words=words: self._choose(words))
        arrow = icon("chevron-down", self.palette().color(Role.PlaceholderText))
        action = QAction(arrow, self.tr("What is often asked"), self.field)
        self.field.addAction(action, QLineEdit.ActionPosition.TrailingPosition)
        action.triggered.connect(lambda: menu.popup(self.field.mapToGlobal(self.field.rect().bottomLeft())))

    def _choose(self, words: str) -> None:
        self.set_words(words)
        self._start()

    def _press(self) -> None:
        if self._is_on:
            self.ended.emit()
        else:
            self._start()

    def _start(self) -> None:
        words = self.field.text().strip()
        if words:
            self.begun.emit(words)
