"""The picture with what was found in it, for use elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QObject, Signal
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog, QWidget

from bubo_desktop.data import PictureFindings
from bubo_desktop.errors import BuboError
from bubo_desktop.state.background import Background

ChoosePath = Callable[[QWidget, str], str]
"""Asks where to write, given the window and a proposed name; empty where nothing is to be written."""


class Export(QObject):
    """Draws the annotated picture in a background thread, and writes or copies it.

    Signals:
        noticed(str): what was done, in a sentence.
        problem(BuboError): why it was not.
    """

    noticed = Signal(str)
    problem = Signal(BuboError)

    def __init__(self, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background = background

    def save(self, source: Path, findings: PictureFindings, target: Path) -> None:
        """Writes the picture, in the format of the target's ending."""

        def write() -> Path:
            from bubo_desktop.overlay import write_annotated

            write_annotated(source, findings, target)
            return target

        self._background.run(write, self._tell_saved, self.problem.emit)

    def copy(self, source: Path, findings: PictureFindings) -> None:
        """Puts the picture on the clipboard."""

        def draw() -> QImage:
            from bubo_desktop.overlay import annotate
            from bubo_desktop.pictures import read_pixels

            drawn = annotate(read_pixels(source), findings)
            image = QImage(drawn.tobytes(), drawn.width, drawn.height, 3 * drawn.width, QImage.Format.Format_RGB888)
            return image.convertToFormat(QImage.Format.Format_RGB32)

        self._background.run(draw, self._put_on_clipboard, self.problem.emit)

    def _tell_saved(self, target: Path) -> None:
        self.noticed.emit(self.tr("Saved as {}.").format(target.name))

    def _put_on_clipboard(self, image: QImage) -> None:
        QGuiApplication.clipboard().setImage(image)
        self.noticed.emit(self.tr("The picture is on the clipboard."))


def choose_save_path(window: QWidget, proposal: str) -> str:
    """Asks the user in the desktop's own dialog."""
    title = QCoreApplication.translate("Export", "Save picture")
    pictures = QCoreApplication.translate("Export", "Pictures (*.png *.jpg *.webp)")
    path, _ = QFileDialog.getSaveFileName(window, title, proposal, pictures)
    return path
