"""What was kept is there again, unchanged, whatever happened to the file; and what was erased is not."""

from __future__ import annotations

import random
import shutil
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from bubo_desktop.errors import StorageError
from bubo_desktop.state import schema
from bubo_desktop.state.backups import N_KEPT
from bubo_desktop.state.database import Database
from bubo_desktop.state.records import Chat, Exchange
from bubo_desktop.state.rows import checksum_of
from tests.state.chat_records import BARK, DOG, MISFORTUNES, a_full_disk, an_exchange, cut_off_one_byte, overwrite

HOLD_LOCK = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "data" / "chats.db"


@pytest.fixture
def database(path):
    with closing(Database(path)) as opened:
        yield opened


def filled(path: Path, n_exchanges: int = 3) -> tuple[Chat, list[Exchange]]:
    """Makes a file with a chat and its backup of today."""
    chat = Chat(title="The dog")
    exchanges = [an_exchange(chat, f"Question {number}?", f"Answer {number}. " * 50) for number in range(n_exchanges)]
    with closing(Database(path)) as database:
        database.save_chat(chat)
        for exchange in exchanges:
            database.save_exchange(exchange)
        database.back_up()
    return chat, exchanges


def files_of(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def a_file(folder: Path, content: bytes) -> Path:
    folder.mkdir()
    (folder / "chats.db").write_bytes(content)
    return folder / "chats.db"


def is_part_of(found: list[Exchange], exchanges: list[Exchange]) -> bool:
    return found == [exchange for exchange in exchanges if exchange in found]


def titles(chats: list[Chat]) -> list[str]:
    return [chat.title for chat in chats]


def test_an_exchange_comes_back_as_it_was(path):
    chat = Chat(title="The dog")
    first = an_exchange(chat, attachments=(DOG, BARK))
    second = an_exchange(chat, "¿Y ahora? 狗\n\0", text="Nada.", status="failed")
    with closing(Database(path)) as database:
        database.save_chat(chat)
        database.save_exchange(first)
        database.save_exchange(second)
    with closing(Database(path)) as database:
        assert database.exchanges(chat.id) == [first, second]
        assert titles(database.chats()) == ["The dog"]
        assert database.notes == []


def test_a_newer_state_takes_the_place_of_the_old_one(database):
    chat = Chat(title="The dog")
    exchange, other = an_exchange(chat, text="A"), an_exchange(chat, "And now?")
    database.save_exchange(exchange)
    database.save_exchange(other)
    newer = an_exchange(chat, text="A dog.", id=exchange.id)
    database.save_exchange(newer)
    assert database.exchanges(chat.id) == [newer, other]


def test_the_chat_that_changed_last_comes_first(database):
    old, new = (Chat(title=title, created_at_s=1, changed_at_s=1) for title in ("old", "new"))
    for chat in (old, new):
        database.save_chat(chat)
    assert titles(database.chats()) == ["new", "old"]
    database.save_exchange(an_exchange(old))
    assert titles(database.chats()) == ["old", "new"]


def test_a_chat_can_be_renamed_and_found_by_its_new_title(database):
    chat = Chat(title="The dog")
    database.save_chat(chat)
    database.rename_chat(chat.id, "Our cat")
    assert titles(database.chats("cat")) == ["Our cat"]
    assert database.chats("dog") == []


def test_an_exchange_is_kept_even_where_its_chat_could_not_be(database):
    chat = Chat(title="The dog")
    exchange = an_exchange(chat, "  What is there?\nAnd where?  ")
    database.save_exchange(exchange)
    assert titles(database.chats()) == ["What is there?"]
    database.save_chat(chat)
    assert titles(database.chats()) == ["The dog"]
    assert database.exchanges(chat.id) == [exchange]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("", True), ("kitchen", True), ("KÍTCHEN", True), ("nino", True), ("NIÑO", True), ("strasse", True),
        ("kettle kitchen", True), ("   kett  nino ", True), ("kettle cat", False), ("100%", True), ("1%0", False),
        ("_", False), ("'", False), ('"', False), ("狗", True), ("\udce4", True), ("\udce4\udce4", False),
    ],
)  # fmt: skip
def test_a_search_looks_in_titles_questions_and_answers_without_case_and_accents(database, search, found):
    chat = Chat(title="In the Kitchen")
    database.save_chat(chat)
    database.save_exchange(an_exchange(chat, "¿Qué hace el niño en la Straße?", text="A KETTLE, 100% sure. 狗"))
    assert bool(database.chats(search)) is found


