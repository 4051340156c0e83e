"""What several parts of the window do together."""

from __future__ import annotations

import pytest

from bubo_desktop.paths import states_dir
from tests.state.conftest import WAIT_MS, attach


def wait_for_answer(qtbot, workspace) -> None:
    conversation = workspace.conversation
    qtbot.waitUntil(lambda: bool(conversation.exchanges) and not conversation.is_answering, timeout=WAIT_MS)


def test_a_sample_is_asked_when_all_its_files_are_there(qtbot, workspace_of, picture, sound):
    workspace = workspace_of(start=True)
    workspace.ask_about("Do they belong together?", [str(picture), str(sound)])
    wait_for_answer(qtbot, workspace)
    [asked] = workspace.conversation.exchanges
    assert asked.question == "Do they belong together?"
    assert [file.name for file in asked.attachments] == ["garden.png", "bell.wav"]
    assert workspace.draft.attachments == asked.attachments  # for the next question


def test_a_sample_whose_file_is_gone_asks_nothing(qtbot, workspace_of, picture, tmp_path):
    workspace = workspace_of(start=True)
    with qtbot.waitSignal(workspace.draft.refused, timeout=WAIT_MS):
        workspace.ask_about("What is this?", [str(tmp_path / "gone.png")])
    attach(qtbot, workspace, picture)
    assert workspace.conversation.exchanges == ()


def test_a_chat_that_is_opened_brings_its_files_back(qtbot, workspace_of, picture):
    workspace = workspace_of(start=True)
    workspace.ask_about("What is this?", [str(picture)])
    wait_for_answer(qtbot, workspace)
    chat, [asked] = workspace.conversation.chat, workspace.conversation.exchanges
    workspace.conversation.new()
    assert (workspace.draft.attachments, workspace.attention.shown, workspace.attention.pictures) == ((), None, ())
    with qtbot.waitSignal(workspace.conversation.opened, timeout=WAIT_MS):
        workspace.conversation.open(chat.id)
    assert workspace.draft.attachments == asked.attachments
    assert workspace.attention.shown.id == asked.id


def test_new_files_are_shown_before_anything_is_asked_about_them(qtbot, workspace_of, picture, sound):
    workspace = workspace_of(start=True)
    workspace.ask_about("What is this?", [str(picture)])
    wait_for_answer(qtbot, workspace)
    workspace.attention.show(workspace.conversation.exchanges[0])
    attach(qtbot, workspace, sound)
    assert workspace.attention.shown is None
    assert [file.name for file in workspace.attention.sounds] == ["bell.wav"]


def test_everything_is_on_the_disk_when_it_has_closed(qtbot, workspace_of):
    workspace = workspace_of(start=True)
    workspace.conversation.ask("What is this?")
    qtbot.waitUntil(lambda: bool(workspace.conversation.exchanges[0].answer.answer), timeout=WAIT_MS)
    chat = workspace.conversation.chat
    with qtbot.waitSignal(workspace.closed, timeout=WAIT_MS):
        workspace.close()
    reopened = workspace_of()
    with qtbot.waitSignal(reopened.history.exchanges_loaded, timeout=WAIT_MS) as waited:
        reopened.history.load_exchanges(chat.id)
    [kept] = waited.args[1]
    assert kept.status == "stopped"
    assert kept.answer.answer


@pytest.mark.parametrize("deletes_chat", [True, False])
def test_what_engines_read_of_a_chat_goes_with_it(qtbot, workspace_of, deletes_chat):
    workspace = workspace_of("good", start=True)
    workspace.conversation.ask("What is this?")
    wait_for_answer(qtbot, workspace)
    kept = states_dir() / "a.state"
    kept.parent.mkdir(exist_ok=True)
    kept.write_bytes(b"what was read")
    if deletes_chat:
        workspace.conversation.delete_chat(workspace.conversation.chat.id)
    else:
        workspace.conversation.delete_exchange(workspace.conversation.exchanges[0].id)
    qtbot.waitUntil(lambda: not kept.exists(), timeout=WAIT_MS)
