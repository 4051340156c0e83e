"""The window's calls return at once, what is acknowledged is safe, and a full disk loses nothing."""

from __future__ import annotations

import hashlib
import os
import random
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from bubo_desktop.state.database import Database
from bubo_desktop.state.history import History
from bubo_desktop.state.records import Chat, Exchange
from tests.state.chat_records import BARK, DOG, a_full_disk, an_exchange, overwrite

ROOT = Path(__file__).parents[2]
BUSY_WINDOW = ROOT / "tests" / "fakes" / "history_process.py"
N_KILLS = 40


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "chats.db"


@pytest.fixture
def history_of(qapp) -> Iterator[Callable[[Path], History]]:
    """Opens histories, which are closed after the test."""
    assert qapp
    opened: list[History] = []

    def make(path: Path) -> History:
        opened.append(History(path))
        return opened[-1]

    yield make
    for history in opened:
        history.close()


@pytest.fixture
def history(history_of, path) -> History:
    return history_of(path)


def exchanges_in(path: Path, chat: Chat) -> list[Exchange]:
    with closing(Database(path)) as database:
        return database.exchanges(chat.id)


def test_what_was_saved_can_be_loaded(qtbot, history):
    chat, other = Chat(title="The dog"), Chat(title="The cat")
    exchange = an_exchange(chat)
    history.save_chat(other)
    history.save_chat(chat)
    with qtbot.waitSignal(history.saved, check_params_cb=lambda name: name == exchange.id):
        history.save_exchange(exchange)
    with qtbot.waitSignal(history.chats_loaded) as loaded:
        history.load_chats("dog")
    assert [found.title for found in loaded.args[0]] == ["The dog"]
    with qtbot.waitSignal(history.exchanges_loaded) as loaded:
        history.load_exchanges(chat.id)
    assert loaded.args == [chat.id, [exchange]]


def test_every_change_is_told_to_the_list(qtbot, history):
    chat = Chat(title="The dog")
    exchange = an_exchange(chat)
    for change in (
        lambda: history.save_chat(chat),
        lambda: history.save_exchange(exchange),
        lambda: history.rename_chat(chat.id, "Our dog"),
        lambda: history.delete_exchange(exchange.id),
        lambda: history.restore_exchange(exchange.id),
        lambda: history.delete_chat(chat.id),
        lambda: history.restore_chat(chat.id),
    ):
        with qtbot.waitSignal(history.changed):
            change()
    with qtbot.waitSignal(history.chats_loaded) as loaded:
        history.load_chats()
    assert [found.title for found in loaded.args[0]] == ["Our dog"]
    with qtbot.waitSignal(history.exchanges_loaded) as loaded:
        history.load_exchanges(chat.id)
    assert loaded.args == [chat.id, [exchange]]


def test_only_the_newest_state_is_acknowledged(qtbot, history, path):
    chat = Chat(title="The dog")
    states = [an_exchange(chat, text="word " * n, id="growing") for n in range(1, 50)]
    acknowledged: list[str] = []
    history.saved.connect(acknowledged.append)
    for state in states:
        history.save_exchange(state)
    qtbot.waitUntil(lambda: bool(acknowledged))
    history.close()
    assert acknowledged == ["growing"]
    assert exchanges_in(path, chat) == states[-1:]


def test_closing_waits_until_everything_is_on_the_disk(history, path):
    chat = Chat(title="The dog")
    states = [[an_exchange(chat, text=f"{n}", id=str(name)) for n in range(3)] for name in range(30)]
    for growing in states:
        for state in growing:
            history.save_exchange(state)
    history.close()
    assert exchanges_in(path, chat) == [growing[-1] for growing in states]


def test_what_a_full_disk_refuses_is_kept_when_there_is_room_again(qtbot, history_of, path, monkeypatch):
    monkeypatch.setattr("bubo_desktop.state.history.RETRY_MS", 50)
    history = history_of(path)
    chat = Chat(title="The dog")
    first, second = an_exchange(chat, text="A"), an_exchange(chat, text="B")
    refusals, failures, notes = [], [], []
    history.unsaved.connect(refusals.append)
    history.failed.connect(failures.append)
    history.noted.connect(notes.append)
    with qtbot.waitSignal(history.chats_loaded):
        history.load_chats()
    with a_full_disk():
        history.save_exchange(first)
        history.save_exchange(second)
        qtbot.waitUntil(lambda: refusals.count(first.id) > 1 and refusals.count(second.id) > 1)
    newest = an_exchange(chat, text="A dog.", id=first.id)
    with qtbot.waitSignal(history.noted):
        history.save_exchange(newest)
    assert notes == ["Everything is saved again."]
    assert len(failures) == 2  # one for each thing that was not kept, however often it was tried
    assert failures[0].message.startswith("Your last changes are not saved: ")
    history.close()
    assert exchanges_in(path, chat) == [newest, second]


