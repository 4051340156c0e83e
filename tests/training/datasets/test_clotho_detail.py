"""Clotho's tables and Clotho-Detail's long captions."""

import json

import pytest

from build.errors import BuildError
from build.training import wordings
from build.training.datasets.clotho import read_captions
from build.training.datasets.clotho_detail import read_clotho_detail

HEADER = "file_name,caption_1,caption_2,caption_3,caption_4,caption_5\n"


@pytest.fixture
def detail(tmp_path):
    (tmp_path / "audio").mkdir()
    for name in ("Café crowd 1.wav", "lake beach.wav"):
        (tmp_path / "audio" / name).write_bytes(name.encode())
    path = tmp_path / "detail.json"
    entries = [{"audio_id": "Café crowd 1", "caption": "People talk."}, {"audio_id": "lake beach", "caption": "Waves."}]
    path.write_text(json.dumps({"annotations": entries}))
    return path, tmp_path / "audio"


def test_a_long_caption_comes_with_its_sound(detail):
    crowd, beach = read_clotho_detail(*detail)
    assert (crowd.kind, crowd.image, crowd.exchanges[0].answer) == ("sound_detail", None, "People talk.")
    assert crowd.exchanges[0].question in wordings.SOUND_DETAIL
    assert beach.sound.read() == b"lake beach.wav"
    assert beach.sound.identity == "clotho:lake beach"


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_the_metadata_say_which_sound_of_freesound_it_is(detail, tmp_path, encoding):
    table = tmp_path / "clotho_metadata_development.csv"
    rows = 'file_name,keywords,sound_id\nCafé crowd 1.wav,"a;b",1234\nlake beach.wav,"water, x",Not found\n'
    table.write_bytes(rows.encode(encoding))
    identities = [sample.sound.identity for sample in read_clotho_detail(*detail, [table])]
    assert identities == ["freesound:1234", "clotho:lake beach"]


def test_five_captions_are_read_from_clothos_own_table(tmp_path):
    table = tmp_path / "captions.csv"
    table.write_text(HEADER + 'a.wav,One.,"Two, too.",Three.,Four.,"Five\nlines."\n')
    [clip] = read_captions(table)
    assert clip.file_name == "a.wav"
    assert clip.captions == ("One.", "Two, too.", "Three.", "Four.", "Five\nlines.")


def test_clips_with_missing_captions_are_named(tmp_path):
    table = tmp_path / "captions.csv"
    table.write_text(HEADER + "a.wav,One.,Two.,Three.,Four.\n")
    with pytest.raises(BuildError, match=r"a\.wav of captions\.csv has no caption_5"):
        read_captions(table)


def test_a_table_of_something_else_is_refused(tmp_path):
    table = tmp_path / "captions.csv"
    table.write_text("file_name,keywords\na.wav,x\n")
    with pytest.raises(BuildError, match="has no column caption_1"):
        read_captions(table)
