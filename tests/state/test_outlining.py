"""Masks that are made when something is pointed at."""

import pytest
from PySide6.QtCore import QObject, Signal

from bubo_desktop.data import Answer, PictureFindings, RunLengths, Thing
from bubo_desktop.errors import EngineError
from bubo_desktop.protocol import Masked, Ready
from bubo_desktop.state import power
from bubo_desktop.state.attention import Attention, ObjectRef
from bubo_desktop.state.outlining import Outlining
from bubo_desktop.state.power import makes_masks
from bubo_desktop.state.records import Attachment, Exchange

BOXES = ((0.0, 0.0, 4.0, 4.0), (4.0, 4.0, 8.0, 8.0))
MASK = RunLengths((8, 8), (64,))
PICTURE = Attachment(sha256="0" * 64, kind="picture", name="a.png", suffix=".png", width=8, height=8)


class Client(QObject):
    """Notes what it is asked for."""

    masked = Signal(Masked)
    ready = Signal(Ready)

    def __init__(self) -> None:
        super().__init__()
        self.asked = []
        self.is_there = True

    def outline(self, image, boxes) -> int:
        if not self.is_there:
            raise EngineError("The engine is not running.")
        self.asked.append((image, tuple(boxes)))
        return 40 + len(self.asked)


class Media:
    def paths_of(self, attachments) -> list[str]:
        return [f"/media/{attachment.file_name}" for attachment in attachments]


def exchange(mask=None, status="done") -> Exchange:
    things = tuple(Thing(7 + number, "dog", 0.9, box, mask) for number, box in enumerate(BOXES))
    answer = Answer(answer="Dogs.", pack="p", images=(PictureFindings("a", 8, 8, objects=things),))
    return Exchange(chat_id="c", question="?", attachments=(PICTURE,), status=status, answer=answer)


@pytest.fixture
def desk(qapp):  # noqa: ARG001 - signals need it
    client, attention = Client(), Attention()
    return client, attention, Outlining(client, attention, Media())


def point_at(attention: Attention, shown: Exchange) -> None:
    attention.hover(shown, frozenset({ObjectRef(0, 8)}))
    attention.hover(shown, frozenset())


def test_pointing_at_a_thing_without_mask_asks_once_for_all_of_its_picture(desk, qtbot):
    client, attention, outlining = desk
    shown = exchange()
    point_at(attention, shown)
    point_at(attention, shown)
    assert client.asked == [(f"/media/{PICTURE.file_name}", BOXES)]
    with qtbot.waitSignal(outlining.outlined) as told:
        client.masked.emit(Masked(id=41, image=0, masks={1: MASK}))
    assert told.args[0] == shown.id
    assert told.args[1].masks == {8: MASK}


@pytest.mark.parametrize("shown", [exchange(MASK), exchange(status="answering")])
def test_nothing_is_asked_where_masks_are_there_or_may_still_come(desk, shown):
    client, attention, _ = desk
    point_at(attention, shown)
    assert client.asked == []


def test_masks_of_other_requests_are_left_alone(desk, qtbot):
    client, attention, outlining = desk
    point_at(attention, exchange())
    with qtbot.assertNotEmitted(outlining.outlined):
        client.masked.emit(Masked(id=3, image=0, masks={0: MASK}))


def test_without_an_engine_it_is_asked_again_the_next_time(desk):
    client, attention, _ = desk
    shown = exchange()
    client.is_there = False
    point_at(attention, shown)
    client.is_there = True
    point_at(attention, shown)
    assert len(client.asked) == 1


@pytest.mark.parametrize(
    ("choice", "on_battery", "expected"),
    [("at_once", True, True), ("sparing", True, False), ("sparing", False, True), ("when_pointed_at", False, False)],
)
def test_when_masks_come_with_the_answer(monkeypatch, choice, on_battery, expected):
    monkeypatch.setattr(power, "is_on_battery", lambda: on_battery)
    assert makes_masks(choice) is expected


def test_the_machine_says_where_its_power_comes_from():
    assert power.is_on_battery() in {True, False}
