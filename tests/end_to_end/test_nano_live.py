"""The shipped pack looking and listening live, beside an answer that it writes, through the engine process."""

from collections.abc import Iterator

import numpy as np
import pytest
import soundfile
from PIL import Image, ImageDraw

from bubo_desktop.client import EngineClient, EngineState
from bubo_desktop.data import Clip, Frame
from bubo_desktop.geometry import box_iou, decode_mask, mask_bounds

WAIT_MS = 60_000
SIZE_PX = (640, 480)
SIDE_PX = 190
LEFTS_PX = (20, 120, 220, 320, 430)


class Lookout:
    """Collects what a client tells, by the request's id."""

    def __init__(self, client: EngineClient) -> None:
        self.events: dict[int, list] = {}
        for signal in (client.token, client.found, client.heard, client.masked, client.done, client.failed):
            signal.connect(lambda event: self.events.setdefault(event.id, []).append(event))

    def has_ended(self, number: int) -> bool:
        return type(self.events.get(number, [None])[-1]).__name__ in ("Done", "Failed")


@pytest.fixture(scope="module")
def client(nano, qapp) -> Iterator[EngineClient]:
    client = EngineClient()
    client.start(nano, gpu_layers=0)
    yield client
    client.stop()
    while client.state is not EngineState.stopped:
        qapp.processEvents()


@pytest.fixture
def sense(qtbot, client):
    """Senses, and returns what is told before the end."""
    lookout = Lookout(client)

    def sense(*images, **request) -> list:
        number = client.sense(images, **request)
        qtbot.waitUntil(lambda: lookout.has_ended(number), timeout=WAIT_MS)
        return lookout.events[number][:-1]

    return sense


def draw_square(left_px: int) -> tuple[Frame, np.ndarray]:
    """A blue square on a light ground, and its box."""
    box = (left_px, 140, left_px + SIDE_PX, 140 + SIDE_PX)
    picture = Image.new("RGB", SIZE_PX, (235, 225, 205))
    ImageDraw.Draw(picture).rectangle((*box[:2], box[2] - 1, box[3] - 1), fill=(30, 95, 225))
    return Frame(*SIZE_PX, picture.tobytes()), np.array([box], float)


def test_five_frames_in_a_row_show_five_places_while_an_answer_is_written(qtbot, client, nano):
    lookout = Lookout(client)
    asked = client.ask("What do you see?", [str(nano / "samples" / "garden.png")])
    drawn = [draw_square(left_px) for left_px in LEFTS_PX]
    sensed = [client.sense([frame]) for frame, _ in drawn]
    qtbot.waitUntil(lambda: all(map(lookout.has_ended, [asked, *sensed])), timeout=WAIT_MS)
    assert lookout.events[asked][-1].answer.answer
    for number, (_, box) in zip(sensed, drawn, strict=True):
        [thing] = lookout.events[number][0].picture.objects
        assert thing.label == "square"
        assert box_iou(box, np.array([thing.box_xyxy_px])).item() > 0.6  # nano's boxes are drawn on 128 pixels


@pytest.mark.parametrize(
    ("words", "is_sought"), [("a blue square", True), ("cuadrados", True), ("the red square", False), ("dog", False)]
)
def test_what_is_sought_is_marked(sense, words, is_sought):
    [found] = sense(draw_square(LEFTS_PX[0])[0], seek=words)
    assert found.sought == ((0,) if is_sought else ())


def test_what_is_outlined_fills_its_box(sense):
    frame, box = draw_square(LEFTS_PX[2])
    _, masked = sense(frame, outline=True)
    [runs] = masked.masks.values()
    assert box_iou(box, np.array([mask_bounds(decode_mask(runs))], float)).item() > 0.8


def test_a_frame_and_the_sound_of_the_same_moment_are_matched(sense, nano):
    with Image.open(nano / "samples" / "garden.png") as picture:
        frame = Frame(*picture.size, picture.convert("RGB").tobytes())
    samples, rate_hz = soundfile.read(nano / "samples" / "dog.wav", dtype="float32")
    found, heard = sense(frame, sounds=[Clip(rate_hz, samples.tobytes())], seek="perro")
    dogs = tuple(thing.id for thing in found.picture.objects if thing.label == "dog")
    assert dogs == found.sought == heard.match.source_objects
    assert {heard.sounds[0].events[place].label for place in heard.sought[0]} == {"barking"}
