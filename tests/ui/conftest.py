"""A window's state on real files and a real child process, for the widgets that show it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PIL import Image
from PySide6.QtWidgets import QApplication

from bubo_desktop.state.workspace import Workspace
from bubo_desktop.ui.theme import LIGHT, apply_theme
from tests.state.conftest import WAIT_MS, client_of

__all__ = ["client_of"]


def pytest_itemcollected(item: pytest.Item) -> None:
    """A platform without a screen says with every window what it cannot do."""
    item.add_marker(pytest.mark.qt_log_ignore("This plugin does not support", extend=True))


@pytest.fixture
def workspace_of(qtbot, client_of, tmp_path) -> Iterator[Callable[..., Workspace]]:
    """Makes the state of a window, with an engine of that kind; it ends as the program does."""
    workspaces: list[Workspace] = []
    apply_theme(QApplication.instance(), LIGHT)

    def make(mode: str = "good", *, start: bool = False) -> Workspace:
        workspaces.append(Workspace(tmp_path, client_of(mode)))
        if start:
            workspaces[-1].begin()
        return workspaces[-1]

    yield make
    for workspace in workspaces:
        with qtbot.waitSignal(workspace.closed, timeout=WAIT_MS):
            workspace.close()


@pytest.fixture
def picture(tmp_path) -> Path:
    """A picture file."""
    path = tmp_path / "garden.png"
    Image.fromarray(np.arange(16 * 24 * 3, dtype=np.uint8).reshape(16, 24, 3)).save(path)
    return path


@pytest.fixture
def sound(tmp_path) -> Path:
    """A sound file of half a second."""
    path = tmp_path / "bell.wav"
    soundfile.write(path, np.sin(np.arange(8_000, dtype=np.float32)), 16_000)
    return path
