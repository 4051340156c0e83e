"""Another program, whose window offers the files named as arguments to whoever drags them out of it."""

from __future__ import annotations

import sys

from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QDrag, QMouseEvent
from PySide6.QtWidgets import QApplication, QLabel

PLACE_PX = (1180, 300, 80, 80)  # x, y, width and height of its window


class Source(QLabel):
    """A window to drag from."""

    def mousePressEvent(self, _event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Begins the drag."""
        files = QMimeData()
        files.setUrls([QUrl.fromLocalFile(path) for path in sys.argv[1:]])
        drag = QDrag(self)
        drag.setMimeData(files)
        drag.exec(Qt.DropAction.CopyAction)


if __name__ == "__main__":
    application = QApplication([])
    source = Source("files")
    source.setGeometry(*PLACE_PX)
    source.show()
    raise SystemExit(application.exec())
