"""Flickr-SoundNet's annotations, small."""

import pytest

from build.errors import BuildError
from build.evaluation.suites.flickr_soundnet import open_flickr_soundnet, read_boxes
from tests.evaluation.small_files import draw_picture, record_barking
from tests.fakes.parts import EXACT_BOX

# the fake dog's box, of 16 points a side, among 256
DOG = tuple(round(edge * 16) for edge in EXACT_BOX)


def annotate(*boxes) -> str:
    marked = "".join(
        f"<annotator><bbox><label>object</label><xmin>{x0}</xmin><ymin>{y0}</ymin><xmax>{x1}</xmax><ymax>{y1}</ymax></bbox>"
        "</annotator>"
        for x0, y0, x1, y1 in boxes
    )
    return f"<annotation>{marked}</annotation>"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "Annotations").mkdir()
    for name, boxes in (("11", [DOG] * 3), ("12", [(200, 200, 256, 256)] * 3), ("13", [DOG] * 3)):
        (tmp_path / "Annotations" / f"{name}.xml").write_text(annotate(*boxes))
        draw_picture(tmp_path / "frames" / f"{name}.jpg")
        record_barking(tmp_path / "audio" / f"{name}.wav")
    return tmp_path


def test_the_source_is_compared_with_what_people_marked(folder, talk, examine):
    figures = examine(open_flickr_soundnet(folder, None, 0))
    assert set(talk.questions) == {"What makes this sound?"}
    assert figures["cIoU: cases of at least 0.5"] == pytest.approx(2 / 3)
    # two of 1 and one of 0, whose area is half a step
    assert figures["AUC"] == pytest.approx((2 + 0.025) / 3, abs=0.01)  # maps are rounded to 224 points


def test_only_listed_pairs_count_and_lost_files_are_told(folder):
    (folder / "flickr_test.csv").write_text("11\n12\n")
    (folder / "audio" / "12.wav").unlink()
    suite = open_flickr_soundnet(folder, None, 0)
    assert [case.truth.picture.stem for case in suite.cases()] == ["11"]
    assert suite.notes == ("1 of 2 pairs have lost a file.",)


def test_boxes_are_read_in_parts_of_the_picture(folder):
    assert read_boxes(folder / "Annotations" / "12.xml") == ((0.78125, 0.78125, 1.0, 1.0),) * 3


@pytest.mark.parametrize(
    "text",
    [
        "no xml",
        "<annotation></annotation>",
        "<annotation><a><bbox><xmin>1</xmin></bbox></a></annotation>",
        '<!DOCTYPE a [<!ENTITY b "c">]><annotation>&b;</annotation>',
    ],
)
def test_other_files_are_refused(folder, text):
    (folder / "Annotations" / "11.xml").write_text(text)
    with pytest.raises(BuildError, match=r"11\.xml"):
        open_flickr_soundnet(folder, None, 0)
