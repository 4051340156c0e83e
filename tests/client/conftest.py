"""A client for each test, and the patience of tests."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bubo_desktop.client import EngineClient, EngineState, Patience

ROOT = Path(__file__).parents[2]
FAKE = ROOT / "tests" / "fakes" / "engine_process.py"
BRISK = {"ping_s": 0.1, "start_s": 60.0, "hang_s": 60.0, "cancel_s": 60.0, "shutdown_s": 0.3, "terminate_s": 0.3}


@pytest.fixture
def client_of(qtbot, monkeypatch) -> Iterator[Callable[..., EngineClient]]:
    """Starts a client of a misbehaving engine; whatever is left of it is ended after the test."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    clients: list[EngineClient] = []

    def start(mode: str, **patience: float) -> EngineClient:
        client = EngineClient([sys.executable, str(FAKE), mode], Patience(**{**BRISK, **patience}))
        clients.append(client)
        client.start(Path("any"))
        return client

    yield start
    for client in clients:
        client.stop()
        qtbot.waitUntil(lambda client=client: client.state is EngineState.stopped, timeout=10_000)
