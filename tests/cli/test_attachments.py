"""Files in what a user types."""

from pathlib import Path

import pytest
from PySide6.QtCore import QUrl

from bubo_desktop.cli.attachments import Attachments, paths_in, split_line
from bubo_desktop.errors import InputError

NAMES = ["dog.png", "two words.PNG", "señal 狗.jpg", "it's.wav", "a-b_(c).flac"]


def as_terminals_write(path: Path) -> list[str]:
    quote = "'" if "'" not in str(path) else '"'
    escaped = "".join(letter if letter.isalnum() or letter in "/._-" else f"\\{letter}" for letter in str(path))
    return [f"{quote}{path}{quote}", escaped, QUrl.fromLocalFile(str(path)).toEncoded().data().decode()]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("question", ["", "what is this?", "the dog's colour \\ size"])
def test_a_dragged_file_is_attached_and_the_words_are_left_alone(tmp_path, name, question):
    path = tmp_path / name
    path.touch()
    for written in as_terminals_write(path):
        assert split_line(f"{written} {question}") == (question, (str(path),))
        assert split_line(f"{question} {written} ") == (question, (str(path),))


@pytest.mark.parametrize("line", ["what is dog.png?", "is 'dog.png' there", "/no/such/cat.wav", "a.txt", "don't \\"])
def test_what_is_no_existing_picture_or_sound_is_part_of_the_question(line):
    assert split_line(line) == (line, ())


def test_a_new_picture_takes_the_place_of_the_last_and_leaves_the_sound(tmp_path):
    for name in ("a.png", "b.png", "c.wav"):
        (tmp_path / name).touch()
    a, b, c = (str(tmp_path / name) for name in ("a.png", "b.png", "c.wav"))
    first = Attachments().replaced_by([a, c])
    assert first == Attachments((a,), (c,))
    assert first.replaced_by([b]) == Attachments((b,), (c,))
    assert first.replaced_by([a, b]) == Attachments((a, b), (c,))


@pytest.mark.parametrize("name", ["missing.png", "text.txt"])
def test_what_cannot_be_attached_is_refused(tmp_path, name):
    (tmp_path / "text.txt").touch()
    with pytest.raises(InputError):
        Attachments().replaced_by([str(tmp_path / name)])


def test_home_is_understood():
    assert paths_in("~/a.png") == (str(Path("~/a.png").expanduser()),)
