"""What can be chosen for the whole program: the pack, what computes it, the theme, the language."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from bubo_desktop.packs.catalog import list_packs
from bubo_desktop.state.assistant import Assistant
from bubo_desktop.state.settings import SettingsFile
from bubo_desktop.ui.shortcuts import keys_of

Choice = tuple[str, str]  # what is meant, and how it is called


class EngineMenu(QMenu):
    """Made anew each time it is shown, so that it holds what is true then. What answers, it changes itself.

    Signals:
        pack_folder_requested: a pack in another folder is to be chosen.
        theme_chosen(str), language_chosen(str), masks_chosen(str): as the settings name them.
        shortcuts_requested: the keys are to be shown.
    """

    pack_folder_requested = Signal()
    theme_chosen = Signal(str)
    language_chosen = Signal(str)
    masks_chosen = Signal(str)
    shortcuts_requested = Signal()

    def __init__(self, assistant: Assistant, settings_file: SettingsFile, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._assistant = assistant
        self._settings_file = settings_file
        self.aboutToShow.connect(self._fill)

    def _fill(self) -> None:
        self.clear()
        self._add_packs()
        values = self._settings_file.values
        cpu_only = self.addAction(self.tr("Compute on the CPU only"))
        cpu_only.setCheckable(True)
        cpu_only.setChecked(values.cpu_only)
        cpu_only.triggered.connect(self._assistant.use_cpu_only)
        _add_choice(self.addMenu(self.tr("Outline objects")), self._masks(), values.masks, self.masks_chosen.emit)
        self.addSeparator()
        _add_choice(self.addMenu(self.tr("Theme")), self._themes(), values.theme, self.theme_chosen.emit)
        _add_choice(self.addMenu(self.tr("Language")), self._languages(), values.language, self.language_chosen.emit)
        self.addSeparator()
        # The key is only shown: the window has bound it, and Qt obeys no key that is bound twice.
        shortcuts = self.addAction(self.tr("Keyboard shortcuts") + "\t" + keys_of("shortcuts"))
        shortcuts.triggered.connect(self.shortcuts_requested)

    def _add_packs(self) -> None:
        self.addAction(self.tr("Packs on this computer")).setEnabled(False)
        packs = {manifest.id: manifest.name for _folder, manifest in list_packs()}
        used = self._assistant.manifest
        _add_choice(self, tuple(packs.items()), used.id if used else "", self._assistant.use_pack)
        self.addAction(self.tr("Use a pack folder…")).triggered.connect(self.pack_folder_requested)
        self.addSeparator()

    def _themes(self) -> Sequence[Choice]:
        return ("system", self.tr("As the system")), ("light", self.tr("Light")), ("dark", self.tr("Dark"))

    def _masks(self) -> Sequence[Choice]:
        return (
            ("at_once", self.tr("With every answer")),
            ("sparing", self.tr("With every answer, on battery when pointed at")),
            ("when_pointed_at", self.tr("When pointed at")),
        )

    def _languages(self) -> Sequence[Choice]:
        return ("system", self.tr("As the system")), ("en", "English"), ("es", "Español")


def _add_choice(menu: QMenu, choices: Sequence[Choice], chosen: str, choose: Callable[[str], None]) -> None:
    """Adds one line for each choice, of which one holds."""
    group = QActionGroup(menu)
    for value, name in choices:
        action = QAction(name, group)
        action.setCheckable(True)
        action.setChecked(value == chosen)
        action.triggered.connect(lambda _checked, value=value: choose(value))
        menu.addAction(action)
