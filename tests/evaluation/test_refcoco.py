"""RefCOCO's own files, small: what is read, asked, chosen and marked."""

import json
import pickle

import pytest

from build.errors import BuildError
from build.evaluation.suites.refcoco import QUESTION, open_refcoco
from tests.evaluation.small_files import draw_picture
from tests.fakes.parts import EXACT_BOX

PICTURE = "COCO_train2014_000000000007.jpg"
x0, y0, x1, y1 = EXACT_BOX


def reference(number: int, annotation: int, split: str, *phrases: str) -> dict:
    return {
        "ref_id": number, "ann_id": annotation, "category_id": 18, "image_id": 7, "split": split,
        "file_name": "COCO_train2014_000000000007_3.jpg", "sent_ids": [number],
        "sentences": [{"sent_id": number, "sent": said, "raw": said, "tokens": said.split()} for said in phrases],
    }  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    draw_picture(tmp_path / "train2014" / PICTURE)
    instances = {
        "images": [{"id": 7, "file_name": PICTURE, "width": 16, "height": 16}],
        "annotations": [
            {"id": 1, "image_id": 7, "category_id": 18, "bbox": [x0, y0, x1 - x0, y1 - y0]},
            {"id": 2, "image_id": 7, "category_id": 18, "bbox": [12, 12, 4, 4]},
        ],
    }
    (tmp_path / "instances.json").write_text(json.dumps(instances))
    references = [
        reference(1, 1, "val", "dog", "the biggest dog"),
        reference(2, 2, "testA", "other dog"),
        reference(3, 1, "train", "never asked"),
    ]
    (tmp_path / "refs(unc).p").write_bytes(pickle.dumps(references, protocol=2))
    return tmp_path


def test_a_phrase_is_right_where_the_boxes_overlap(folder, talk, examine):
    figures = examine(open_refcoco(folder, None, 0))
    assert (figures["accuracy at IoU 0.5, val"], figures["mean IoU, val"]) == (1, 1)
    assert (figures["accuracy at IoU 0.5, testA"], figures["mean IoU, testA"]) == (0, 0)
    assert sorted(talk.questions) == sorted(QUESTION.format(f"the {p}") for p in ("dog", "biggest dog", "other dog"))


def test_the_same_seed_draws_the_same_phrases(folder):
    drawn = [[case.truth.phrase for case in open_refcoco(folder, 2, seed).cases()] for seed in (5, 5)]
    assert drawn[0] == drawn[1]
    assert len(drawn[0]) == 2


def test_a_list_in_json_says_the_same(folder):
    (folder / "refs(unc).p").unlink()
    (folder / "refs_val.json").write_text(json.dumps([reference(1, 1, "val", "dog")]))
    assert open_refcoco(folder, None, 0).n_cases == 1


def test_a_pickle_that_would_run_code_is_refused(folder):
    (folder / "refs(unc).p").write_bytes(b"cos\nsystem\n(S'touch /tmp/never'\ntR.")
    with pytest.raises(BuildError, match="not a pickle of plain lists"):
        open_refcoco(folder, None, 0)


def test_pictures_that_are_missing_are_told_before_anything_is_asked(folder):
    (folder / "train2014" / PICTURE).unlink()
    with pytest.raises(BuildError, match="COCO_train2014_000000000007 is nowhere"):
        open_refcoco(folder, None, 0)


def test_a_list_of_something_else_is_refused(folder):
    (folder / "refs(unc).p").write_bytes(pickle.dumps([{"ann_id": 1}], protocol=2))
    with pytest.raises(BuildError, match="not in its format"):
        open_refcoco(folder, None, 0)
