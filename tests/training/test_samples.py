"""Media in files and in shards, and selections of samples."""

import pytest

from build.training.samples import Exchange, MediaRef, Sample, Selection


def test_a_medium_is_read_from_its_file(tmp_path):
    (tmp_path / "Bark.WAV").write_bytes(b"woof")
    medium = MediaRef(tmp_path / "Bark.WAV", "clotho:bark")
    assert (medium.read(), medium.suffix) == (b"woof", ".wav")


def test_a_selection_keeps_order_and_counts_what_it_leaves_out():
    samples = [Sample("image_caption", (Exchange("What?", str(n)),)) for n in range(6)]
    selection = Selection(samples, [1, 3, 4])
    assert [sample.exchanges[0].answer for sample in selection] == ["1", "3", "4"]
    assert selection.n_left_out == 3
    assert list(selection[1:]) == [samples[3], samples[4]]
    assert selection[-1] is samples[4]
    with pytest.raises(IndexError):
        selection[3]
