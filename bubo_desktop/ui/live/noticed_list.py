"""What was watched for and has been noticed: picture, words and time."""

from __future__ import annotations

from PySide6.QtCore import QLocale, QSize, Qt, QTime
from PySide6.QtGui import QIcon, QImage, QPixmap
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from bubo_desktop.data import Frame
from bubo_desktop.state.live.scene import Noticed

MOST = 50
PICTURE_PX = QSize(64, 48)
N_ROWS = 3  # that are seen at once


class NoticedList(QListWidget):
    """The newest first; hidden while there is nothing. Nothing of it is on the disk."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Noticed"))
        self.setObjectName("noticed")
        self.setIconSize(PICTURE_PX)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.hide()

    def add(self, noticed: Noticed) -> None:
        """Adds what has just been noticed."""
        time = QLocale().toString(QTime.currentTime(), "HH:mm:ss")
        item = QListWidgetItem(f"{time}  {', '.join(noticed.labels)}")
        if noticed.frame:
            item.setIcon(QIcon(QPixmap.fromImage(as_image(noticed.frame))))
        self.insertItem(0, item)
        while self.count() > MOST:
            self.takeItem(self.count() - 1)
        rows = min(self.count(), N_ROWS)
        self.setFixedHeight(rows * self.sizeHintForRow(0) + 2 * self.frameWidth())
        self.show()


def as_image(frame: Frame) -> QImage:
    """A frame as a picture of its own."""
    row_bytes = 3 * frame.width_px
    image = QImage(frame.rgb, frame.width_px, frame.height_px, row_bytes, QImage.Format.Format_RGB888)
    return image.copy()
