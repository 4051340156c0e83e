"""Messages on the wire."""

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bubo_desktop.data import (
    Answer,
    Clip,
    Frame,
    Link,
    Match,
    PictureFindings,
    RunLengths,
    Sampling,
    SoundEvent,
    SoundFindings,
    SoundLink,
    Tag,
    Thing,
    TokenCounts,
    Turn,
)
from bubo_desktop.errors import ProtocolError
from bubo_desktop.protocol import (
    MAX_MESSAGE_BYTES,
    Ask,
    Cancel,
    Cancelled,
    Done,
    Failed,
    Found,
    Heard,
    Hello,
    LineReader,
    Linked,
    Loading,
    Masked,
    Outline,
    Ping,
    Pong,
    Prepare,
    Progress,
    Ready,
    Sense,
    Shutdown,
    Token,
    decode_event,
    decode_request,
    encode,
)

MASK = RunLengths((2, 3), (1, 2, 3))
PICTURE = PictureFindings("a.png", 3, 2, (Tag("dog", 0.5),), (Thing(0, "dog", 0.9, (0.0, 0.0, 2.5, 2.0), MASK),))
SOUND = SoundFindings("a.wav", 1.5, (SoundEvent("barking", 0.7, 0.0, 1.0),))
LINK = Link(4, 7, "dog", 0, (0,), 0.9)
SOUND_LINK = SoundLink(4, 7, "dog", 0, (0,), 0.7)
ANSWER = Answer(
    answer="The 狗\n\u2028\x00 dog", pack="nano", images=(PICTURE,), links=(LINK,), sounds=(SOUND,),
    sound_links=(SOUND_LINK,), match=Match("related", 0.8, (0,)), timings_ms={"see": 1.5},
    tokens=TokenCounts(3, 4), notes=("n",),
)  # fmt: skip
FRAME = Frame(2, 1, bytes([0, 10, 13, 34, 92, 255]))
CLIP = Clip(16_000, np.array([-1, 0, 0.5], "<f4").tobytes())
REQUESTS = [
    Hello(protocol=1, pack_dir="/packs/señal 狗", gpu_layers=0),
    Prepare(id=1, images=("a.png", FRAME)),
    Ask(id=2, question="why?\n", sounds=("a.wav", CLIP), history=(Turn("q", "a"),), sampling=Sampling(seed=3)),
    Outline(id=3, image="a.png", boxes_xyxy_px=((0.0, 1.0, 2.0, 3.5),)),
    Sense(id=4, images=(FRAME, "a.png"), sounds=(CLIP,), seek="el perro", outline=True),
    Cancel(id=2),
    Ping(nonce=5),
    Shutdown(),
]
EVENTS = [
    Loading(part="language", fraction=0.5),
    Ready(protocol=1, version="1", pack="nano", pack_name="Nano", device="CPU", load_ms=1.0, notes=("n",)),
    Pong(nonce=5, working_on=2),
    Progress(id=2, stage="see", fraction=0.1, elapsed_ms=3.0),
    Token(id=2, text="é"),
    Found(id=2, image=0, picture=PICTURE, sought=(0,)),
    Heard(id=2, sounds=(SOUND,), sought=((0,),), match=Match("silent", 1.0)),
    Linked(id=2, links=(LINK,), sounds=(SOUND,), sound_links=(SOUND_LINK,), match=Match("silent", 1.0)),
    Masked(id=2, image=0, masks={0: MASK}),
    Done(id=2, answer=ANSWER),
    Failed(id=2, code="input", message="m", hint="h", partial="p"),
    Cancelled(id=2, partial="p"),
]


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda message: type(message).__name__)
def test_every_request_survives_the_way(request_):
    line = encode(request_)
    assert line.count(b"\n") == 1
    assert decode_request(line) == request_
    with pytest.raises(ProtocolError):
        decode_event(line)


@pytest.mark.parametrize("event", EVENTS, ids=lambda message: type(message).__name__)
def test_every_event_survives_the_way(event):
    line = encode(event)
    assert line.count(b"\n") == 1
    assert decode_event(line) == event
    with pytest.raises(ProtocolError):
        decode_request(line)


def test_what_the_user_shows_and_says_is_never_printed():
    assert repr((FRAME, CLIP)) == "(Frame(2 x 1 px), Clip(12 bytes at 16000 Hz))"


def test_the_lists_above_are_the_whole_protocol():
    from bubo_desktop.protocol import Event, Request

    assert {type(message) for message in REQUESTS} == set(Request.__args__)
    assert {type(message) for message in EVENTS} == set(Event.__args__)


@pytest.mark.parametrize(
    "line", [b"", b"{}", b"null", b'{"type":"Ping","nonce":"x"}', b'{"type":"Ping","nonce":1,"z":1}']
)
def test_what_is_no_message_is_refused(line):
    with pytest.raises(ProtocolError):
        decode_request(line)


def test_a_message_that_is_too_long_is_neither_sent_nor_read():
    with pytest.raises(ProtocolError):
        encode(Token(id=1, text="x" * MAX_MESSAGE_BYTES))
    with pytest.raises(ProtocolError):
        decode_event(msgspec.json.encode(Token(id=1, text="x" * MAX_MESSAGE_BYTES)))


@given(st.lists(st.binary(max_size=20).map(lambda line: line.replace(b"\n", b"")), max_size=8), st.data())
def test_lines_come_out_whole_however_the_pipe_cuts_them(lines, data):
    stream = b"".join(line + b"\n" for line in lines)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=10)))
    reader = LineReader()
    chunks = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    assert [line for chunk in chunks for line in reader.push(chunk)] == lines


def test_a_line_without_end_is_refused():
    reader = LineReader()
    assert reader.push(b"x" * MAX_MESSAGE_BYTES) == []
    with pytest.raises(ProtocolError):
        reader.push(b"x")
