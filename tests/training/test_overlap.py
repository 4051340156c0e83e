"""A test clip never trains, under whatever name a data set has it."""

import json
from pathlib import Path

import pytest

from build.errors import BuildError
from build.training import identities
from build.training.overlap import hold_back, is_held_back, leave_out, read_tested
from build.training.samples import Exchange, MediaRef, Sample


def sounding(*names):
    return [
        Sample("sound_caption", (Exchange("What?", "It."),), sound=MediaRef(Path(f"{n}.wav"), name))
        for n, name in enumerate(names)
    ]


def write(path, contents):
    path.write_text(contents if isinstance(contents, str) else json.dumps(contents))
    return path


def test_clothos_test_clips_are_found_in_clotho_detail_and_in_wavcaps(tmp_path):
    table = write(tmp_path / "evaluation.csv", "file_name,sound_id\nRain on roof.wav,77\nlost.wav,Not found\n")
    samples = sounding("freesound:77", "clotho:rain on roof", "clotho:lost", "freesound:78", "youtube:77")
    kept = leave_out(samples, read_tested([("clotho", table)]))
    assert [sample.sound.identity for sample in kept] == ["freesound:78", "youtube:77"]
    assert kept.n_left_out == 3


def test_lists_of_several_tests_are_taken_together(tmp_path):
    lists = [
        (
            "vgg-ss",
            write(tmp_path / "vggss.json", [{"file": "0_7P6bFgRCU_000010", "class": "x", "bbox": [[0, 0, 1, 1]]}]),
        ),
        (
            "audiocaps",
            write(tmp_path / "test.csv", "audiocap_id,youtube_id,start_time,caption\n1,YvfY_TJq7n_,30,Rain\n"),
        ),
        ("wavcaps-blacklist", write(tmp_path / "b.json", {"AudioSet": ["Yb0RFKhbpFJA.wav"], "FreeSound": ["0123"]})),
        ("coco", write(tmp_path / "val.json", {"images": [{"id": 5, "file_name": "COCO_train2014_000000000009.jpg"}]})),
    ]
    assert read_tested(lists) == {
        "youtube:0_7P6bFgRCU", "youtube:YvfY_TJq7n_", "youtube:b0RFKhbpFJA", "freesound:123", "coco:9"
    }  # fmt: skip


def test_every_unusable_list_is_told_of(tmp_path):
    odd = write(tmp_path / "odd.json", {"images": [{"file_name": "cat.jpg"}]})
    with pytest.raises(BuildError) as caught:
        read_tested([("flickr", odd), ("coco", odd), ("vgg-ss", tmp_path / "none.json")])
    assert len(caught.value.problems) == 3
    assert "vgg-ss" in caught.value.problems[0], "the known ones are named"


def test_one_medium_that_is_tested_is_enough():
    image = MediaRef(Path("a.jpg"), "coco:9")
    pair = Sample("unrelated", (Exchange("What?", "It."),), image, MediaRef(Path("a.wav"), "clotho:a"))
    assert not len(leave_out([pair], {"coco:9"}))


def test_a_share_is_held_back_by_identity_alone():
    samples = sounding(*(f"youtube:{n}" for n in range(2_000)))
    train, test = hold_back(samples, 0.1)
    assert len(train) + len(test) == 2_000
    # The number held back has a standard deviation of 13: six of them.
    assert len(test) == pytest.approx(200, abs=80)
    assert all(is_held_back(sample.sound.identity, 0.1) for sample in test)
    again = {sample.sound.identity for sample in hold_back(samples[::-1], 0.1)[1]}
    assert again == {sample.sound.identity for sample in test}
    assert not len(hold_back(samples, 0.0)[1])
    assert not len(hold_back(samples, 1.0)[0])


@pytest.mark.parametrize(
    ("identity", "expected"),
    [
        (identities.of_vgg_sound("007P6bFgRCU_000010"), "youtube:007P6bFgRCU"),
        (identities.of_vgg_sound("-_P6bFgRCU__000010"), "youtube:-_P6bFgRCU_"),
        (identities.of_file("clotho", "20070402.Crowd .wav"), "clotho:20070402.crowd"),
        (identities.of_coco(9), "coco:9"),
    ],
)
def test_names_with_odd_letters_are_read_right(identity, expected):
    assert identity == expected
