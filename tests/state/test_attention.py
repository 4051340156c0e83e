"""What is pointed at lights up on both sides, in one exchange at a time."""

import pytest
from msgspec.structs import replace

from bubo_desktop.state.attention import NOTHING, Attention, EventRef, ObjectRef
from bubo_desktop.state.records import Exchange
from tests.state.chat_records import BARK, DOG

FIRST, SECOND = (Exchange(chat_id="chat", question="?", attachments=(file,)) for file in (DOG, BARK))
A_DOG, A_BARK = frozenset({ObjectRef(0, 1)}), frozenset({EventRef(0, 0)})


@pytest.fixture
def attention() -> Attention:
    attention = Attention()
    attention.show(FIRST)
    return attention


@pytest.fixture
def told(attention) -> list[str]:
    """The signals, as they come."""
    told: list[str] = []
    attention.shown_changed.connect(lambda: told.append("shown"))
    attention.lit_changed.connect(lambda: told.append("lit"))
    return told


def test_what_is_pointed_at_is_lit_before_what_was_clicked(attention):
    attention.pin(FIRST, A_DOG)
    attention.hover(FIRST, A_BARK)
    assert (attention.lit, attention.pinned) == (A_BARK, A_DOG)
    attention.hover(FIRST, NOTHING)
    assert attention.lit == A_DOG


def test_a_second_click_lets_go(attention):
    attention.pin(FIRST, A_DOG)
    attention.pin(FIRST, A_DOG)
    assert attention.lit == attention.pinned == NOTHING


def test_each_change_is_told_once(attention, told):
    attention.hover(FIRST, A_DOG)
    attention.hover(FIRST, A_DOG)
    attention.pin(FIRST, A_DOG)
    attention.show(FIRST)
    assert told == ["lit", "lit"]  # it is pinned now, too


def test_pointing_at_an_older_answer_shows_it(attention, told):
    attention.pin(FIRST, A_DOG)
    attention.hover(SECOND, A_BARK)
    assert attention.shown is SECOND
    assert (attention.lit, attention.pinned) == (A_BARK, NOTHING)
    assert "shown" in told


def test_leaving_an_older_answer_takes_no_light_from_the_one_that_is_shown(attention):
    attention.hover(FIRST, A_DOG)
    attention.hover(SECOND, NOTHING)
    assert (attention.shown, attention.lit) == (FIRST, A_DOG)


def test_a_newer_state_keeps_its_light(attention, told):
    attention.pin(FIRST, A_DOG)
    newer = replace(FIRST, status="done")
    attention.show(newer)
    assert (attention.shown, attention.pinned) == (newer, A_DOG)
    assert told == ["lit", "shown"]


def test_files_of_the_draft_take_the_place_of_an_answers(attention, told):
    attention.pin(FIRST, A_DOG)
    told.clear()
    attention.show_draft((DOG, BARK))
    assert (attention.shown, attention.pictures, attention.sounds) == (None, (DOG,), (BARK,))
    assert attention.lit == NOTHING
    attention.show_draft((DOG, BARK))
    assert told == ["lit", "shown"]
    attention.show(SECOND)
    assert (attention.pictures, attention.sounds) == ((), (BARK,))