def test_what_is_deleted_is_hidden_until_it_is_brought_back(database):
    chat = Chat(title="The dog")
    exchange = an_exchange(chat, text="A whale.")
    database.save_exchange(exchange)
    database.set_exchange_deleted(exchange.id, True)
    assert database.exchanges(chat.id) == database.chats("whale") == []
    database.set_exchange_deleted(exchange.id, False)
    assert database.exchanges(chat.id) == [exchange]
    database.set_chat_deleted(chat.id, True)
    assert database.chats() == []
    database.set_chat_deleted(chat.id, False)
    assert len(database.chats("whale")) == 1


def test_what_is_erased_is_nowhere_on_the_disk_any_more(path):
    kept, gone = Chat(title="kept title"), Chat(title="SECRETTITLE")
    stays, goes = (
        an_exchange(kept, text="stays here", attachments=(DOG,)),
        an_exchange(kept, text="SECRETANSWER " * 900),
    )
    with closing(Database(path)) as database:
        database.save_chat(gone)
        for exchange in (stays, goes, an_exchange(gone, "SECRETQUESTION", attachments=(BARK,))):
            database.save_exchange(exchange)
        database.back_up()
        database.set_chat_deleted(gone.id, True)
        database.set_exchange_deleted(goes.id, True)
        assert database.media_in_use() == {DOG.file_name, BARK.file_name}
        database.forget_deleted()
        assert database.media_in_use() == {DOG.file_name}
        assert database.exchanges(kept.id) == [stays]
        contents = [file.read_bytes() for file in files_of(path.parent)]
    assert any(b"stays here" in content for content in contents)  # the control: words can be found
    assert not any(b"secret" in content.lower() for content in contents)


def test_an_answer_that_was_on_its_way_at_the_end_comes_back_as_stopped(path):
    chat = Chat(title="The dog")
    exchange = an_exchange(chat, text="It is", status="answering")
    with closing(Database(path)) as database:
        database.save_exchange(exchange)
        assert database.exchanges(chat.id) == [exchange]  # it may go on in the background
    for _ in range(2):
        with closing(Database(path)) as database:
            [stopped] = database.exchanges(chat.id)
            assert (stopped.status, stopped.answer.answer) == ("stopped", "It is")
            assert stopped.failure.message == "The program ended before the answer was complete."
    with closing(Database(path)) as database:
        again = an_exchange(chat, text="It is a", id=exchange.id, status="answering")
        database.save_exchange(again)
        assert database.exchanges(chat.id) == [again]


def test_halves_of_characters_are_no_reason_to_lose_a_question(database):
    chat = Chat(title="caf\udce9")
    database.save_chat(chat)
    database.save_exchange(an_exchange(chat, "What is caf\udce9.png?", text="\ud83d"))
    database.rename_chat(chat.id, "\udce9!")
    [kept] = database.exchanges(chat.id)
    assert (kept.question, kept.answer.answer) == ("What is caf?.png?", "?")
    assert titles(database.chats()) == ["?!"]


