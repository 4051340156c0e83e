"""What is attached is copied, checked and safe; what is no picture or sound is refused in one sentence."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PIL import Image

from bubo_desktop.errors import BuboError
from bubo_desktop.state.background import Background
from bubo_desktop.state.media import MediaStore
from bubo_desktop.state.records import Attachment
from tests.state.chat_records import a_full_disk

PATIENCE_MS = 20_000


class Store(MediaStore):
    """A store whose answers are collected."""

    def __init__(self, folder: Path, background: Background) -> None:
        super().__init__(folder, background)
        self.answers: list[Attachment | BuboError] = []
        self.added.connect(self.answers.append)
        self.refused.connect(self.answers.append)

    @property
    def files(self) -> list[str]:
        """Names of all that is in its folder."""
        return sorted(file.name for file in self._folder.glob("*"))


@pytest.fixture
def background(qapp) -> Iterator[Background]:
    assert qapp
    pool = Background()
    yield pool
    pool.close()


@pytest.fixture
def store(background, tmp_path) -> Store:
    return Store(tmp_path / "media", background)


@pytest.fixture
def answers_to(qtbot, store):
    """Attaches files and waits for an answer to each."""

    def add(*paths: str | Path) -> list[Attachment | BuboError]:
        store.answers.clear()
        store.add_files([str(path) for path in paths])
        qtbot.waitUntil(lambda: len(store.answers) == len(paths), timeout=PATIENCE_MS)
        return store.answers

    return add


def picture(path: Path, width: int = 30, height: int = 20, shade: int = 90) -> Path:
    Image.new("RGB", (width, height), (shade, 40, 200)).save(path)
    return path


def sound(path: Path, duration_s: float = 0.5) -> Path:
    soundfile.write(path, 0.3 * np.sin(np.arange(round(8000 * duration_s))), 8000)
    return path


def test_a_picture_is_copied_under_the_name_of_its_content(store, answers_to, tmp_path):
    original = picture(tmp_path / "My Dog.PNG")
    [added] = answers_to(original)
    sha256 = hashlib.sha256(original.read_bytes()).hexdigest()
    assert added == Attachment(sha256, "picture", "My Dog.PNG", ".png", width=30, height=20)
    assert store.files == [f"{sha256}.png"]
    copy = store.path_of(added)
    assert copy.read_bytes() == original.read_bytes()
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert stat.S_IMODE(copy.parent.stat().st_mode) == 0o700


def test_a_picture_has_the_size_that_its_user_sees(answers_to, tmp_path):
    turned = Image.Exif()
    turned[0x0112] = 6
    Image.new("RGB", (30, 20)).save(tmp_path / "a.jpg", exif=turned)
    [added] = answers_to(tmp_path / "a.jpg")
    assert (added.width, added.height) == (20, 30)


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".ogg", ".mp3"])
def test_a_sound_is_copied_with_its_duration(store, answers_to, tmp_path, suffix):
    [added] = answers_to(sound(tmp_path / f"bark{suffix}"))
    assert (added.kind, added.name, added.suffix) == ("sound", f"bark{suffix}", suffix)
    assert added.duration_s == pytest.approx(0.5, abs=0.15)
    envelope = store.waveform(added, 10)
    assert len(envelope) == 10
    assert max(high for _, high in envelope) == pytest.approx(0.3, abs=0.05)


def test_files_come_in_their_order_and_a_bad_one_holds_nobody_up(answers_to, tmp_path):
    (tmp_path / "bad.png").write_bytes(b"not a picture")
    names = ["large.png", "bad.png", "small.png", "bark.wav", "missing.jpg", "last.png"]
    picture(tmp_path / "large.png", 3000, 2000)
    picture(tmp_path / "small.png")
    sound(tmp_path / "bark.wav")
    picture(tmp_path / "last.png", shade=7)
    answers = answers_to(*(tmp_path / name for name in names))
    assert [answer.name if isinstance(answer, Attachment) else answer.message.split()[0] for answer in answers] == names
    assert [isinstance(answer, Attachment) for answer in answers] == [True, False, True, True, False, True]


def test_the_same_content_is_kept_once_and_a_damaged_copy_is_healed(store, answers_to, tmp_path):
    first, second = answers_to(picture(tmp_path / "a.png"), picture(tmp_path / "b.png"))
    assert (first.name, second.name) == ("a.png", "b.png")
    assert len(store.files) == 1
    store.path_of(first).write_bytes(b"")
    answers_to(tmp_path / "a.png")
    assert store.path_of(first).read_bytes() == (tmp_path / "a.png").read_bytes()


def cut_off(path: Path) -> None:
    path.write_bytes(picture(path, 300, 300).read_bytes()[:-200])


USELESS = {
    "missing.png": Path.exists,
    "folder.png": Path.mkdir,
    "empty.png": Path.touch,
    "text.png": lambda path: path.write_text("Dear diary"),
    "cut_off.png": cut_off,
    "too_many_pixels.png": lambda path: Image.new("1", (8000, 7000)).save(path),
    "huge.png": lambda path: (path.touch(), os.truncate(path, 2 << 30)),
    "link_to_nothing.png": lambda path: path.symlink_to(path.with_name("nothing")),
    "device.png": lambda path: path.symlink_to("/dev/zero"),
    "pipe.png": os.mkfifo if hasattr(os, "mkfifo") else Path.mkdir,
    "nothing_to_hear.wav": lambda path: soundfile.write(path, [], 8000),
    "cut_off.wav": lambda path: soundfile.write(path, np.zeros(100), 8000),
    "picture.wav": lambda path: picture(path.with_suffix(".png")).rename(path),
    "long.flac": lambda path: soundfile.write(path, np.zeros(4000 * 601), 4000),
    "document.pdf": Path.touch,
}


@pytest.mark.timeout(60)
@pytest.mark.parametrize("name", USELESS)
def test_what_cannot_be_attached_is_one_sentence_with_its_name_and_a_hint(store, answers_to, tmp_path, name):
    USELESS[name](tmp_path / name)
    [refused] = answers_to(tmp_path / name)
    assert isinstance(refused, BuboError)
    assert refused.message.startswith(f"{name} ")
    assert refused.message.endswith(".")
    assert str(tmp_path) not in refused.message
    assert refused.hint
    assert store.files == []


def test_a_link_is_as_good_as_what_it_leads_to(answers_to, tmp_path):
    (tmp_path / "link.png").symlink_to(picture(tmp_path / "linked.png"))
    [attached] = answers_to(tmp_path / "link.png")
    assert attached.name == "link.png"


def test_a_file_that_vanishes_before_its_turn_is_one_sentence(qtbot, store, tmp_path):
    paths = [picture(tmp_path / "a.png"), picture(tmp_path / "b.png", shade=3)]
    store.add_files([str(path) for path in paths])
    paths[1].unlink()
    qtbot.waitUntil(lambda: len(store.answers) == 2, timeout=PATIENCE_MS)
    assert store.answers[1].message == "b.png is not there any more."


def test_a_pasted_picture_is_a_file_like_any_other(qtbot, store, tmp_path):
    store.add_picture(picture(tmp_path / "a.png").read_bytes, "Pasted picture")
    store.add_picture(lambda: b"\x89PNG nonsense", "Pasted picture")
    qtbot.waitUntil(lambda: len(store.answers) == 2, timeout=PATIENCE_MS)
    added, refused = store.answers
    assert (added.name, added.suffix, added.width) == ("Pasted picture", ".png", 30)
    assert refused.message.startswith("Pasted picture ")


def test_a_name_in_another_encoding_is_no_reason_to_refuse(store, answers_to, tmp_path):
    path = os.fsencode(tmp_path) + b"/caf\xe9\n.png"
    Path(os.fsdecode(path)).write_bytes(picture(tmp_path / "a.png").read_bytes())
    [added] = answers_to(os.fsdecode(path))
    assert added.name == "caf??.png"
    assert store.path_of(added).exists()


def test_a_full_disk_refuses_in_one_sentence_and_leaves_no_half_a_file(store, answers_to, tmp_path):
    original = sound(tmp_path / "a.wav", 5)
    with a_full_disk(10_000):
        [refused] = answers_to(original)
    assert refused.message.startswith("a.wav cannot be attached: ")
    assert store.files == []
    [added] = answers_to(original)
    assert store.path_of(added).exists()


def test_only_what_nobody_needs_is_removed(qtbot, store, answers_to, background, tmp_path):
    asked, forgotten = answers_to(picture(tmp_path / "a.png"), picture(tmp_path / "b.png", shade=1))
    (store.path_of(asked).parent / ".abc.incoming").write_bytes(b"left by a kill")
    at_next_start = Store(tmp_path / "media", background)
    at_next_start.add_files([str(picture(tmp_path / "c.png", shade=2))])
    at_next_start.forget_unused({asked.file_name})
    qtbot.waitUntil(lambda: len(store.files) == 2, timeout=PATIENCE_MS)
    [new] = at_next_start.answers
    assert store.files == sorted([asked.file_name, new.file_name])
    assert forgotten.file_name not in store.files


def test_a_sound_that_is_gone_has_no_waveform(store, answers_to, tmp_path):
    [added] = answers_to(sound(tmp_path / "bark.wav"))
    store.path_of(added).unlink()
    with pytest.raises(BuboError, match=r"bark\.wav"):
        store.waveform(added, 10)


def test_the_end_of_the_program_drops_what_waits(qtbot, store, background, tmp_path):
    store.add_files([str(picture(tmp_path / "a.png")), str(picture(tmp_path / "b.png", shade=1))])
    background.close()
    with qtbot.waitSignal(store.added):
        pass
    assert len(store.answers) == 1
    assert len(store.files) == 1


def test_a_mistake_of_the_programs_does_not_hold_up_the_next_file(qtbot, store, tmp_path, monkeypatch):
    monkeypatch.setattr("bubo_desktop.state.media._describe_sound", lambda *_: 1 / 0)
    with qtbot.captureExceptions() as mistakes:
        store.add_files([str(sound(tmp_path / "bark.wav")), str(picture(tmp_path / "a.png"))])
        qtbot.waitUntil(lambda: len(store.answers) == 1 and len(mistakes) == 1, timeout=PATIENCE_MS)
    assert store.answers[0].name == "a.png"
    assert len(store.files) == 1
