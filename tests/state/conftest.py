"""The state of a window on real files and a real child process."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bubo_desktop.client import EngineClient, EngineState, Patience
from bubo_desktop.state.background import Background
from bubo_desktop.state.conversation import Conversation
from bubo_desktop.state.draft import Draft
from bubo_desktop.state.estimates import Estimates
from bubo_desktop.state.history import History
from bubo_desktop.state.media import MediaStore
from bubo_desktop.state.records import Attachment, Chat, Exchange
from bubo_desktop.state.settings import SettingsFile
from tests.client.conftest import BRISK, ROOT

WAIT_MS = 60_000  # far beyond what any of it takes
FAKES = ROOT / "tests" / "fakes"


@dataclass
class Desk:
    """What a window would show, without the window."""

    client: EngineClient
    estimates: Estimates
    history: History
    media: MediaStore
    conversation: Conversation
    draft: Draft

    def kept(self, qtbot, chat: Chat) -> list[Exchange]:
        """What is on the disk of a chat, once everything is."""
        qtbot.waitUntil(lambda: not self.history._waiting, timeout=WAIT_MS)
        with qtbot.waitSignal(self.history.exchanges_loaded, timeout=WAIT_MS) as waited:
            self.history.load_exchanges(chat.id)
        return waited.args[1]

    def attached(self, qtbot, *paths: Path) -> tuple[Attachment, ...]:
        """The files, in the media folder."""
        n_before = len(self.draft.attachments)
        self.draft.add_files([str(path) for path in paths])
        qtbot.waitUntil(lambda: len(self.draft.attachments) == n_before + len(paths), timeout=WAIT_MS)
        return self.draft.attachments


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
def desk_of(qtbot, client_of, tmp_path) -> Iterator[Callable[..., Desk]]:
    """Lays out a desk with an engine of that kind, which has begun to start; it is cleared as a program ends."""
    desks: list[Desk] = []
    background = Background()

    def lay_out(mode: str, *, start: bool = True, **patience: float) -> Desk:
        client = client_of(mode, **patience)
        settings_file = SettingsFile(tmp_path / "settings.json")
        history = History(tmp_path / "chats.db")
        media = MediaStore(tmp_path / "media", background)
        estimates = Estimates(settings_file)
        conversation = Conversation(client, history, estimates, media)
        draft = Draft(media, client, estimates)
        desks.append(Desk(client, estimates, history, media, conversation, draft))
        if start:
            client.start(Path("any"))
        return desks[-1]

    yield lay_out
    for desk in desks:
        end(qtbot, desk.client)
        desk.history.close()
    background.close()


@pytest.fixture
def picture(tmp_path) -> Path:
    """A picture in which the fake eyes see a dog."""
    path = tmp_path / "garden.png"
    Image.fromarray(np.arange(16 * 16 * 3, dtype=np.uint8).reshape(16, 16, 3)).save(path)
    return path
