"""When which device was in use: the log, as the user reads it."""

from __future__ import annotations

from PySide6.QtCore import QDateTime, QLocale
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QTableWidget, QTableWidgetItem, QVBoxLayout, QWidget

from bubo_desktop.state.device_log import Use
from bubo_desktop.ui.plain_label import PlainLabel

SIZE_PX = (640, 420)


class DeviceLogDialog(QDialog):
    """A table, the newest use first.

    Args:
        uses: in the order in which they began.
    """

    def __init__(self, uses: tuple[Use, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("When devices were in use"))
        self.resize(*SIZE_PX)
        headers = [self.tr("Device"), self.tr("From"), self.tr("Until")]
        self.table = QTableWidget(len(uses), len(headers))
        self.table.setAccessibleName(self.windowTitle())
        self.table.setHorizontalHeaderLabels(headers)
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.verticalHeader().hide()
        for row, use in enumerate(reversed(uses)):
            until = _written(use.until.timestamp()) if use.until else self.tr("in use, or ended with the program")
            for column, words in enumerate((use.name, _written(use.since.timestamp()), until)):
                self.table.setItem(row, column, QTableWidgetItem(words))
        self.table.resizeColumnsToContents()
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(PlainLabel("log_words", self.tr("What was seen and heard is not in it, and nowhere else.")))
        layout.addWidget(self.table)
        layout.addWidget(buttons)


def _written(time_s: float) -> str:
    return QLocale().toString(QDateTime.fromSecsSinceEpoch(round(time_s)), QLocale.FormatType.ShortFormat)
