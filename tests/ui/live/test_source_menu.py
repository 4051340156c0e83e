"""The menu of what can be looked at, without a camera."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QAction

from bubo_desktop.ui.live.source_menu import SourceMenu


@pytest.fixture
def state(workspace_of):
    return workspace_of()


@pytest.fixture
def menu(qtbot, state) -> SourceMenu:
    menu = SourceMenu(state.settings)
    qtbot.addWidget(menu)
    menu.rate_chosen.connect(state.live.set_rate)
    menu.aboutToShow.emit()
    return menu


def rates(menu: SourceMenu) -> list[QAction]:
    [offered] = [each for each in menu.actions() if each.text() == "How often to look"]
    return offered.menu().actions()


def test_how_often_to_look_is_chosen_and_remembered(menu, state):
    assert [each.text() for each in rates(menu) if each.isChecked()] == ["6 times a second"]
    next(each for each in rates(menu) if each.text() == "2 times a second").trigger()
    assert (state.live.looking.rate_per_s, state.settings.values.live_rate_per_s) == (2.0, 2.0)
    menu.aboutToShow.emit()
    assert [each.text() for each in rates(menu) if each.isChecked()] == ["2 times a second"]


def test_screens_can_be_looked_at_and_taken(qtbot, menu):
    first = next(each for each in menu.actions() if each.text() == "Look at the screen")
    screen = menu.actions()[menu.actions().index(first) + 1]
    with qtbot.waitSignal(menu.screen_chosen) as chosen:
        screen.trigger()
    assert chosen.args[0].startswith("screen:")
