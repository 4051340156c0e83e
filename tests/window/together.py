"""Live use as a whole, step by step as a user goes: a scene is seen, its sound heard, and a question asked by voice."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image

from bubo_desktop.sounds import read_sound, wave_of
from tests.fakes.fake_camera import FakeCamera
from tests.fakes.sound_server import SoundServer
from tests.fakes.talker import say
from tests.window.desktop import Desktop
from tests.window.program import ROOT, Program, Told, running

SAMPLES = ROOT / "models" / "nano" / "samples"
SCENE = np.asarray(Image.open(SAMPLES / "garden.png").convert("RGB"))
LABELS = {"bird", "car", "dog", "tree"}
QUESTION = "Which object makes this sound?"
LIVE = "Live: look through the camera"
RECORD = "Record, or hold to speak"
STARTS_S = 1.0  # until what is played has come through
KEEP_KEYS = ("Down", "Down", "Return")  # the second entry of the microphone's menu


@contextmanager
def looking_and_listening(
    desktop: Desktop, camera: FakeCamera, cable: SoundServer, home: Path, scale: int = 1
) -> Iterator[Program]:
    """The window with this camera and this microphone."""
    devices = {**camera.environment, "PULSE_SERVER": cable.environment["PULSE_SERVER"]}
    with running(Desktop(desktop.size_px, {**desktop.environment, **devices}), home, scale=scale) as bubo:
        yield bubo


def live_picture(bubo: Program) -> Told:
    """The live picture once everything in it has its box."""
    return bubo.wait_for(
        lambda: next(
            (one for one in bubo.told() if one.name == "Live picture" and set(one.description.split(", ")) == LABELS),
            None,
        ),
        "boxes",
    )


def go_live(bubo: Program, camera: FakeCamera) -> None:
    """Holds the drawn scene before the camera, and looks at it."""
    camera.show(SCENE)
    bubo.click_on(LIVE)
    live_picture(bubo)


def hear_the_dog(bubo: Program, cable: SoundServer) -> None:
    """Has the last seconds kept, and a dog barks."""
    bubo.click(*bubo.find(RECORD).box.centre, button=3)
    bubo.press(*KEEP_KEYS)
    bubo.wait_for(lambda: cable.n_listeners() == 1, "an open microphone")
    dog = read_sound(SAMPLES / "dog.wav")
    cable.play(dog.samples, dog.rate_hz)
    time.sleep(len(dog.samples) / dog.rate_hz + STARTS_S)


def take_the_moment(bubo: Program) -> None:
    """Takes picture and sound of now into the question."""
    bubo.press("ctrl+shift+s")
    for kind in ("Picture Camera", "Sound Sound"):
        bubo.wait_for(lambda kind=kind: [one for one in bubo.told() if one.name.startswith(kind)], kind)


def ask_by_voice(bubo: Program, cable: SoundServer) -> None:
    """Says the question while the key is held; it stands in the field afterwards."""
    bubo.focus()
    bubo.hold("ctrl", "space")
    bubo.find("Stop")
    question = wave_of(say(QUESTION))
    cable.play(question.samples, question.rate_hz)
    wait_for_recorded(bubo, len(question.samples) / question.rate_hz + STARTS_S)
    bubo.release("space", "ctrl")
    bubo.wait_for(lambda: [one for one in bubo.told() if one.text == QUESTION], "the question")


def wait_for_recorded(bubo: Program, duration_s: float) -> None:
    """Until the strip says that so much was recorded."""

    def is_long_enough() -> bool:
        figures = [re.fullmatch(r"(\d+\.\d) s", one.name) for one in bubo.told()]
        return any(figure and float(figure[1]) >= duration_s for figure in figures)

    bubo.wait_for(is_long_enough, f"{duration_s} seconds")


def send(bubo: Program) -> Told:
    """Sends what was said; the answer."""
    bubo.focus()
    bubo.press("Return")
    return bubo.wait_for(
        lambda: next((one for one in bubo.told() if one.name == "Answer" and "dog" in one.text), None), "the answer"
    )
