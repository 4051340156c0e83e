"""How loud it is, and whether it is too loud."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from bubo_desktop.capture.microphone import LOWEST_DBFS
from bubo_desktop.ui.theme import GRID_PX, Role

SIZE_PX = QSize(9 * GRID_PX, GRID_PX)
FALL_DB = 6.0  # between two blocks of sound: a bar that falls slowly can be read
WARNING_MS = 2000


class LevelMeter(QWidget):
    """A bar from `LOWEST_DBFS` to full scale, in another colour for a while after the device was overdriven."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Level"))
        self.setFixedSize(SIZE_PX)
        self._level_dbfs = LOWEST_DBFS
        self._warning = QTimer(self, interval=WARNING_MS, singleShot=True)
        self._warning.timeout.connect(self.update)

    @property
    def is_warning(self) -> bool:
        """Whether it was too loud just now."""
        return self._warning.isActive()

    @property
    def share(self) -> float:
        """How much of the bar is filled, 0..1."""
        return 1 - self._level_dbfs / LOWEST_DBFS

    def set_level(self, level_dbfs: float) -> None:
        """Rises at once to a peak, `LOWEST_DBFS`..0, and falls by steps."""
        self._level_dbfs = max(level_dbfs, self._level_dbfs - FALL_DB, LOWEST_DBFS)
        self.update()

    def warn(self) -> None:
        """The device was overdriven."""
        self._warning.start()
        self.update()

    def clear(self) -> None:
        """Falls to nothing at once."""
        self._level_dbfs = LOWEST_DBFS
        self._warning.stop()
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Paints the groove and the bar in it."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        groove, radius_px = QRectF(self.rect()), self.height() / 2
        painter.setBrush(self.palette().color(Role.Mid))
        painter.drawRoundedRect(groove, radius_px, radius_px)
        groove.setWidth(groove.width() * self.share)
        painter.setBrush(self.palette().color(Role.BrightText if self.is_warning else Role.Highlight))
        painter.drawRoundedRect(groove, min(radius_px, groove.width() / 2), radius_px)
