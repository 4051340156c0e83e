"""WavCaps' shards: what is in them, where it lies, who it is, and what is passed over."""

import itertools

import pytest

from build.errors import BuildError
from build.training import wordings
from build.training.datasets.wavcaps import read_wavcaps
from tests.training.datasets.tars import write_shard

FREESOUND = {
    "id": "180913",
    "caption": "A traditional ringtone is playing.",
    "download_link": "https://freesound.org/people/T/sounds/180913/download/180913__t__uk-mello.wav",
}
AUDIOSET = {"id": "Yb0RFKhbpFJA.wav", "caption": "Wind and a man speaking are heard."}
BBC = {"id": "07066104", "caption": "Someone is using a rip saw.", "download_link": "https://bbcrewind.co.uk/1.zip"}


@pytest.fixture
def shards(tmp_path):
    first = {"180913.flac": b"fLaC ring", "180913.json": FREESOUND, "Yb0RFKhbpFJA.json": AUDIOSET}
    second = {"in/07066104.flac": b"fLaC saw", "in/07066104.json": BBC}
    return [
        write_shard(tmp_path / "000000.tar", first | {"Yb0RFKhbpFJA.flac": b"fLaC wind"}),
        write_shard(tmp_path / "000001.tar", second),
    ]


def test_each_sound_comes_with_its_own_caption_from_whichever_shard(shards):
    samples = read_wavcaps(shards)
    assert [(sample.sound.read(), sample.exchanges[0].answer) for sample in samples] == [
        (b"fLaC ring", FREESOUND["caption"]),
        (b"fLaC wind", AUDIOSET["caption"]),
        (b"fLaC saw", BBC["caption"]),
    ]
    assert samples[2].sound.suffix == ".flac"
    assert {sample.kind for sample in samples} == {"sound_caption"}
    assert all(sample.exchanges[0].question in wordings.SOUND_CAPTION for sample in samples)
    assert samples[-1].sound == samples[2].sound


def test_sounds_are_known_by_their_origin(shards):
    assert [sample.sound.identity for sample in read_wavcaps(shards)] == [
        "freesound:180913",
        "youtube:b0RFKhbpFJA",
        "wavcaps:07066104",
    ]


def test_holes_are_left_out_and_counted(tmp_path):
    holes = {
        "1.flac": b"no caption",
        "2.json": {"id": "2", "caption": "No sound."},
        "3.flac": b"x", "3.json": {"id": "3", "caption": ["A list."]},
        "4.flac": b"x", "4.json": b"{broken",
        "5.flac": b"", "5.json": {"id": "5", "caption": "An empty file."},
        "6.flac": b"whole", "6.json": {"id": "6", "caption": "It is whole."},
    }  # fmt: skip
    samples = read_wavcaps([write_shard(tmp_path / "a.tar", holes)])
    assert ([sample.sound.read() for sample in samples], samples.n_left_out) == ([b"whole"], 5)


def test_all_broken_shards_are_named_at_once(tmp_path, shards):
    none, cut = tmp_path / "none.tar", tmp_path / "cut.tar"
    cut.write_bytes(shards[0].read_bytes()[:900])  # within the first sound
    with pytest.raises(BuildError) as caught:
        read_wavcaps([shards[1], none, cut])
    first, second = caught.value.problems
    assert str(none) in first
    assert str(cut) in second


def test_one_sound_is_always_asked_about_alike_and_many_are_not(tmp_path):
    files = itertools.chain.from_iterable(
        ((f"{n}.flac", b"x"), (f"{n}.json", {"id": str(n), "caption": "A sound."})) for n in range(100)
    )
    shard = write_shard(tmp_path / "a.tar", dict(files))
    questions = [sample.exchanges[0].question for sample in read_wavcaps([shard])]
    assert questions == [sample.exchanges[0].question for sample in read_wavcaps([shard])]
    assert set(questions) == set(wordings.SOUND_CAPTION)
