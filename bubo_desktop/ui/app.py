"""The composition root: opens the window at once, then everything behind it, and ends it all in order."""

from __future__ import annotations

import gc
import logging
import sys
from collections.abc import Sequence
from types import TracebackType

from PySide6.QtCore import QLibraryInfo, QLocale, QObject, Qt, QTranslator
from PySide6.QtWidgets import QApplication

from bubo_desktop.errors import BuboError
from bubo_desktop.paths import data_dir
from bubo_desktop.state.instance import Instance
from bubo_desktop.state.workspace import Workspace
from bubo_desktop.ui.icons import FOLDER
from bubo_desktop.ui.theme import DARK, LIGHT, apply_theme, prefers_dark
from bubo_desktop.ui.window import Window

TRANSLATIONS = str(FOLDER.parent / "translations")
_log = logging.getLogger(__name__)


def run(pack: str | None, *, cpu_only: bool, files: Sequence[str] = ()) -> int:
    """Shows the window until it is closed.

    Args:
        pack: id or folder; None for the one that was used last.
        cpu_only: computes on the CPU this time.
        files: pictures and sounds to begin with.

    Returns:
        An exit code: 0, also where a window that is open already came to the front instead.
    """
    application = QApplication(sys.argv[:1])
    application.setApplicationName("Bubo")
    application.setDesktopFileName("bubo-desktop")
    folder = data_dir()
    instance = Instance(folder)
    if not instance.acquire():
        return 0
    program = Program(application, Workspace(folder))
    instance.raise_requested.connect(program.raise_window)
    program.open(pack, cpu_only=cpu_only, files=files)
    return application.exec()


class Program(QObject):
    """The life of the window: its theme and language, and the order in which things begin and end.

    Attributes:
        workspace: what the window shows.
        window: the one that is open; another one in another language. None before `open`.
    """

    def __init__(self, application: QApplication, workspace: Workspace) -> None:
        super().__init__(application)
        self._application = application
        self.workspace = workspace
        self._translators: list[QTranslator] = []
        self.window: Window | None = None
        application.setQuitOnLastWindowClosed(False)  # the end is when everything is safe
        workspace.closed.connect(application.quit)
        application.styleHints().colorSchemeChanged.connect(self._dress)
        sys.excepthook = self._report

    def open(self, pack: str | None, *, cpu_only: bool, files: Sequence[str]) -> None:
        """Shows the window; the engine starts when it has been painted."""
        self._dress()
        self._translate()
        window = self._show_window()
        window.painted.connect(lambda: self._begin(pack, cpu_only=cpu_only, files=files))

    def raise_window(self) -> None:
        """Brings the window to the front, with its second start."""
        if self.window:
            self.window.setWindowState(self.window.windowState() & ~Qt.WindowState.WindowMinimized)
            self.window.raise_()
            self.window.activateWindow()

    def _begin(self, pack: str | None, *, cpu_only: bool, files: Sequence[str]) -> None:
        gc.freeze()
        gc.enable()
        self.workspace.begin(pack, cpu_only=cpu_only)
        if files:
            self.workspace.draft.add_files(files)

    def _show_window(self) -> Window:
        """Makes the window anew, as in another language: what it shows is state, and stays."""
        old, self.window = self.window, Window(self.workspace)
        self.window.closing.connect(self.workspace.close)
        self.window.theme_chosen.connect(self._change_theme)
        self.window.language_chosen.connect(self._change_language)
        self.window.show()
        if old:
            old.hide()
            old.deleteLater()
        return self.window

    def _dress(self, *_: object) -> None:
        theme = self.workspace.settings.values.theme
        is_dark = theme == "dark" or (theme == "system" and prefers_dark(self._application))
        apply_theme(self._application, DARK if is_dark else LIGHT)

    def _change_theme(self, theme: str) -> None:
        self.workspace.settings.change(theme=theme)
        self._dress()

    def _change_language(self, language: str) -> None:
        self.workspace.settings.change(language=language)
        self._translate()
        if self.window:
            self.window.remember()
            self._show_window().furnish()

    def _translate(self) -> None:
        """Installs the translations of the chosen language: the program's, and Qt's own for its dialogs."""
        for translator in self._translators:
            self._application.removeTranslator(translator)
        language = self.workspace.settings.values.language
        locale = QLocale.system() if language == "system" else QLocale(language)
        QLocale.setDefault(locale)  # of numbers and the names of months
        self._translators = []
        for name, path in (("bubo", TRANSLATIONS), ("qtbase", _qt_translations())):
            translator = QTranslator(self)
            if translator.load(locale, name, "_", path):
                self._application.installTranslator(translator)
                self._translators.append(translator)

    def _report(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """A mistake of the program's: in the log without its words, and said where the user looks."""
        sys.__excepthook__(kind, error, trace)
        _log.error("A mistake in the window", exc_info=(kind, error, trace))
        if self.window:
            message = self.tr("Something in the window went wrong.")
            hint = self.tr("Your chats are safe. If something looks wrong, close the window and open it again.")
            self.window.notices.show_problem(BuboError(message, hint))


def _qt_translations() -> str:
    return QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
