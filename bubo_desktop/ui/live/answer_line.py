"""What is answered about the moving picture, and how old that is."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from bubo_desktop.state.live.scene import LiveAnswer
from bubo_desktop.state.live.standing import StandingQuestion
from bubo_desktop.ui.durations import in_seconds
from bubo_desktop.ui.plain_label import PlainLabel

TICK_MS = 200


class AnswerLine(QWidget):
    """The newest answer with its age.

    Signals:
        spoken_of(frozenset): these labels are what the answer speaks of.
        keep_requested: question, picture and sound of now are to be asked in the chat.
    """

    spoken_of = Signal(frozenset)
    keep_requested = Signal()

    def __init__(self, standing: StandingQuestion, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._standing = standing
        self._words = PlainLabel("live_answer")
        self._age = PlainLabel("live_age", wraps=False)
        self._keep = QPushButton(self.tr("Ask in the chat"))
        self._keep.setObjectName("quiet_button")
        self._keep.clicked.connect(self.keep_requested)
        self._tick = QTimer(self, interval=TICK_MS)
        self._tick.timeout.connect(self._show_age)
        below = QHBoxLayout()
        below.addWidget(self._age, 1)
        below.addWidget(self._keep)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._words)
        layout.addLayout(below)
        standing.answered.connect(self._take)
        self.clear()

    @property
    def words(self) -> str:
        """The answer."""
        return self._words.text()

    def clear(self) -> None:
        """Nothing is asked."""
        self._words.clear()
        self._tick.stop()
        self.hide()
        self.spoken_of.emit(frozenset())

    def wait(self) -> None:
        """The first answer is awaited."""
        self._words.setText(self.tr("Looking…"))
        self._age.clear()
        self._tick.start()
        self.show()

    def _take(self, answer: LiveAnswer) -> None:
        self._words.setText(answer.text)
        self._show_age()
        self.spoken_of.emit(frozenset(label for link in answer.links for label in link.labels))

    def _show_age(self) -> None:
        if self._standing.answer:
            self._age.setText(self.tr("{age} old").format(age=in_seconds(self._standing.age_s)))
