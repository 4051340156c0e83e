"""What every test of widgets has: the state of a window on real files and a real child process, and the light theme."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QCursor

from bubo_desktop.ui.theme import LIGHT, apply_theme
from tests.state.conftest import client_of, picture, sound, workspace_of

__all__ = ["client_of", "picture", "sound", "workspace_of"]


def pytest_itemcollected(item: pytest.Item) -> None:
    """A platform without a screen says with every window what it cannot do."""
    item.add_marker(pytest.mark.qt_log_ignore("This plugin does not support", extend=True))


@pytest.fixture(autouse=True)
def _light_and_nothing_under_the_pointer(qapp) -> None:
    """What one test leaves is no other's: neither the theme nor the place of the mouse."""
    apply_theme(qapp, LIGHT)
    QCursor.setPos(qapp.primaryScreen().geometry().bottomRight())
