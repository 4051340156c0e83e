"""The second start: what was answered is there, and can be pointed at, whatever has become of the packs."""

from __future__ import annotations

from pathlib import Path

from tests.window.desktop import Desktop
from tests.window.pixels import dimmed
from tests.window.program import Box, Program, running

QUESTION = "What do you see?"
WORD = "dog"


def test_an_old_chat_points_at_its_things_without_any_pack(desktop: Desktop, tmp_path: Path) -> None:
    with running(desktop, tmp_path) as bubo:
        bubo.click(*bubo.find(f"Picture: {QUESTION}").box.centre)
        bubo.wait_for(lambda: _linked_word(bubo), "an answer")
        bubo.close()
    with running(desktop, tmp_path, "window", "--pack", "nowhere") as bubo:
        bubo.find("There is no pack called 'nowhere'.")
        bubo.click(*bubo.find(QUESTION).box.centre)
        bubo.wait_for(lambda: _linked_word(bubo), "the old answer")
        resting = bubo.still_screen()
        word = bubo.wait_for(lambda: _linked_word(bubo), "the word where it stays")
        bubo.point(*word.centre)
        bubo.wait_for(lambda: dimmed(resting, bubo.screen()).mean() > 0.05, "the thing among what is dimmed")


def test_whatever_the_keyboard_can_reach_has_a_name(desktop: Desktop, tmp_path: Path) -> None:
    with running(desktop, tmp_path) as bubo:
        bubo.click(*bubo.find("Picture and sound: Which object makes this sound?").box.centre)
        bubo.wait_for(lambda: _linked_word(bubo), "an answer")
        told = bubo.told()
    reachable = [one for one in told if "focusable" in one.states]
    assert len(reachable) > 10
    assert [one for one in reachable if not one.name] == []


def _linked_word(bubo: Program) -> Box | None:
    """The place of `WORD` in the answer, once the object it names is there too."""
    told = bubo.told(WORD)
    has_object = any(one.name.startswith(f"{WORD},") for one in told)
    return next((one.words[0] for one in told if one.name == "Answer" and one.words and has_object), None)
