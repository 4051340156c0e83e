"""The buttons below the picture."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from bubo_desktop.ui.icons import IconButton


class Controls(QWidget):
    """What is drawn over the picture, how large it is seen, and what can be kept of it.

    Signals:
        shown_changed: masks or boxes were switched on or off.
        zoom_in_requested, zoom_out_requested, fit_requested, copy_requested, save_requested: as they say.
    """

    shown_changed = Signal()
    zoom_in_requested = Signal()
    zoom_out_requested = Signal()
    fit_requested = Signal()
    copy_requested = Signal()
    save_requested = Signal()

    def __init__(self, *, shows_masks: bool, shows_boxes: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._masks = self._toggle("masks", self.tr("Masks"), "M", is_on=shows_masks)
        self._boxes = self._toggle("boxes", self.tr("Boxes"), "B", is_on=shows_boxes)
        self.setFocusProxy(self._masks)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._masks)
        layout.addWidget(self._boxes)
        layout.addStretch(1)
        for name, label, shortcut, signal in (
            ("zoom-out", self.tr("Zoom out"), "-", self.zoom_out_requested),
            ("fit", self.tr("Fit"), "0", self.fit_requested),
            ("zoom-in", self.tr("Zoom in"), "+", self.zoom_in_requested),
            ("copy", self.tr("Copy picture"), "Ctrl+C", self.copy_requested),
            ("save", self.tr("Save picture..."), "Ctrl+S", self.save_requested),
        ):
            button = IconButton(name, label, shortcut)
            button.clicked.connect(signal)
            layout.addWidget(button)

    @property
    def shows_masks(self) -> bool:
        """Whether masks are switched on."""
        return self._masks.isChecked()

    @property
    def shows_boxes(self) -> bool:
        """Whether boxes are switched on."""
        return self._boxes.isChecked()

    def toggle_masks(self) -> None:
        """Switches masks on or off."""
        self._masks.toggle()

    def toggle_boxes(self) -> None:
        """Switches boxes on or off."""
        self._boxes.toggle()

    def _toggle(self, name: str, label: str, shortcut: str, *, is_on: bool) -> IconButton:
        button = IconButton(name, label, shortcut)
        button.setCheckable(True)
        button.setChecked(is_on)
        button.toggled.connect(self.shown_changed)
        return button
