"""An exam is on disk, and its answers are about what was drawn and played."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from PIL import Image

from bubo_desktop.geometry import mask_bounds
from build.nano.dialogues import PLACES, answer_question
from build.nano.exam import DURATION_S, LONGER_PX, Sitting, draw_exam
from build.nano.facts import OBJECTS

TRUE_KINDS = {
    "exists", "where", "colour", "count", "size", "describe", "at", "hear", "hear_exists", "source", "match",
}  # fmt: skip


def size_px(path: Path) -> tuple[int, int]:
    with Image.open(path) as picture:
        return picture.size


@pytest.fixture(scope="module")
def sittings(tmp_path_factory) -> list[Sitting]:
    return list(draw_exam(12, 4, seed=1, folder=tmp_path_factory.mktemp("exam")))


def test_files_are_there_where_the_scene_has_them(sittings):
    assert {sitting.picture is None for sitting in sittings} == {True, False}
    assert {sitting.recording is None for sitting in sittings} == {True, False}
    for sitting in sittings:
        assert (sitting.picture is None) == (sitting.scene.objects is None)
        assert (sitting.recording is None) == (sitting.scene.sounds is None)
        assert len(sitting.questions) == 4
        if sitting.picture is not None:
            assert LONGER_PX[0] <= max(size_px(sitting.picture)) <= LONGER_PX[1]
        if sitting.recording is not None:
            assert DURATION_S[0] <= soundfile.info(sitting.recording).duration <= DURATION_S[1]


def test_the_scene_is_what_was_drawn(sittings):
    for sitting in sittings:
        if sitting.picture is None:
            continue
        objects = sitting.scene.objects or ()
        assert len(objects) == len(sitting.boxes_px) == len(sitting.masks)
        for thing, box, mask in zip(objects, sitting.boxes_px, sitting.masks, strict=True):
            assert thing.box * np.tile(size_px(sitting.picture), 2) == pytest.approx(box)
            bounds = mask_bounds(mask)
            assert bounds is not None
            assert (np.subtract(bounds, box) * (1, 1, -1, -1) >= -1e-6).all()  # it may be covered in part


def test_answers_hold_in_the_scene(sittings):
    asked = [(sitting.scene, question) for sitting in sittings for question in sitting.questions]
    about = [(scene, question) for scene, question in asked if question.kind in TRUE_KINDS]
    assert len(about) > len(asked) / 2
    for scene, question in about:
        subjects = PLACES if question.kind == "at" else OBJECTS
        assert question.answer in {answer_question(question.kind, subject, scene) for subject in subjects}


def test_a_seed_decides_the_exam(sittings, tmp_path):
    [again] = draw_exam(1, 4, seed=1, folder=tmp_path)
    assert again.scene == sittings[0].scene
    assert again.questions == sittings[0].questions
    [other] = draw_exam(1, 4, seed=2, folder=tmp_path)
    assert other.questions != again.questions
