"""CC and SBU: the shards of the web, and MiniGPT-4's detailed captions."""

import json

import pytest

from build.errors import BuildError
from build.training import wordings
from build.training.datasets.cc_sbu import read_cc_sbu_align, read_cc_sbu_shards
from tests.training.datasets.tars import write_shard


def write_align(folder, captions):
    (folder / "image").mkdir()
    path = folder / "filter_cap.json"
    path.write_text(json.dumps({"annotations": captions}))
    return path, folder / "image"


def test_a_detailed_caption_comes_with_its_picture(tmp_path):
    path, pictures = write_align(
        tmp_path, [{"image_id": "2", "caption": " A street. It is wet. "}, {"image_id": 7, "caption": "A cat."}]
    )
    (pictures / "2.jpg").write_bytes(b"street")
    (pictures / "7.jpg").write_bytes(b"cat")
    street, cat = read_cc_sbu_align(path, pictures)
    assert (street.kind, street.image.read(), street.sound) == ("image_detail", b"street", None)
    assert street.exchanges[0].answer == "A street. It is wet."
    assert street.exchanges[0].question in wordings.IMAGE_DETAIL
    assert cat.image.identity == "cc_sbu_align:7"


def test_ten_missing_pictures_are_named_and_the_others_counted(tmp_path):
    path, pictures = write_align(tmp_path, [{"image_id": str(n), "caption": "A cat."} for n in range(13)])
    with pytest.raises(BuildError) as caught:
        read_cc_sbu_align(path, pictures)
    assert len(caught.value.problems) == 11
    assert f"{pictures / '9.jpg'} is missing." in caught.value.problems
    assert "3 more" in caught.value.problems[-1]


def test_entries_without_caption_or_picture_are_named(tmp_path):
    path, pictures = write_align(tmp_path, [{"image_id": "1", "caption": None}, {"caption": "A cat."}, "nonsense"])
    with pytest.raises(BuildError) as caught:
        read_cc_sbu_align(path, pictures)
    assert list(caught.value.problems) == [
        "Entry 0 of filter_cap.json has no caption.",
        "Entry 1 of filter_cap.json has no image_id.",
        "Entry 2 of filter_cap.json has no image_id.",
        "Entry 2 of filter_cap.json has no caption.",
    ]


@pytest.mark.parametrize("contents", ["[]", "{}", '{"annotations": 3}', "{", '{"other": []}'])
def test_another_kind_of_file_is_refused(tmp_path, contents):
    path, pictures = write_align(tmp_path, [])
    path.write_text(contents)
    with pytest.raises(BuildError, match=r"filter_cap\.json"):
        read_cc_sbu_align(path, pictures)


def test_pictures_of_the_web_are_known_by_their_address(tmp_path):
    files = {
        "000.jpg": b"cat", "000.txt": b"a cat", "000.json": {"caption": "a cat", "url": "https://example.org/c.jpg"},
        "001.png": b"dog", "001.json": {"caption": "a dog"},
    }  # fmt: skip
    cat, dog = read_cc_sbu_shards([write_shard(tmp_path / "0.tar", files)])
    assert (cat.kind, cat.image.read(), cat.image.identity) == (
        "image_caption",
        b"cat",
        "web:https://example.org/c.jpg",
    )
    assert (dog.image.read(), dog.exchanges[0].answer) == (b"dog", "a dog")
