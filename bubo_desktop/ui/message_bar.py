"""A slim bar that says one thing and offers what can be done about it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from bubo_desktop.ui.announcement import announce
from bubo_desktop.ui.icon_label import IconLabel
from bubo_desktop.ui.icons import IconButton
from bubo_desktop.ui.plain_label import PlainLabel
from bubo_desktop.ui.theme import GRID_PX, Role

_NARROW_PX = 640


class Action(NamedTuple):
    """Something that can be done: the words on its button, and what they do."""

    label: str
    run: Callable[[], object]


class MessageBar(QFrame):
    """An icon, a sentence, a second one that says what to do, buttons, and a way to close it. Hidden until it speaks.

    Signals:
        closed: it was dismissed, or one of its actions was taken.
    """

    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("message_bar")
        self._symbol = IconLabel("warning", Role.BrightText)
        self._sentence = PlainLabel("message_sentence")
        self._hint = PlainLabel("message_hint")
        self._body = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._actions = QHBoxLayout()
        self._close = IconButton("close", self.tr("Dismiss"))
        self._close.clicked.connect(self.dismiss)
        self._arrange()
        self.hide()

    @property
    def sentence(self) -> str:
        """What it says."""
        return self._sentence.text()

    def say(
        self,
        sentence: str,
        hint: str = "",
        *,
        actions: Sequence[Action] = (),
        warns: bool = False,
        closable: bool = True,
    ) -> None:
        """Shows this, and says it to those who cannot see it."""
        self._sentence.setText(sentence)
        self._hint.setText(hint)
        self._hint.setVisible(bool(hint))
        self._close.setVisible(closable)
        self._symbol.setVisible(warns)
        self._set_actions(actions)
        self.show()
        announce(self, f"{sentence} {hint}".strip())

    def dismiss(self) -> None:
        """Puts it away."""
        self.hide()
        self.closed.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Where there is little room for both, more than one action stands below the words."""
        super().resizeEvent(event)
        is_narrow = self.width() < _NARROW_PX and self._actions.count() > 1
        self._body.setDirection(QBoxLayout.Direction.TopToBottom if is_narrow else QBoxLayout.Direction.LeftToRight)

    def _arrange(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self._sentence)
        words.addWidget(self._hint)
        self._body.addLayout(words, 1)
        self._body.addLayout(self._actions)
        self._body.setAlignment(self._actions, Qt.AlignmentFlag.AlignLeft)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(GRID_PX * 3 // 2, GRID_PX // 2, GRID_PX // 2, GRID_PX // 2)
        layout.addWidget(self._symbol)
        layout.addLayout(self._body, 1)
        layout.addWidget(self._close)

    def _set_actions(self, actions: Sequence[Action]) -> None:
        while item := self._actions.takeAt(0):
            if button := item.widget():
                button.hide()
                button.deleteLater()
        for action in actions:
            button = QPushButton(action.label)
            button.setObjectName("quiet_button")
            button.clicked.connect(lambda _checked, run=action.run: self._take(run))
            self._actions.addWidget(button)

    def _take(self, run: Callable[[], object]) -> None:
        self.dismiss()
        run()
