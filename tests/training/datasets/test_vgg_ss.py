"""VGG-SS' instructions: pairs of one video, of which some have vanished."""

import json

import pytest

from build.training import wordings
from build.training.datasets.vgg_ss import THEY_BELONG, read_vgg_ss

N_PAIRS = 200


@pytest.fixture
def paths(tmp_path):
    names = [f"{n:011}_000010" for n in range(N_PAIRS)]
    entries = [{"audio_id": name, "image_id": name, "caption": f"It is class {n % 9}."} for n, name in enumerate(names)]
    (tmp_path / "vggss.json").write_text(json.dumps(entries))
    for folder, suffix in (("image", ".jpg"), ("audio", ".wav")):
        (tmp_path / folder).mkdir()
        for name in names:
            (tmp_path / folder / (name + suffix)).write_bytes((folder + name).encode())
    return tmp_path / "vggss.json", tmp_path / "image", tmp_path / "audio"


def test_picture_and_sound_are_of_one_video(paths):
    sample = read_vgg_ss(*paths)[7]
    assert sample.kind == "localisation"
    assert (sample.image.read(), sample.sound.read()) == (b"image00000000007_000010", b"audio00000000007_000010")
    assert sample.identities == {"youtube:00000000007"}


def test_pairs_that_lost_a_file_are_left_out_and_counted(paths):
    (paths[1] / "00000000001_000010.jpg").unlink()
    (paths[2] / "00000000004_000010.wav").unlink()
    samples = read_vgg_ss(*paths)
    assert (len(samples), samples.n_left_out) == (N_PAIRS - 2, 2)
    assert not {"youtube:00000000001", "youtube:00000000004"} & {name for s in samples for name in s.identities}


def test_who_asks_whether_they_belong_together_is_told_so(paths):
    samples = read_vgg_ss(*paths)
    asked = [sample for sample in samples if sample.exchanges[0].question in wordings.DO_THEY_BELONG]
    assert 0 < len(asked) < len(samples)
    for sample in samples:
        answer = sample.exchanges[0].answer
        assert answer == (f"{THEY_BELONG} {sample.label}" if sample in asked else sample.label)
