"""What is told of what is seen and heard, and what is remembered of it, with fake parts."""

import dataclasses

import numpy as np
import pytest
from PIL import Image

from bubo_desktop.data import Clip, Frame
from bubo_desktop.engine import studies
from bubo_desktop.engine.cancellation import Cancellation, CancelledWork
from bubo_desktop.engine.pack import Pack
from bubo_desktop.engine.pipeline import Pipeline
from bubo_desktop.errors import PackError
from bubo_desktop.protocol import Ask, Found, Heard, Prepare, Sense
from tests.fakes.parts import fake_pack, open_world_pack

FADING = np.linspace(1, 0, 16_000) * np.resize([1, -1], 16_000)
BARKING = Clip(16_000, FADING.astype("<f4").tobytes())


def frame(number: int = 0) -> Frame:
    """A different picture for each number, in all of which the fake eyes see a dog."""
    pixels = np.random.default_rng(number).integers(0, 255, (16, 20, 3), np.uint8)
    return Frame(20, 16, pixels.tobytes())


def sense(pipeline: Pipeline, *images, **request) -> list:
    events: list = []
    pipeline.sensing.sense(Sense(id=1, images=images, **request), Cancellation(), events.append)
    return events


def without(pack: Pack, *parts: str) -> Pipeline:
    return Pipeline(dataclasses.replace(pack, **dict.fromkeys(parts)))


def test_a_pack_tells_what_it_can():
    tagging = sense(without(fake_pack(), "locator", "segmenter"), frame(), outline=True)
    assert [([tag.label for tag in event.picture.tags], event.picture.objects) for event in tagging[:1]] == [
        (["dog"], ())
    ]
    assert tagging[1].masks == {}
    [found] = sense(without(fake_pack(closed_world=False), "tagger"), frame())
    assert (found.picture.tags, [thing.label for thing in found.picture.objects]) == ((), ["dog"])
    [heard] = sense(without(fake_pack(), "sound_tagger"), sounds=(BARKING,))
    assert (heard.sounds[0].duration_s, heard.sounds[0].events) == (1.0, ())


def test_a_pack_that_can_do_nothing_says_so():
    with pytest.raises(PackError, match=r"^This pack can neither find objects nor tell sounds\."):
        sense(without(fake_pack(), "tagger", "locator", "sound_tagger"), frame())


def test_neither_the_language_network_nor_its_eyes_are_asked():
    pipeline = Pipeline(dataclasses.replace(fake_pack(), language=None, vision=None, hearing=None))
    assert [type(event) for event in sense(pipeline, frame(), sounds=(BARKING,))] == [Found, Heard]


def test_what_is_sought_is_asked_for_by_itself_and_then_the_rest():
    pipeline = Pipeline(open_world_pack("dog", "red ball"))
    [found] = sense(pipeline, frame(), seek="red ball")
    assert [thing.label for thing in found.picture.objects] == ["red ball", "dog"]
    assert found.sought == (0,)
    assert pipeline.pack.locator.sought == [("red ball",), ("dog",)]


def test_cancelled_work_ends_without_a_word():
    cancellation = Cancellation()
    cancellation.cancel()
    with pytest.raises(CancelledWork):
        Pipeline(fake_pack()).sensing.sense(Sense(id=1, images=(frame(),)), cancellation, pytest.fail)


def test_a_frame_that_was_sensed_is_known_to_a_question_about_it():
    pipeline = Pipeline(fake_pack())
    sense(pipeline, frame())
    n_looks = pipeline.pack.vision.n_looks
    pipeline.prepare(Prepare(id=2, images=(frame(),)), Cancellation(), Cancellation(), lambda _: None)
    assert pipeline.pack.vision.n_looks == n_looks + 1  # to see it for the language network


def test_frames_drive_out_one_another_but_no_file(tmp_path, monkeypatch):
    monkeypatch.setattr(studies, "MOMENTS_BYTES", 4_000)  # a frame's findings take half of it
    Image.fromarray(np.arange(16 * 20 * 3, dtype=np.uint8).reshape(16, 20, 3)).save(tmp_path / "dog.png")
    pipeline = Pipeline(fake_pack())
    eyes, file = pipeline.pack.vision, str(tmp_path / "dog.png")

    def is_looked_at(image) -> bool:
        n_looks = eyes.n_looks
        sense(pipeline, image)
        return eyes.n_looks > n_looks

    assert [is_looked_at(image) for image in (file, frame(0), frame(0))] == [True, True, False]
    assert all(is_looked_at(frame(number)) for number in range(1, 10))
    assert [is_looked_at(image) for image in (file, frame(0), frame(9))] == [False, True, False]


def test_a_question_keeps_what_it_found_while_frames_pass_by(monkeypatch):
    """What it found in its own frame is wanted again for the links, when the answer is written."""
    monkeypatch.setattr(studies, "MOMENTS_BYTES", 1)
    pipeline = Pipeline(fake_pack(closed_world=False))
    answer = pipeline.answer(Ask(id=1, question="plain", images=(frame(),)), Cancellation(), lambda _: None)
    assert [link.objects for link in answer.links] == [(0,)]
    assert pipeline.pack.vision.n_looks == 3  # to see, to tag, to outline