def test_nobody_else_can_read_any_of_it(path):
    chat, _ = filled(path)
    overwrite(path)
    with closing(Database(path)) as database:
        database.save_exchange(an_exchange(chat))
        for file in files_of(path.parent):
            assert stat.S_IMODE(file.stat().st_mode) & 0o077 == 0 or "unread" in file.name
        for folder in (path.parent, path.parent / "backups"):
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.parametrize("misfortune", MISFORTUNES)
def test_a_file_that_cannot_be_used_is_kept_and_the_backup_takes_its_place(path, misfortune):
    chat, exchanges = filled(path)
    misfortune(path)
    spoiled = path.read_bytes()
    with closing(Database(path)) as database:
        assert database.exchanges(chat.id) == exchanges
        [note] = database.notes
        [kept] = path.parent.glob("chats-unread-*.db")
        assert kept.name in note
        assert "The backup of" in note
        assert kept.read_bytes()[4096:] == spoiled[4096:]
        assert not database.may_forget_media
    with closing(Database(path)) as database:
        assert database.notes == []


@pytest.mark.parametrize("misfortune", MISFORTUNES)
def test_without_a_backup_there_is_at_least_a_new_beginning(path, misfortune):
    chat, exchanges = filled(path)
    shutil.rmtree(path.parent / "backups")
    misfortune(path)
    with closing(Database(path)) as database:
        assert is_part_of(database.exchanges(chat.id), exchanges)
        assert "The old file is kept as" in database.notes[0]
        database.save_exchange(an_exchange(Chat(title="A new beginning")))


def test_what_was_said_since_the_last_backup_is_saved_from_a_damaged_file(path):
    chat, exchanges = filled(path)
    later, deleted = an_exchange(chat, attachments=(DOG,)), an_exchange(chat)
    newest = an_exchange(chat, text="Another answer.", id=exchanges[0].id)
    with closing(Database(path)) as database:
        for exchange in (later, deleted, newest):
            database.save_exchange(exchange)
        database.set_exchange_deleted(deleted.id, True)
        database.rename_chat(chat.id, "Our dog")
    cut_off_one_byte(path)
    with closing(Database(path)) as database:
        assert database.exchanges(chat.id) == [newest, *exchanges[1:], later]
        assert titles(database.chats("another")) == ["Our dog"]
        assert DOG.file_name in database.media_in_use()
        assert "what could be read of the file" in database.notes[0]


def test_a_file_that_is_gone_comes_back_from_the_backup(path):
    chat, exchanges = filled(path)
    path.unlink()
    with closing(Database(path)) as database:
        assert database.exchanges(chat.id) == exchanges
        assert "gone" in database.notes[0]


def test_a_backup_that_is_bad_itself_is_passed_over(path):
    chat, exchanges = filled(path)
    [backup] = path.parent.glob("backups/*.db")
    backup.rename(backup.with_name("chats-2020-01-01.db"))
    (path.parent / "backups" / "chats-2020-01-02.db").write_bytes(b"")
    overwrite(path)
    overwrite(path.parent / "backups" / "chats-2020-01-02.db")
    with closing(Database(path)) as database:
        assert database.exchanges(chat.id) == exchanges
        assert "2020-01-01" in database.notes[0]


def test_a_backup_is_made_once_a_day_and_the_oldest_go(path):
    filled(path, 0)
    assert not list(path.parent.glob("backups/*.db"))  # of nothing there is none
    filled(path)
    [today] = path.parent.glob("backups/*.db")
    made_at = today.stat().st_mtime_ns
    filled(path)
    assert today.stat().st_mtime_ns == made_at
    for day in range(1, N_KEPT + 3):
        shutil.copy(today, today.with_name(f"chats-2020-01-{day:02}.db"))
    today.unlink()
    filled(path)
    kept = sorted(file.name for file in path.parent.glob("backups/*.db"))
    assert len(kept) == N_KEPT
    assert kept[0] == "chats-2020-01-04.db"
    assert kept[-1] == today.name


