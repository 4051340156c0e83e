"""Looking and listening beside answers, on the real process with fake parts."""

import numpy as np
import pytest

from bubo_desktop.data import Clip, Frame
from bubo_desktop.protocol import (
    PROTOCOL_VERSION,
    Ask,
    Cancel,
    Cancelled,
    Done,
    Failed,
    Found,
    Heard,
    Hello,
    Masked,
    Ping,
    Pong,
    Progress,
    Sense,
    Shutdown,
    Token,
)
from tests.fakes.parts import ANSWER

N_FRAMES = 5
ENDLESS = Frame(1, 1, bytes(3))  # the fake eyes look at it until that is cancelled
FADING = np.linspace(1, 0, 16_000) * np.resize([1, -1], 16_000)
BARKING = Clip(16_000, FADING.astype("<f4").tobytes())


def dog(width_px: int = 20, height_px: int = 16) -> Frame:
    return Frame(width_px, height_px, bytes(range(3 * width_px)) * height_px)


def begin(engine, *requests) -> None:
    """Sends requests when the engine is ready, and waits until the first question among them is being answered."""
    engine.hello()
    engine.send(*requests)
    engine.until(Token)


def test_what_is_seen_is_told_while_an_answer_is_written(engine):
    begin(engine, Ask(id=1, question="endless"))
    engine.send(Sense(id=2, images=(dog(),)))
    events = [event for event in engine.until(Done) if event.id != 1]
    assert [(type(event), event.id) for event in events] == [(Found, 2), (Done, 2)]
    engine.send(Cancel(id=1))
    assert engine.until(Cancelled)[-1].id == 1


def test_an_answer_is_written_while_a_look_takes_long(engine):
    engine.hello()
    engine.send(Sense(id=1, images=(ENDLESS,)), Ask(id=2, question="plain", images=(dog(),)))
    assert engine.until(Done)[-1].id == 2
    engine.send(Cancel(id=1))
    assert engine.until(Cancelled)[-1].id == 1


def test_cancelling_in_one_lane_leaves_the_other_alone(engine):
    begin(
        engine,
        *(Ask(id=1, question="endless"), Sense(id=2, images=(ENDLESS,)), Sense(id=3, images=(dog(),))),
        *(Ask(id=4, question="plain"), Sense(id=5, images=(dog(),))),
    )
    engine.send(Cancel(id=3))  # which waits
    assert engine.until(Cancelled)[-1].id == 3
    engine.send(Cancel(id=2))  # which works, and keeps 5 waiting
    assert engine.until(Cancelled)[-1].id == 2
    assert engine.until(Done)[-1].id == 5
    engine.send(Cancel(id=1))
    assert engine.until(Cancelled)[-1].id == 1
    assert engine.until(Done)[-1].answer.answer == ANSWER


def test_a_ping_tells_of_the_answer_not_of_the_look_beside_it(engine):
    engine.hello()
    engine.send(Sense(id=1, images=(ENDLESS,)), Ping(nonce=1))
    assert engine.until(Pong)[-1].working_on == 0
    engine.send(Ask(id=2, question="endless"))
    engine.until(Token)
    engine.send(Ping(nonce=2))
    assert engine.until(Pong)[-1].working_on == 2


def test_a_look_that_was_asked_for_early_waits_for_the_pack(engine):
    engine.send(Hello(protocol=PROTOCOL_VERSION, pack_dir="fake"), Sense(id=1, images=(dog(),)))
    *_, ready, found, _done = engine.until(Done)
    assert (ready.pack, found.picture.width) == ("fake", 20)


def test_pictures_then_sounds_then_outlines(engine):
    engine.hello()
    engine.send(Sense(id=1, images=(dog(), dog(24)), sounds=(BARKING,), seek="perros", outline=True))
    first, second, heard, *masked, done = engine.until(Done)
    assert [type(event) for event in (first, second, heard, *masked)] == [Found, Found, Heard, Masked, Masked]
    assert [(each.image, each.sought, each.picture.path) for each in (first, second)] == [(0, (0,), ""), (1, (1,), "")]
    assert [event.label for event in heard.sounds[0].events] == ["barking"]
    assert heard.sought == ((0,),)
    assert (heard.match.verdict, heard.match.source_objects) == ("related", (0, 1))
    assert [set(each.masks) for each in masked] == [{0}, {1}]
    assert done == Done(id=1)


def test_each_frame_in_a_row_has_its_own_findings(engine):
    engine.hello()
    engine.send(*(Sense(id=1 + n, images=(dog(20 + n),)) for n in range(N_FRAMES)))
    events = [event for _ in range(N_FRAMES) for event in engine.until(Done)]
    assert [(event.id, event.picture.width) for event in events if isinstance(event, Found)] == [
        (1 + n, 20 + n) for n in range(N_FRAMES)
    ]


def test_a_question_about_a_frame_is_answered_as_one_about_a_file(engine):
    engine.hello()
    engine.send(Ask(id=1, question="plain", images=(dog(),), sounds=(BARKING,)))
    events = engine.until(Done)
    answer = events[-1].answer
    assert (answer.answer, answer.images[0].path, answer.sounds[0].path) == (ANSWER, "", "")
    assert [(link.text, link.objects) for link in answer.links] == [("dog", (0,))]
    assert answer.match.verdict == "related"
    assert {"see", "hear"} <= {event.stage for event in events if isinstance(event, Progress)}


@pytest.mark.parametrize(
    ("shown", "message"),
    [
        ({"images": (Frame(2, 2, bytes(11)),)}, "11 bytes are no picture of 2 x 2 pixels."),
        ({"images": (Frame(-2, -2, bytes(12)),)}, "12 bytes are no picture of -2 x -2 pixels."),
        ({"sounds": (Clip(16_000, bytes(5)),)}, "5 bytes are no recording of 32-bit samples."),
        ({"sounds": (Clip(16_000, b""),)}, "The recording holds no sound: it has no samples."),
        ({"sounds": (Clip(7, bytes(8)),)}, "The recording has a sample rate of 7 Hz, which is not usable."),
        ({"images": ("missing.png",)}, "There is no file missing.png."),
        ({"seek": "unicorn"}, 'This pack knows nothing that is called "unicorn".'),
    ],
    ids=["bytes", "negative", "samples", "empty", "rate", "file", "words"],
)
def test_what_cannot_be_used_is_refused_in_a_sentence_and_the_engine_lives(engine, shown, message):
    engine.hello()
    engine.send(Sense(id=1, **shown), Sense(id=2, images=(dog(),)))
    failed = engine.until(Failed)[-1]
    assert (failed.id, failed.code, failed.message) == (1, "input", message)
    assert failed.hint
    assert engine.until(Done)[-1].id == 2


@pytest.mark.parametrize(("question", "is_gone"), [("endless", False), ("endless", True), ("deaf", False)])
def test_the_engine_ends_with_both_lanes_busy(engine, question, is_gone):
    begin(engine, Sense(id=1, images=(ENDLESS,)), Sense(id=2, images=(dog(),)), Ask(id=3, question=question))
    if is_gone:
        engine.process.stdin.close()
    else:
        engine.send(Shutdown())
    assert engine.wait() == 0
