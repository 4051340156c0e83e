"""Grounding-Bench's questions and COCO's annotations, small."""

import json

import pytest

from build.errors import BuildError
from build.evaluation.phrases import mean_the_same
from build.evaluation.suites.grounding_bench import open_grounding_bench
from tests.evaluation.small_files import draw_picture
from tests.fakes.parts import EXACT_BOX

x0, y0, x1, y1 = EXACT_BOX


@pytest.fixture
def folder(tmp_path):
    draw_picture(tmp_path / "val2014" / "COCO_val2014_000000000042.jpg")
    draw_picture(tmp_path / "val2014" / "COCO_val2014_000000000043.jpg")
    lines = [
        {"question_id": number, "image": f"0000000000{number}.jpg", "text": "What is shown?"} for number in (42, 43)
    ]
    (tmp_path / "qa1000_questions.jsonl").write_text("\n".join(map(json.dumps, lines)) + "\n")
    box = [x0, y0, x1 - x0, y1 - y0]
    instances = {
        "images": [{"id": n, "file_name": f"COCO_val2014_0000000000{n}.jpg"} for n in (42, 43)],
        "annotations": [
            {"id": 1, "image_id": 42, "category_id": 18, "bbox": box, "iscrowd": 0},
            {"id": 2, "image_id": 42, "category_id": 1, "bbox": [0, 0, 3, 3], "iscrowd": 0},
            {"id": 3, "image_id": 42, "category_id": 18, "bbox": [0, 0, 16, 16], "iscrowd": 1},
            {"id": 4, "image_id": 43, "category_id": 17, "bbox": box, "iscrowd": 0},
        ],
        "categories": [{"id": 1, "name": "person"}, {"id": 17, "name": "cat"}, {"id": 18, "name": "dog"}],
    }
    (tmp_path / "instances_val2014.json").write_text(json.dumps(instances))
    return tmp_path


def test_links_need_the_right_place_and_the_right_word(folder, examine):
    suite = open_grounding_bench(folder, None, 0)
    figures = examine(suite)
    assert figures["links, precision"] == 0.5  # a dog, and a cat taken for one
    assert figures["links, recall"] == pytest.approx(1 / 3)  # a crowd is not wanted
    assert figures["links, F1"] == pytest.approx(2 * 1 / (2 + 3))
    assert suite.findings().scored["links"].right == [True, False]
    assert "GPT-4" in suite.findings().notes[0]


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("the two dogs", "a dog", True),
        ("a man in a red shirt", "red shirts", True),
        ("the cat", "the dog", False),
        ("the", "the", False),
    ],
)
def test_phrases_are_the_same_where_they_share_a_word_that_says_something(first, second, same):
    assert mean_the_same(first, second) is same


def test_lines_of_something_else_are_refused(folder):
    (folder / "qa1000_questions.jsonl").write_text('{"image": 3}\n')
    with pytest.raises(BuildError, match="not a list of questions"):
        open_grounding_bench(folder, None, 0)
