"""The engine's condition as the user is told of it, with real child processes."""

import os
import shutil
import signal
from pathlib import Path

import pytest

from bubo_desktop.client import EngineClient
from bubo_desktop.paths import packs_dirs
from bubo_desktop.protocol import Loading
from bubo_desktop.state import assistant as assistant_module
from bubo_desktop.state.assistant import Assistant
from bubo_desktop.state.settings import SettingsFile
from bubo_desktop.state.workspace import Workspace
from tests.client.conftest import ROOT
from tests.state.conftest import WAIT_MS

NANO = ROOT / "models" / "nano"


@pytest.fixture
def workspace(workspace_of) -> Workspace:
    """The state of a window whose engine starts well, and has not been started."""
    return workspace_of()


@pytest.fixture
def assistant(workspace) -> Assistant:
    return workspace.assistant


@pytest.fixture
def client(workspace) -> EngineClient:
    return workspace.client


def wait_for(qtbot, assistant, state: str) -> None:
    qtbot.waitUntil(lambda: assistant.condition.state == state, timeout=WAIT_MS)


def states_of(assistant) -> list[str]:
    states: list[str] = []
    assistant.condition_changed.connect(lambda: states.append(assistant.condition.state))
    return states


def copy_of_nano(folder: Path, name: str) -> Path:
    """Another pack, as far as its manifest goes; fake engines read no more."""
    folder.mkdir()
    text = (NANO / "pack.json").read_text(encoding="utf-8")
    (folder / "pack.json").write_text(text.replace('"name": "Nano"', f'"name": "{name}"'), encoding="utf-8")
    return folder


def test_the_pack_is_known_before_anything_starts(assistant):
    assert assistant.condition.state == "stopped"
    assert assistant.manifest.name == "Nano"
    assert (assistant.pack_dir / assistant.manifest.self_test[0].image).is_file()


def test_it_loads_and_is_ready(qtbot, workspace_of):
    assistant = workspace_of("real").assistant
    states = states_of(assistant)
    assistant.start()
    wait_for(qtbot, assistant, "ready")
    assert states[0] == "loading"
    assert assistant.condition.device == "a fake"
    assert "A note of the language part." in assistant.condition.notes


def test_a_killed_engine_is_said_to_start_again_and_does(qtbot, assistant, client):
    assistant.start()
    wait_for(qtbot, assistant, "ready")
    os.kill(client.pid, signal.SIGKILL)
    wait_for(qtbot, assistant, "restarting")
    assert "memory" in assistant.condition.message
    assert "what was answered are kept" in assistant.condition.message
    wait_for(qtbot, assistant, "ready")
    assert not assistant.condition.message


def test_an_engine_that_cannot_be_had_says_why_and_is_tried_again_on_request(qtbot, workspace_of):
    assistant = workspace_of("bad_pack").assistant
    assistant.start()
    wait_for(qtbot, assistant, "unavailable")
    assert (assistant.condition.message, assistant.condition.hint) == ("The pack is damaged.", "Install it again.")
    states = states_of(assistant)
    assistant.retry()
    qtbot.waitUntil(lambda: states[:1] == ["loading"] and states[-1] == "unavailable", timeout=WAIT_MS)


def test_without_a_pack_the_user_is_told_what_to_do(qtbot, assistant):
    assistant.start("nowhere")
    assert assistant.condition.state == "no_pack"
    assert "nowhere" in assistant.condition.message
    assert assistant.condition.hint
    assert assistant.manifest is None
    assistant.use_pack("nano")
    wait_for(qtbot, assistant, "ready")
    assert assistant.manifest.name == "Nano"


def test_a_damaged_pack_is_told_of(assistant):
    damaged = packs_dirs()[0] / "damaged"
    damaged.mkdir(parents=True)
    (damaged / "pack.json").write_text("{", encoding="utf-8")
    assistant.start("damaged")
    shutil.rmtree(damaged)
    assert assistant.condition.state == "no_pack"
    assert assistant.condition.hint == "Install the pack again."


def test_another_pack_takes_over_and_is_remembered(qtbot, assistant, client, tmp_path):
    assistant.start()
    wait_for(qtbot, assistant, "ready")
    first_pid = client.pid
    other = copy_of_nano(tmp_path / "other", "Other")
    assistant.use_pack(str(other))
    assert (assistant.condition.state, assistant.condition.pack_name) == ("loading", "Other")
    qtbot.waitUntil(lambda: client.pid not in {0, first_pid}, timeout=WAIT_MS)
    wait_for(qtbot, assistant, "ready")
    assert assistant.manifest.name == "Other"
    assert SettingsFile(tmp_path / "settings.json").values.pack == str(other)


def test_a_folder_without_a_pack_changes_nothing(qtbot, assistant, client, tmp_path):
    assistant.start()
    wait_for(qtbot, assistant, "ready")
    pid = client.pid
    with qtbot.waitSignal(assistant.refused, timeout=WAIT_MS):
        assistant.use_pack(str(tmp_path))
    assert assistant.condition.state == "ready"
    assert client.pid == pid
    assert assistant.manifest.name == "Nano"


def test_graphics_devices_are_left_alone_on_request(qtbot, assistant, client, tmp_path):
    started = []
    start = client.start
    client.start = lambda folder, layers: (started.append(layers), start(folder, layers))
    assistant.start()
    assistant.use_cpu_only(True)
    qtbot.waitUntil(lambda: len(started) == 2, timeout=WAIT_MS)
    assert started == [-1, 0]
    assert SettingsFile(tmp_path / "settings.json").values.cpu_only


def test_stopping_is_the_last_word(qtbot, assistant, client):
    assistant.start()
    assistant.retry()
    assistant.stop()
    wait_for(qtbot, assistant, "stopped")
    assert client.pid == 0


def test_who_waits_long_for_the_tuning_is_told_what_for(assistant, client, monkeypatch):
    client.loading.emit(Loading(part="tuning", fraction=0.1))
    assert (assistant.condition.is_tuning, assistant.condition.message) == (True, "")  # it may be over in a moment
    monkeypatch.setattr(assistant_module, "NOTICED_MS", -1)
    client.loading.emit(Loading(part="tuning", fraction=0.2))
    assert "fastest" in assistant.condition.message
    client.loading.emit(Loading(part="language", fraction=0.9))
    assert (assistant.condition.is_tuning, assistant.condition.message) == (False, "")