def test_what_was_refused_is_tried_once_more_at_the_end(qtbot, history, path):
    chat = Chat(title="The dog")
    exchange = an_exchange(chat)
    with qtbot.waitSignal(history.chats_loaded):
        history.load_chats()
    with a_full_disk(), qtbot.waitSignal(history.unsaved):
        history.save_exchange(exchange)
    history.close()
    assert exchanges_in(path, chat) == [exchange]


def test_a_disk_that_is_full_from_the_start_is_tried_again(qtbot, history):
    chat = Chat(title="The dog")
    exchange = an_exchange(chat)
    with a_full_disk(), qtbot.waitSignals([history.failed, history.unsaved]):
        history.load_chats()
        history.save_exchange(exchange)
    with qtbot.waitSignal(history.saved):
        history.save_exchange(exchange)


def test_that_a_backup_took_the_place_of_a_bad_file_is_noted(qtbot, history_of, path):
    chat = Chat(title="The dog")
    exchange = an_exchange(chat)
    first = history_of(path)
    first.save_exchange(exchange)
    first.tidy()
    first.close()
    overwrite(path)
    second = history_of(path)
    with qtbot.waitSignal(second.noted) as noted, qtbot.waitSignal(second.exchanges_loaded) as loaded:
        second.load_exchanges(chat.id)
    assert "The backup of" in noted.args[0]
    assert loaded.args == [chat.id, [exchange]]


def test_tidying_erases_what_was_deleted_and_counts_the_media_that_are_left(qtbot, history, path):
    chat, gone = Chat(title="The dog"), Chat(title="The cat")
    history.save_exchange(an_exchange(chat, attachments=(DOG,)))
    history.save_exchange(an_exchange(gone, attachments=(BARK,)))
    history.delete_chat(gone.id)
    with qtbot.waitSignal(history.media_counted) as counted:
        history.tidy()
    assert counted.args == [{DOG.file_name}]
    history.restore_chat(gone.id)
    history.close()
    assert exchanges_in(path, gone) == []


def test_no_media_are_counted_as_unused_while_a_bad_file_may_refer_to_them(qtbot, history, path):
    path.write_bytes(b"")
    with qtbot.assertNotEmitted(history.media_counted), qtbot.waitSignal(history.chats_loaded):
        history.tidy()
        history.load_chats()


def test_a_kill_at_any_moment_loses_nothing_that_was_acknowledged(tmp_path):
    """Forty windows one after the other, each saving into the same folder as fast as it can until it is killed."""
    draw = random.Random(3)
    n_characters: dict[str, int] = {}
    media: set[str] = set()
    for _ in range(N_KILLS):
        for line in output_until_killed(tmp_path, n_acknowledged=draw.randrange(1, 25), moment_s=draw.uniform(0, 0.02)):
            word, *rest = line.split()
            assert word in {"ready", "saved"}, line  # it needed no help to start, and told of no loss
            if word == "saved":
                exchange_id, length, file_name = rest
                n_characters[exchange_id] = int(length)
                media.add(file_name)
        check_what_is_there(tmp_path, n_characters, media)
    assert len(n_characters) > N_KILLS


def output_until_killed(folder: Path, n_acknowledged: int, moment_s: float) -> list[str]:
    """Lets a window run until it has acknowledged so much and a moment longer, and kills it.

    Returns:
        The whole lines it wrote.
    """
    command = [sys.executable, "-P", str(BUSY_WINDOW), str(folder)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as window:
        lines = [window.stdout.readline() for _ in range(1 + n_acknowledged)]
        with suppress(subprocess.TimeoutExpired):
            window.wait(moment_s)
        window.kill()
        lines += window.stdout.readlines()
    return [line for line in lines if line.endswith("\n")]


def check_what_is_there(folder: Path, n_characters: dict[str, int], media: set[str]) -> None:
    with closing(sqlite3.connect(folder / "chats.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    with closing(Database(folder / "chats.db")) as database:
        exchanges = {exchange.id: exchange for chat in database.chats() for exchange in database.exchanges(chat.id)}
        assert database.notes == []
    short = {name for name, n in n_characters.items() if len(exchanges[name].answer.answer) < n}
    assert not short
    assert {exchanges[name].status for name in n_characters} == {"stopped"}
    kept = [file for file in (folder / "media").iterdir() if not file.name.startswith(".")]
    assert media <= {file.name for file in kept}
    assert all(hashlib.sha256(file.read_bytes()).hexdigest() == file.stem for file in kept)
