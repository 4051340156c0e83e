"""What the chat speaks of is lit in the live picture."""

from __future__ import annotations

import pytest

from bubo_desktop.state.attention import NOTHING, Attention, ObjectRef
from bubo_desktop.state.records import Chat
from bubo_desktop.ui.live.chat_lights import ChatLights
from tests.state.chat_records import an_exchange


@pytest.fixture
def told(qapp):  # noqa: ARG001 - no signals without an application
    """The attention, and the list of what is lit."""
    attention, told = Attention(), []
    lights = ChatLights(attention, attention)
    lights.changed.connect(told.append)
    return attention, told


def test_what_makes_the_sound_is_lit_until_something_is_pointed_at(told):
    attention, lit = told
    exchange = an_exchange(Chat(title="The dog"))
    attention.show(exchange)
    assert lit[-1] == {"dog"}
    attention.hover(exchange, frozenset({ObjectRef(0, 2)}))
    assert lit[-1] == {"ball"}
    attention.hover(exchange, NOTHING)
    assert lit[-1] == {"dog"}


def test_another_chat_lights_nothing(told):
    attention, lit = told
    attention.show(an_exchange(Chat(title="The dog")))
    attention.show_draft(())
    assert lit[-1] == frozenset()
