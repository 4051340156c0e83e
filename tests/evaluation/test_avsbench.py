"""AVSBench's single-source files, small, and the pairs made of them."""

import numpy as np
import pytest
from PIL import Image

from build.errors import BuildError
from build.evaluation.suites.avsbench import open_avsbench
from build.evaluation.suites.unrelated import open_unrelated
from tests.evaluation.small_files import draw_picture, record_barking, record_silence
from tests.fakes.parts import EXACT_BOX


@pytest.fixture
def folder(tmp_path):
    rows = ["name,start,category,split"]
    for name, category, record in (("a", "dog_barking", record_barking), ("b", "typing", record_silence)):
        rows.append(f"{name},0,{category},test")
        record(tmp_path / "s4_data" / "audio_wav" / "test" / category / f"{name}.wav")
        for number in range(1, 6):
            place = f"test/{category}/{name}/{name}_{number}.png"
            draw_picture(tmp_path / "s4_data" / "visual_frames" / place)
            mask = np.zeros((32, 32), np.uint8)  # twice as fine as the picture
            if category == "dog_barking":
                x0, y0, x1, y1 = (round(2 * edge) for edge in EXACT_BOX)
                mask[y0:y1, x0 : x1 if number < 5 else (x0 + x1) // 2] = 255
            path = tmp_path / "s4_data" / "gt_masks" / place
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(mask).convert("1").save(path)
    rows.append("c,0,typing,train")
    (tmp_path / "s4_meta_data.csv").write_text("\n".join(rows))
    return tmp_path


def test_masks_are_compared_frame_by_frame_and_clip_by_clip(folder, talk, examine):
    figures = examine(open_avsbench(folder, None, 0))
    assert len(talk.questions) == 10
    # the dog: four frames exact and one half too large; the keyboard, silent to these ears: rightly nothing
    assert figures["mean IoU"] == pytest.approx(((4 * 1 + 0.5) / 5 + 1) / 2)
    assert figures["F-score, beta^2 0.3"] == pytest.approx((4 * 1 + 1.3 * 0.5 / (0.3 * 0.5 + 1)) / 5)


def test_a_missing_frame_is_told_before_anything_is_asked(folder):
    next(folder.rglob("visual_frames/test/typing/b/b_3.png")).unlink()
    with pytest.raises(BuildError, match=r"b_3\.png is missing"):
        open_avsbench(folder, None, 0)


def test_pairs_are_balanced_and_verdicts_counted(folder, examine):
    suite = open_unrelated(folder, None, 0)
    truths = [case.truth for case in suite.cases()]
    assert [truth.verdict for truth in truths] == ["related", "unrelated", "silent"] * 2
    assert (truths[1].picture.stem, truths[1].recording.stem) == ("a_3", "b")
    figures = examine(suite)
    # the fake dog is heard in clip a's recording, whatever the picture, and seen in every picture; else all is silent
    assert figures["related, told rightly"] == 0.5
    assert figures["unrelated, told rightly"] == 0
    assert figures["silent, told rightly"] == 1
    assert figures["picture and sound, balanced accuracy"] == pytest.approx(0.5)
    assert figures["silence called related"] == 0
    [confusion] = suite.findings().confusions.values()
    assert confusion["unrelated"] == {"silent": 1, "related": 1}


def test_clips_of_one_category_make_no_unrelated_pairs(folder):
    rows = (folder / "s4_meta_data.csv").read_text().splitlines()
    (folder / "s4_meta_data.csv").write_text("\n".join(rows[:2]))
    with pytest.raises(BuildError, match="two categories"):
        open_unrelated(folder, None, 0)
