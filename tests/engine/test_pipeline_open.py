"""Pointing where the grounder finds whatever it is asked for, and what is done ahead of a question."""

import dataclasses

import msgspec
import numpy as np
import pytest
from PIL import Image

from bubo_desktop.data import Turn
from bubo_desktop.engine.cancellation import Cancellation, CancelledWork
from bubo_desktop.engine.pipeline import Pipeline
from bubo_desktop.engine.prompt import Embeddings, Text
from bubo_desktop.errors import EngineError
from bubo_desktop.protocol import Ask, Found, Linked, Masked, Outline, Prepare, Token
from tests.fakes.parts import ANSWER, open_world_pack


@pytest.fixture
def picture(tmp_path) -> str:
    Image.fromarray(np.arange(16 * 20 * 3, dtype=np.uint8).reshape(16, 20, 3)).save(tmp_path / "picture.png")
    return str(tmp_path / "picture.png")


def answer(pipeline, picture, question="plain", emit=lambda _: None, **request):
    return pipeline.answer(Ask(id=1, question=question, images=(picture,), **request), Cancellation(), emit)


def saying(pipeline: Pipeline, text: str) -> Pipeline:
    pipeline.pack.language.plain = lambda: [text]
    return pipeline


def labels(reply) -> list[str]:
    return [thing.label for thing in reply.images[0].objects]


def test_tags_are_located(picture):
    pipeline = Pipeline(open_world_pack("dog"))
    reply = answer(pipeline, picture)
    assert reply.answer == ANSWER
    assert [(link.text, len(link.objects)) for link in reply.links] == [("The dog"[4:], 1)]
    assert pipeline.pack.locator.sought == [("dog",)]


def test_what_the_question_names_is_located_too(picture):
    pipeline = Pipeline(open_world_pack("dog", "frisbee"))
    assert labels(answer(pipeline, picture, "Where is the frisbee?")) == ["dog", "frisbee"]


def test_what_only_the_answer_names_is_located_then(picture):
    pipeline = saying(Pipeline(open_world_pack("dog", "frisbee")), "A dog with a frisbee.")
    events = []
    reply = answer(pipeline, picture, emit=events.append)
    assert labels(reply) == ["dog", "frisbee"]
    assert [(link.text, link.objects) for link in reply.links] == [("dog", (0,)), ("frisbee", (1,))]
    assert [len(event.picture.objects) for event in events if isinstance(event, Found)] == [1, 2]
    assert pipeline.pack.locator.sought == [("dog",), ("frisbee",)]


def test_what_is_said_and_not_there_is_told_but_no_verb_is(picture):
    pipeline = saying(Pipeline(open_world_pack("dog")), "The dogs stand beside a frisbee.")
    assert [(link.text, link.objects) for link in answer(pipeline, picture).links] == [("dogs", (0,)), ("frisbee", ())]


def test_what_was_sought_is_not_sought_again(picture):
    pipeline = saying(Pipeline(open_world_pack("dog", "frisbee")), "A dog with a frisbee.")
    answer(pipeline, picture)
    n_sought = len(pipeline.pack.locator.sought)
    answer(pipeline, picture)
    assert len(pipeline.pack.locator.sought) == n_sought


def test_boxes_are_there_before_a_long_answer_ends(picture):
    pipeline = Pipeline(open_world_pack("dog"))
    events, cancellation = [], Cancellation()

    def stop_when_both_came(event) -> None:
        events.append(type(event))
        if {Found, Token} <= set(events):
            cancellation.cancel()

    with pytest.raises(CancelledWork):  # the answer has no end of its own
        pipeline.answer(Ask(id=1, question="endless", images=(picture,)), cancellation, stop_when_both_came)
    assert Linked not in events


def test_a_picture_that_cannot_be_named_fails_the_request_and_ends_the_words(picture):
    pipeline = Pipeline(open_world_pack("dog"))

    def fail(*_):
        raise EngineError("The tagger is broken.")

    pipeline.pack.tagger.tags = fail
    with pytest.raises(EngineError, match="tagger"):
        answer(pipeline, picture)


