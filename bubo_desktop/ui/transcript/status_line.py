"""The line below an answer: where the engine is with it, then what it took."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QSizePolicy, QWidget

from bubo_desktop.data import STAGES, Answer, Stage
from bubo_desktop.state.estimates import StageProgress
from bubo_desktop.state.records import Exchange
from bubo_desktop.ui.durations import in_seconds
from bubo_desktop.ui.plain_label import PlainLabel
from bubo_desktop.ui.theme import GRID_PX

WORTH_SAYING_S = 1.0  # of what is left
WORTH_SAYING_MS = 0.5  # of what was waited for: less was not done but remembered
BAR_PX = QSize(8 * GRID_PX, GRID_PX // 2)
STEPS = 1000
BETWEEN = " · "


class StatusLine(QWidget):
    """One line, always there: a thin bar and words while an answer comes, facts in numbers afterwards."""

    def __init__(self, exchange: Exchange, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bar = QProgressBar(textVisible=False, maximum=STEPS)
        self._bar.setObjectName("thin_bar")
        self._bar.setAccessibleName(self.tr("Progress of the answer"))
        self._bar.setFixedSize(BAR_PX)
        self._words = ShortenedLabel()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID_PX)
        layout.addWidget(self._bar)
        layout.addWidget(self._words, 1)
        self.set_exchange(exchange)

    @property
    def words(self) -> str:
        """What it says."""
        return self._words.text()

    def set_exchange(self, exchange: Exchange) -> None:
        """Shows what the exchange's state calls for."""
        self._bar.setVisible(exchange.is_open)
        self._words.setToolTip("" if exchange.is_open else self._every_stage(exchange.answer))
        match exchange.status:
            case "waiting":
                self._bar.setValue(0)
                self._words.setText(self.tr("Waiting for the engine"))
            case "done":
                self._words.setText(BETWEEN.join(self._facts(exchange.answer)))
            case "stopped" if exchange.failure is None:
                has_text = bool(exchange.answer.answer)
                kept = self.tr("Stopped. What was answered is kept.") if has_text else self.tr("Stopped.")
                self._words.setText(kept)
            case "stopped" | "failed":
                self._words.clear()

    def set_progress(self, progress: StageProgress) -> None:
        """Shows where the engine is."""
        self._bar.setValue(round(progress.fraction * STEPS))
        said = (self._doing(progress.stage), self._time_left(progress.remaining_s))
        self._words.setText(BETWEEN.join(filter(None, said)))

    def _doing(self, stage: Stage) -> str:
        return {
            "load": self.tr("Waking up"),
            "see": self.tr("Looking at the picture"),
            "hear": self.tr("Listening to the sound"),
            "prefill": self.tr("Reading the question"),
            "first_token": self.tr("Looking for words"),
            "generate": self.tr("Answering"),
            "tag": self.tr("Naming what is there"),
            "locate": self.tr("Finding where things are"),
            "link": self.tr("Connecting words and things"),
            "segment": self.tr("Outlining things"),
        }[stage]

    def _time_left(self, remaining_s: float | None) -> str:
        if remaining_s is None or remaining_s <= WORTH_SAYING_S:
            return ""
        if remaining_s < 90:
            return self.tr("about {n} s left").format(n=round(remaining_s))
        return self.tr("about {n} min left").format(n=round(remaining_s / 60))

    def _facts(self, answer: Answer) -> Iterator[str]:
        """What one had to wait for, and how fast it was written."""
        times_ms = {stage: ms for stage, ms in answer.timings_ms.items() if ms >= WORTH_SAYING_MS}
        if "see" in times_ms:
            yield self.tr("seen {time}").format(time=self._time(times_ms["see"]))
        if "hear" in times_ms:
            yield self.tr("heard {time}").format(time=self._time(times_ms["hear"]))
        # The pack was loaded before the question, and the first token is part of generating.
        if answered_ms := sum(ms for stage, ms in times_ms.items() if stage not in {"load", "first_token"}):
            yield self.tr("answered {time}").format(time=self._time(answered_ms))
        if answer.tokens.generated and times_ms.get("generate"):
            yield self.tr("{n} tok/s").format(n=round(1000 * answer.tokens.generated / times_ms["generate"]))

    def _every_stage(self, answer: Answer) -> str:
        """Each stage that ran, one a line."""
        ran: list[Stage] = [stage for stage in STAGES if stage in answer.timings_ms]
        return "\n".join(f"{self._doing(stage)}: {self._time(answer.timings_ms[stage])}" for stage in ran)

    def _time(self, milliseconds: float) -> str:
        if milliseconds < 100:
            return self.tr("{n} ms").format(n=round(milliseconds))
        return in_seconds(milliseconds / 1000)


class ShortenedLabel(PlainLabel):
    """One line of plain text: where there is no room for all of it, its last parts are left out."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("status_words", wraps=False, parent=parent)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802 - Qt's name
        """Paints what fits."""
        painter = QPainter(self)
        parts = self.text().split(BETWEEN)
        while len(parts) > 1 and self.fontMetrics().horizontalAdvance(BETWEEN.join(parts)) > self.width():
            parts.pop()
        fitting = self.fontMetrics().elidedText(BETWEEN.join(parts), Qt.TextElideMode.ElideRight, self.width())
        self.style().drawItemText(
            painter,
            self.rect(),
            int(Qt.AlignmentFlag.AlignVCenter),
            self.palette(),
            self.isEnabled(),
            fitting,
            self.foregroundRole(),
        )
