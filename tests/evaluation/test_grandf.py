"""GranD-f's two files, small."""

import json

import numpy as np
import pytest
from pycocotools import mask as coco_masks

from build.errors import BuildError
from build.evaluation.suites.grandf import open_grandf
from tests.evaluation.small_files import draw_picture
from tests.fakes.parts import ANSWER, EXACT_BOX


def annotation(number: int, picture: str, box) -> dict:
    mask = np.zeros((16, 16), np.uint8, order="F")
    x0, y0, x1, y1 = map(int, box)
    mask[y0:y1, x0:x1] = 1
    runs = coco_masks.encode(mask)
    runs["counts"] = runs["counts"].decode()
    shape = {"bbox": [x0, y0, x1 - x0, y1 - y0], "area": int(mask.sum()), "segmentation": runs}
    return {"id": number, "image_id": picture, "category_id": 1, "iscrowd": 0} | shape


@pytest.fixture
def folder(tmp_path):
    for name in ("sa_1", "sa_2"):
        draw_picture(tmp_path / "GranDf_HA_images" / f"{name}.jpg")
    captions = [
        {"image_id": "sa_1", "id": 1, "caption": ANSWER, "labels": ["The dog", "a tree"]},
        {"image_id": "sa_2", "id": 2, "caption": "A cat sleeps.", "labels": ["A cat"]},
    ]
    pictures = [{"id": name, "file_name": f"{name}.jpg", "height": 16, "width": 16} for name in ("sa_1", "sa_2")]
    annotations = [
        annotation(1, "sa_1", EXACT_BOX),
        annotation(2, "sa_1", (10, 10, 16, 16)),
        annotation(3, "sa_2", EXACT_BOX),  # where the fake eyes see a dog
    ]
    (tmp_path / "test_gcg_coco_caption_gt.json").write_text(json.dumps({"images": pictures, "annotations": captions}))
    masks = {"images": pictures, "annotations": annotations, "categories": [{"id": 1, "name": "object"}]}
    (tmp_path / "test_gcg_coco_mask_gt.json").write_text(json.dumps(masks))
    return tmp_path


def test_the_five_figures(folder, examine):
    figures = examine(open_grandf(folder, None, 0))
    assert figures["mask mIoU"] == 1  # the mean over pairs: one pair a picture, and each is exact
    assert figures["mask recall"] == pytest.approx(1 / 3)  # the tree is not found, and a dog is no cat
    # both masks found are right and the third one is never found: precision is 1 up to a recall of 2/3
    assert figures["masks, mAP at IoU 0.5"] == pytest.approx(67 / 101)
    assert figures["METEOR, without synonyms"] == pytest.approx((1 - 0.5 / 4**3) / 2)
    assert figures["CIDEr-D"] == pytest.approx(5)  # all as wanted, and nothing as wanted


def test_captions_and_masks_that_are_not_the_same_test_are_refused(folder):
    (folder / "test_gcg_coco_caption_gt.json").write_text(json.dumps({"annotations": [{"image_id": "sa_1"}]}))
    with pytest.raises(BuildError, match="caption"):
        open_grandf(folder, None, 0)


def test_stopped_before_the_first_case_there_are_no_figures(folder):
    assert all(figure.n == 0 for figure in open_grandf(folder, None, 0).findings().figures)
