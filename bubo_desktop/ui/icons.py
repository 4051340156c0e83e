"""The drawn icons, in the colour of the text around them."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray, QEvent, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPaintEvent, QPalette, QPixmap, QPixmapCache
from PySide6.QtWidgets import QToolButton, QWidget

from bubo_desktop.ui.tool_tips import plain_tip

FOLDER = Path(__file__).parents[1] / "resources" / "icons"
SIZE_PX = 20
_SCALES = (1, 2, 3)


def icon(name: str, colour: QColor, size_px: int = SIZE_PX) -> QIcon:
    """The icon `resources/icons/<name>.svg` drawn in one colour, sharp at this size on every screen.

    It is drawn once and then remembered, so that what paints itself can ask for it each time.

    Raises:
        FileNotFoundError: there is no icon of this name.
    """
    drawn = QIcon()
    for scale in _SCALES:
        drawn.addPixmap(_pixmap(name, colour, size_px * scale))
    return drawn


def _pixmap(name: str, colour: QColor, side_px: int) -> QPixmap:
    key = f"{name} {colour.name()} {side_px}"
    pixmap = QPixmap()
    if not QPixmapCache.find(key, pixmap):
        pixmap = _drawn(name, colour, side_px)
        QPixmapCache.insert(key, pixmap)
    return pixmap


def _drawn(name: str, colour: QColor, side_px: int) -> QPixmap:
    from PySide6.QtSvg import QSvgRenderer  # not before the first icon is wanted

    source = (FOLDER / f"{name}.svg").read_text(encoding="utf-8")
    pixmap = QPixmap(side_px, side_px)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    QSvgRenderer(QByteArray(source.replace("currentColor", colour.name()).encode())).render(painter)
    painter.end()
    return pixmap


class IconButton(QToolButton):
    """A button that is an icon: named for a screen reader, with its name and key as a tip, and right in every theme."""

    def __init__(self, name: str, label: str, shortcut: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self.set_label(label, shortcut)
        self.setIconSize(QSize(SIZE_PX, SIZE_PX))
        self.setAutoRaise(True)
        self._is_drawn = False

    def set_label(self, label: str, shortcut: str = "") -> None:
        """Names what it does."""
        self.setAccessibleName(label)
        self.setToolTip(plain_tip(f"{label} ({shortcut})" if shortcut else label))

    def set_icon(self, name: str) -> None:
        """Shows another icon."""
        self._name = name
        self._redraw()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Draws the icon anew in another theme's colours."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            self._redraw()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draws the icon when it is first seen: most buttons of a long chat never are."""
        if not self._is_drawn:
            self._is_drawn = True
            colour = self.palette().color(QPalette.ColorGroup.Active, QPalette.ColorRole.ButtonText)
            self.setIcon(icon(self._name, colour))  # Qt greys it itself where the button is disabled
        super().paintEvent(event)

    def _redraw(self) -> None:
        self._is_drawn = False
        self.update()
