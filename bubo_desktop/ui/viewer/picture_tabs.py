"""Several pictures, one of them shown: small ones to choose from."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QHBoxLayout, QWidget

from bubo_desktop.errors import BuboError
from bubo_desktop.state.background import Background, Task
from bubo_desktop.ui.theme import GRID_PX, Role, small
from bubo_desktop.ui.thumbnails import draw_picture, read_thumbnail
from bubo_desktop.ui.tool_tips import plain_tip

SIZE_PX = QSize(56, 44)
RADIUS_PX = 6
NUMBER_PX = 16


class PictureTab(QAbstractButton):
    """A picture in small with its number; checked while it is the one that is shown."""

    def __init__(self, number: int, description: str) -> None:
        super().__init__()
        self._thumbnail: QImage | None = None
        self.setText(str(number))
        self.setCheckable(True)
        self.setFixedSize(SIZE_PX)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(description)
        self.setToolTip(plain_tip(description))

    def show_thumbnail(self, thumbnail: QImage) -> None:
        """Shows the picture, once it was read."""
        self._thumbnail = thumbnail
        self.update()

    def leave_empty(self, _error: BuboError) -> None:
        """The picture cannot be read; why is said where it would be shown large."""

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draws the picture, its number in a corner, and a frame around the one that is shown."""
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        area = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        if self._thumbnail:
            draw_picture(painter, area, self._thumbnail, RADIUS_PX)
        stands_out = self.isChecked() or self.hasFocus()
        painter.setPen(QPen(self.palette().color(Role.Highlight if stands_out else Role.Mid), 2 if stands_out else 1))
        painter.drawRoundedRect(area, RADIUS_PX, RADIUS_PX)
        self._paint_number(painter, QRectF(area.left() + 3, area.bottom() - NUMBER_PX - 3, NUMBER_PX, NUMBER_PX))

    def _paint_number(self, painter: QPainter, area: QRectF) -> None:
        painter.setFont(small(self.font()))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.palette().color(Role.Highlight if self.isChecked() else Role.Base))
        painter.drawRoundedRect(area, RADIUS_PX - 2, RADIUS_PX - 2)
        painter.setPen(self.palette().color(Role.HighlightedText if self.isChecked() else Role.Text))
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, self.text())


class PictureTabs(QWidget):
    """A tab for each picture; hidden where there is but one.

    Signals:
        chosen(int): the number of the picture to show, from 0.
    """

    chosen = Signal(int)

    def __init__(self, background: Background, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._background = background
        self._reading: list[Task] = []
        self._tabs = QButtonGroup(self)
        self._tabs.idClicked.connect(self.chosen)
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(GRID_PX)
        self._layout.addStretch(1)
        self.hide()

    @property
    def tabs(self) -> list[QAbstractButton]:
        """From left to right."""
        return self._tabs.buttons()

    def set_pictures(self, pictures: Sequence[tuple[str, Path]]) -> None:
        """Shows pictures by their names and files."""
        for task in self._reading:
            task.abandon()
        self._reading = []
        for tab in self._tabs.buttons():
            self._tabs.removeButton(tab)
            tab.deleteLater()
        if len(pictures) > 1:
            for number, (name, path) in enumerate(pictures):
                self._add(number, self.tr("Picture {} of {}: {}").format(number + 1, len(pictures), name), path)
        self.setVisible(len(pictures) > 1)

    def set_current(self, number: int) -> None:
        """Marks the picture that is shown."""
        tab = self._tabs.button(number)
        if tab is not None:
            tab.setChecked(True)

    def _add(self, number: int, description: str, path: Path) -> None:
        tab = PictureTab(number + 1, description)
        self._tabs.addButton(tab, number)
        self._layout.insertWidget(number, tab)
        work = partial(read_thumbnail, path, SIZE_PX * self.devicePixelRatioF())
        self._reading.append(self._background.run(work, tab.show_thumbnail, tab.leave_empty))
