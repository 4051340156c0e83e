"""The table of keys, and the sheet that shows it."""

import pytest
from PySide6.QtCore import QLocale, QPoint, Qt, QTranslator
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QFrame, QLabel, QLineEdit, QVBoxLayout, QWidget

from bubo_desktop.ui.app import TRANSLATIONS
from bubo_desktop.ui.shortcut_sheet import ShortcutSheet
from bubo_desktop.ui.shortcuts import SHORTCUTS
from tests.state.conftest import WAIT_MS


@pytest.fixture
def window(qtbot) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    QVBoxLayout(window).addWidget(QLineEdit())
    window.resize(720, 480)
    return window


def test_no_key_and_no_name_is_given_twice():
    keys = [QKeySequence(shortcut.keys) for shortcut in SHORTCUTS]
    assert all(not key.isEmpty() for key in keys)
    assert len({key.toString() for key in keys}) == len(keys)
    names = [shortcut.id for shortcut in SHORTCUTS if shortcut.id]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_sheet_shows_every_key_in_the_smallest_window(qapp, window, language):
    translator = QTranslator()
    translator.load(QLocale(language), "bubo", "_", TRANSLATIONS)
    qapp.installTranslator(translator)
    sheet = ShortcutSheet(window)
    qapp.removeTranslator(translator)
    window.show()
    sheet.toggle()
    shown = {label.text(): label for label in sheet.findChildren(QLabel)}
    assert {translator.translate("ShortcutSheet", it.description) or it.description for it in SHORTCUTS} <= set(shown)
    assert window.rect().contains(sheet.findChild(QFrame, "shortcut_panel").geometry())
    assert all(label.height() >= label.heightForWidth(label.width()) for label in shown.values())


@pytest.mark.parametrize("way", ["key", "again", "beside"])
def test_the_sheet_goes_away_and_gives_the_keyboard_back(qtbot, window, way):
    sheet = ShortcutSheet(window)
    window.show()
    words = window.findChild(QLineEdit)
    words.setFocus()
    qtbot.waitUntil(words.hasFocus, timeout=WAIT_MS)
    sheet.toggle()
    assert sheet.hasFocus()
    if way == "key":
        qtbot.keyClick(sheet, Qt.Key.Key_Escape)
    elif way == "again":
        sheet.toggle()
    else:
        qtbot.mouseClick(sheet, Qt.MouseButton.LeftButton, pos=QPoint(2, 2))
    assert sheet.isHidden()
    assert words.hasFocus()


def test_the_sheet_is_as_large_as_the_window(window):
    sheet = ShortcutSheet(window)
    window.show()
    sheet.toggle()
    window.resize(900, 600)
    assert sheet.size() == window.size()
