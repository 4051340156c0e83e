"""The state of a window on real files and a real child process."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PIL import Image

from bubo_desktop.client import EngineClient, EngineState, Patience
from bubo_desktop.state.records import Attachment, Chat, Exchange
from bubo_desktop.state.workspace import Workspace
from tests.client.conftest import BRISK, ROOT

WAIT_MS = 60_000  # far beyond what any of it takes
FAKES = ROOT / "tests" / "fakes"


def kept(qtbot, workspace: Workspace, chat: Chat) -> list[Exchange]:
    """What is on the disk of a chat, once everything is."""
    history = workspace.history
    qtbot.waitUntil(lambda: not history._waiting, timeout=WAIT_MS)
    with qtbot.waitSignal(history.exchanges_loaded, timeout=WAIT_MS) as waited:
        history.load_exchanges(chat.id)
    return waited.args[1]


def attach(qtbot, workspace: Workspace, *paths: Path) -> tuple[Attachment, ...]:
    """Attaches files to the draft, and returns all that are."""
    n_before = len(workspace.draft.attachments)
    workspace.draft.add_files([str(path) for path in paths])
    qtbot.waitUntil(lambda: len(workspace.draft.attachments) == n_before + len(paths), timeout=WAIT_MS)
    return workspace.draft.attachments


@pytest.fixture
def client_of(qtbot, monkeypatch) -> Iterator[Callable[..., EngineClient]]:
    """Makes a client of a misbehaving engine, or of the real one with fake parts; none runs after the test."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    clients: list[EngineClient] = []

    def make(mode: str, **patience: float) -> EngineClient:
        fake = [str(FAKES / "server_process.py")] if mode == "real" else [str(FAKES / "engine_process.py"), mode]
        clients.append(EngineClient([sys.executable, *fake], Patience(**{**BRISK, **patience})))
        return clients[-1]

    yield make
    for client in clients:
        end(qtbot, client)


def end(qtbot, client: EngineClient) -> None:
    """Stops an engine and waits until it has."""
    client.stop()
    qtbot.waitUntil(lambda: client.state is EngineState.stopped, timeout=WAIT_MS)


@pytest.fixture
def workspace_of(qtbot, client_of, tmp_path) -> Iterator[Callable[..., Workspace]]:
    """Makes the state of a window, with an engine of that kind; it ends as the program does."""
    workspaces: list[Workspace] = []

    def make(mode: str = "good", *, start: bool = False, **patience: float) -> Workspace:
        workspaces.append(Workspace(tmp_path, client_of(mode, **patience)))
        if start:
            workspaces[-1].begin()
        return workspaces[-1]

    yield make
    for workspace in workspaces:
        with qtbot.waitSignal(workspace.closed, timeout=WAIT_MS):
            workspace.close()


@pytest.fixture
def picture(tmp_path) -> Path:
    """A picture file, in which the fake eyes see a dog."""
    path = tmp_path / "garden.png"
    Image.fromarray(np.arange(16 * 24 * 3, dtype=np.uint8).reshape(16, 24, 3)).save(path)
    return path


@pytest.fixture
def sound(tmp_path) -> Path:
    """A sound file of half a second."""
    path = tmp_path / "bell.wav"
    soundfile.write(path, np.sin(np.arange(8_000, dtype=np.float32)), 16_000)
    return path
