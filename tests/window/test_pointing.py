"""Words and things in the real window, driven from outside: what is pasted, asked, answered, hovered and clicked."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
import pytest
from PIL import Image

from bubo_desktop.data import Answer, Thing
from bubo_desktop.state.settings import SettingsFile
from tests.window.desktop import open_desktop
from tests.window.pixels import Pixels, difference, dimmed, dimmed_area
from tests.window.program import ROOT, Box, Program, running

SAMPLES = ROOT / "models" / "nano" / "samples"
QUESTION = "What do you see?"
WORD = "dog"


@dataclass(frozen=True)
class Look:
    """A way in which the window can appear."""

    size_px: tuple[int, int]
    theme: str = "light"
    scale: int = 1


LOOKS = {
    "light": Look((1280, 800)),
    "dark": Look((1280, 800), theme="dark"),
    "small": Look((1024, 600)),
    "200-percent": Look((2560, 1600), scale=2),
}


@pytest.fixture(scope="session")
def answer() -> Answer:
    """What the pack says of the picture; at temperature 0 it says so every time."""
    command = [sys.executable, "main.py", "ask", "--image", str(SAMPLES / "garden.png"), "--json", QUESTION]
    return msgspec.json.decode(subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout, type=Answer)


@pytest.fixture(params=LOOKS)
def look(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def bubo(look: str, tmp_path: Path) -> Iterator[Program]:
    """The program in one of its looks, filling its screen."""
    size_px, theme, scale = LOOKS[look].size_px, LOOKS[look].theme, LOOKS[look].scale
    (tmp_path / "data").mkdir()
    SettingsFile(tmp_path / "data" / "settings.json").change(theme=theme, language="en")
    with open_desktop(size_px) as desktop, running(desktop, tmp_path, scale=scale) as bubo:
        bubo.find("Question", "editable")
        bubo.resize(*size_px)
        yield bubo


@pytest.fixture
def keep(look: str, tmp_path: Path) -> Callable[[str, Pixels], None]:
    """Keeps a screenshot: in the folder that BUBO_SCREENSHOTS names, so that it can be looked at."""
    folder = Path(os.environ.get("BUBO_SCREENSHOTS", tmp_path))

    def save(name: str, pixels: Pixels) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(folder / f"{look}-{name}.png")

    return save


def test_words_and_things_light_each_other(bubo: Program, answer: Answer, keep: Callable[[str, Pixels], None]) -> None:
    thing = next(thing for thing in answer.images[0].objects if thing.label == WORD)
    keep("1-start", bubo.still_screen())
    word = _paste_and_ask(bubo, answer)
    resting = bubo.still_screen()
    keep("2-answered", resting)

    bubo.point(*word.centre)
    hovered = bubo.still_screen(lambda now: dimmed(resting, now).any())
    keep("3-word-hovered", hovered)
    picture = dimmed_area(resting, hovered)
    assert _is_lit(thing, answer, picture, resting, hovered)

    bubo.point(5, 5)
    bubo.still_screen(lambda now: difference(resting, now).mean() < 0.01)

    bubo.click(*_place_of(thing, answer, picture))
    bubo.point(5, 5)
    clicked = bubo.still_screen(lambda now: _is_lit(thing, answer, picture, resting, now))
    keep("4-region-clicked", clicked)
    assert difference(word.of(resting), word.of(clicked)).any()


def _paste_and_ask(bubo: Program, answer: Answer) -> Box:
    """Pastes the picture, asks, waits for words, boxes and masks; returns the place of `WORD` in the answer."""
    bubo.focus()
    with bubo.clipboard((SAMPLES / "garden.png").read_bytes(), "image/png"):
        bubo.press("ctrl+v")
        bubo.wait_for(lambda: any("Pasted picture" in one.name for one in bubo.told()), "the pasted picture")
    bubo.ask(QUESTION)
    bubo.wait_for(lambda: _answered(bubo, answer.answer), "the answer")
    names = {thing.label for thing in answer.images[0].objects}
    bubo.wait_for(lambda: names <= {name.split(",")[0] for name in _names(bubo)}, "the objects' names")
    return _answered(bubo, answer.answer)[0]


def _answered(bubo: Program, text: str) -> tuple[Box, ...]:
    """The places of `WORD` in the answer, once it is there as a whole."""
    return next((one.words for one in bubo.told(WORD) if one.name == "Answer" and one.text == text), ())


def _names(bubo: Program) -> set[str]:
    return {one.name for one in bubo.told() if one.name}


def _place_of(thing: Thing, answer: Answer, picture: Box) -> tuple[int, int]:
    """The middle of a thing on the screen."""
    x0, y0, x1, y1 = thing.box_xyxy_px
    found = answer.images[0]
    return (
        picture.x + round((x0 + x1) / 2 / found.width * picture.width),
        picture.y + round((y0 + y1) / 2 / found.height * picture.height),
    )


def _is_lit(thing: Thing, answer: Answer, picture: Box, before: Pixels, after: Pixels) -> bool:
    """Whether the thing keeps its light, and what is around it does not."""
    dark = picture.of(dimmed(before, after))
    found = answer.images[0]
    scale = picture.width / found.width
    assert scale == pytest.approx(picture.height / found.height, rel=0.05)
    x0, y0, x1, y1 = (round(side * scale) for side in thing.box_xyxy_px)
    inside = np.zeros_like(dark)
    inside[y0:y1, x0:x1] = True
    rows, columns = slice(y0 + (y1 - y0) // 3, y1 - (y1 - y0) // 3), slice(x0 + (x1 - x0) // 3, x1 - (x1 - x0) // 3)
    return bool(dark[rows, columns].mean() < 0.2 and dark[~inside].mean() > 0.7)