def test_an_exchange_whose_text_was_damaged_is_left_out_and_said(path):
    chat, exchanges = filled(path)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE exchanges SET record = CAST(replace(record, 'Answer 1', 'Answer 7') AS BLOB)")
    with closing(Database(path)) as database:
        assert database.exchanges(chat.id) == [exchanges[0], exchanges[2]]  # it was in the second only
        assert database.notes == ["One answer was damaged on the disk and is left out."]


def test_a_record_that_is_no_exchange_is_left_out(path):
    chat, exchanges = filled(path, 2)
    with closing(sqlite3.connect(path)) as connection, connection:
        row = b'{"id": 1}', checksum_of(b'{"id": 1}')
        connection.execute("UPDATE exchanges SET record = ?, checksum = ? WHERE position = 1", row)
    with closing(Database(path)) as database:
        assert database.exchanges(chat.id) == exchanges[1:]


def test_no_flipped_bit_changes_what_was_said_or_costs_all_of_it(path, tmp_path):
    chat, exchanges = filled(path, 6)
    draw = random.Random(5)
    n_told = n_lost = 0
    for number in range(60):
        spoiled = bytearray(path.read_bytes())
        spoiled[draw.randrange(4096, len(spoiled))] ^= 1 << draw.randrange(8)  # without the map on the first page
        with closing(Database(a_file(tmp_path / str(number), spoiled))) as database:
            found = database.exchanges(chat.id)
            assert is_part_of(found, exchanges)
            assert len(found) == len(exchanges) or database.notes
            n_told += bool(database.notes)
            n_lost += len(exchanges) - len(found)
    assert n_told > 5  # the control: bits that mattered were among them
    assert n_lost <= n_told  # where one answer is damaged, the others are saved


def test_a_file_cut_off_anywhere_is_noticed_and_what_is_left_of_it_saved(path, tmp_path):
    chat, exchanges = filled(path, 6)
    whole = path.read_bytes()
    draw = random.Random(5)
    n_saved = 0
    for number in range(20):
        with closing(Database(a_file(tmp_path / str(number), whole[: draw.randrange(len(whole))]))) as database:
            found = database.exchanges(chat.id)
            assert is_part_of(found, exchanges)
            assert database.notes
            n_saved += len(found)
    assert n_saved > 10


def test_on_a_full_disk_what_there_is_can_be_read_and_nothing_is_spoiled(path):
    chat, exchanges = filled(path)
    with a_full_disk(), closing(Database(path)) as database:
        assert database.exchanges(chat.id) == exchanges
        with pytest.raises(StorageError) as refused:
            database.save_exchange(an_exchange(chat))
        assert refused.value.message.startswith("Your last changes are not saved: ")
        assert refused.value.hint
        assert database.exchanges(chat.id) == exchanges
    with closing(Database(path)) as database:
        assert database.exchanges(chat.id) == exchanges
        assert database.notes == []


def test_a_disk_that_is_full_at_the_first_start_says_so(path):
    with a_full_disk(), pytest.raises(StorageError, match="Your chats cannot be opened"):
        Database(path)
    with closing(Database(path)) as database:
        assert database.notes == []


def test_no_half_backup_stays_on_a_full_disk(path):
    filled(path)
    shutil.rmtree(path.parent / "backups")
    with a_full_disk(9000), closing(Database(path)) as database, pytest.raises(StorageError):
        database.back_up()
    assert files_of(path.parent / "backups") == []


def test_a_file_that_another_program_holds_is_left_alone(path, monkeypatch):
    monkeypatch.setattr(schema, "LOCK_TIMEOUT_S", 0.1)
    chat, exchanges = filled(path)
    command = [sys.executable, "-c", HOLD_LOCK, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        holder.stdout.readline()
        with pytest.raises(StorageError, match="another program"):
            Database(path)
        holder.stdin.close()
    with closing(Database(path)) as database:
        assert database.exchanges(chat.id) == exchanges
        assert database.notes == []


def test_a_folder_that_cannot_be_is_one_sentence(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="Your chats cannot be opened"):
        Database(tmp_path / "file" / "chats.db")