def test_masks_may_come_later(picture):
    pipeline = Pipeline(open_world_pack("dog", "frisbee"))
    events = []
    reply = answer(pipeline, picture, "Where is the frisbee?", emit=events.append, outline=False)
    assert not any(isinstance(event, Masked) for event in events)
    assert all(thing.mask_rle is None for thing in reply.images[0].objects)
    boxes = tuple(thing.box_xyxy_px for thing in reply.images[0].objects)
    pipeline.outline(Outline(id=2, image=picture, boxes_xyxy_px=boxes), Cancellation(), events.append)
    assert events[-1].id == 2
    assert sorted(events[-1].masks) == [0, 1]
    assert {tuple(mask.size) for mask in events[-1].masks.values()} == {(16, 20)}


def test_naming_ahead_gives_way_to_a_question(picture):
    pipeline = Pipeline(open_world_pack("dog"))
    leisure = Cancellation()
    leisure.cancel()
    pipeline.prepare(Prepare(id=1, images=(picture,)), Cancellation(), leisure, lambda _: None)
    assert pipeline.pack.locator.sought == []
    pipeline.prepare(Prepare(id=2, images=(picture,)), Cancellation(), Cancellation(), lambda _: None)
    assert pipeline.pack.locator.sought == [("dog",)]


def test_pictures_of_earlier_turns_stand_in_theirs(picture, tmp_path):
    pipeline = Pipeline(open_world_pack("dog"))
    earlier = tmp_path / "earlier.png"
    Image.new("RGB", (20, 16), (9, 9, 9)).save(earlier)
    history = (Turn("What was this?", "Grey.", images=(str(earlier),)),)
    answer(pipeline, picture, history=history)
    prompt = pipeline.pack.language.prompts[-1]
    shown = [float(part.rows[0, 0]) for part in prompt if isinstance(part, Embeddings)]
    assert shown[0] == 9
    assert len(shown) == 2
    assert [part.text for part in prompt if isinstance(part, Text)].index("Grey.") < len(prompt) - 3


def test_an_earlier_picture_that_is_gone_is_told_and_costs_nothing_else(picture):
    pipeline = Pipeline(open_world_pack("dog"))
    reply = answer(pipeline, picture, history=(Turn("Before?", "Yes.", images=("/gone.png",)),))
    assert reply.answer == ANSWER
    assert any("cannot be read any more" in note for note in reply.notes)


def test_eyes_that_read_the_question_are_asked_anew_but_look_once(picture):
    pipeline = Pipeline(open_world_pack("dog"))
    eyes, asked = pipeline.pack.vision, []
    eyes.reads_questions = True
    eyes.read_for = lambda question, seen, _cancellation: (asked.append(question), seen)[1]
    look = eyes.see
    eyes.see = lambda *request: (asked.append("look"), look(*request))[1]
    pipeline.prepare(Prepare(id=1, images=(picture,)), Cancellation(), Cancellation(), lambda _: None)
    for question in ("plain", "What?", "plain"):
        answer(pipeline, picture, question)
    assert asked == ["look", "", "plain", "What?"]


def test_without_a_tagger_the_grounders_own_labels_are_sought_in_every_picture(picture):
    pack = open_world_pack("frisbee", "dog")
    grounder = msgspec.structs.replace(pack.manifest.parts.grounder, labels=("cat", "frisbee"))
    parts = msgspec.structs.replace(pack.manifest.parts, tagger=None, grounder=grounder)
    manifest = msgspec.structs.replace(pack.manifest, parts=parts)
    pipeline = Pipeline(dataclasses.replace(pack, manifest=manifest, tagger=None))
    assert labels(answer(pipeline, picture)) == ["frisbee"]
    assert pipeline.pack.locator.sought == [("cat", "frisbee")]
