"""Live use in the real window: a drawn scene before the camera, seen, asked about, taken into the chat, and closed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.fake_camera import FakeCamera, compiled, plugged_camera, why_impossible
from tests.window.desktop import Desktop
from tests.window.program import Program, running
from tests.window.together import LIVE, SCENE, go_live, live_picture

CLOSED_S = 0.3  # after the key, as the issue demands; what it takes to press a key and to look comes on top
SLACK_S = 1.5


@pytest.fixture
def camera(tmp_path: Path) -> Iterator[FakeCamera]:
    problem = why_impossible()
    if problem:
        pytest.skip(f"no camera can be pretended: {problem}")
    with plugged_camera(compiled(tmp_path), tmp_path) as camera:
        yield camera


@pytest.fixture
def bubo(desktop: Desktop, camera: FakeCamera, tmp_path: Path) -> Iterator[Program]:
    with running(Desktop(desktop.size_px, {**desktop.environment, **camera.environment}), tmp_path) as bubo:
        yield bubo


def type_into(bubo: Program, name: str, words: str) -> None:
    bubo.click(*bubo.find(name, "editable").box.centre)
    bubo.type(words)
    bubo.press("Return")


def test_seen_asked_watched_taken_into_the_chat_and_closed(bubo: Program, camera: FakeCamera) -> None:
    bubo.find("Question", "editable")
    assert camera.n_starts == 0
    go_live(bubo, camera)
    assert bubo.find("Drawn camera is on")
    type_into(bubo, "Ask again and again", "what do you see?")
    bubo.wait_for(lambda: [one for one in bubo.told() if one.role == "label" and "a dog" in one.name], "an answer")
    type_into(bubo, "Tell me when you see or hear…", "dog")
    bubo.wait_for(lambda: [one for one in bubo.told() if one.role == "list item" and "dog" in one.name], "a notice")
    bubo.press("ctrl+shift+s")
    bubo.wait_for(lambda: [one for one in bubo.told() if one.name.startswith("Picture Camera")], "the snapshot")
    assert camera.n_streaming == 1
    pressed_s = time.monotonic()
    bubo.press("ctrl+shift+x")
    while camera.n_streaming and time.monotonic() < pressed_s + CLOSED_S + SLACK_S:
        time.sleep(0.01)
    assert camera.n_streaming == 0
    bubo.wait_for(lambda: not [one for one in bubo.told() if one.name == "Drawn camera is on"], "no sign")


def test_without_a_camera_a_sentence_says_so_and_one_that_is_plugged_in_is_used(
    bubo: Program, camera: FakeCamera
) -> None:
    camera.unplug()
    bubo.click_on(LIVE)
    bubo.find("There is no camera.")
    camera.plug()
    camera.show(SCENE)
    live_picture(bubo)
