"""Drawn things move by known amounts; their boxes go with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from scipy.ndimage import gaussian_filter

from bubo_desktop.capture.tracking import Tracked, Tracker, moved
from bubo_desktop.data import BoxXyxyPx

WIDTH_PX, HEIGHT_PX = 320, 240
FINE = 4  # pixels are drawn finer than they are seen, so that half a pixel is half a pixel
NOISE = 2.0  # grey levels, as an ordinary webcam's
BADLY_PX = 2.5  # where a box still is on its thing


@dataclass(frozen=True, slots=True)
class Drawn:
    """A thing in the picture: a ball with a spot, a card or a tent, `side` pixels wide around its centre."""

    shape: str
    x: float
    y: float
    side: float
    grey: int

    @property
    def box(self) -> BoxXyxyPx:
        half = self.side / 2
        return self.x - half, self.y - half, self.x + half, self.y + half


THINGS = (
    Drawn("ball", 60, 60, 40, 30), Drawn("card", 200, 60, 30, 220), Drawn("tent", 120, 160, 60, 20),
    Drawn("ball", 260, 170, 24, 230), Drawn("card", 60, 190, 50, 60),
)  # fmt: skip
STEPS = ((3, 1), (-2, 1.5), (1, -1), (-3, -1), (1.5, -0.5))  # pixels from one picture to the next


class Stage:
    """Pictures of things before a patterned wall."""

    def __init__(self) -> None:
        self._rng = np.random.default_rng(6)
        wall = gaussian_filter(self._rng.normal(size=(HEIGHT_PX, WIDTH_PX)), 6)
        self._wall = Image.fromarray((128 + 20 * wall / wall.std()).clip(0, 255).astype(np.uint8)).resize(
            (FINE * WIDTH_PX, FINE * HEIGHT_PX), Image.Resampling.BILINEAR
        )

    def picture(self, things: Sequence[Drawn]) -> NDArray[np.uint8]:
        canvas = self._wall.copy()
        draw = ImageDraw.Draw(canvas)
        for thing in things:
            x0, y0, x1, y1 = (round(FINE * side) for side in thing.box)
            match thing.shape:
                case "ball":
                    draw.ellipse((x0, y0, x1, y1), fill=thing.grey)
                    spot = (x1 - x0) // 4
                    draw.ellipse((x0 + spot, y0 + spot, x0 + 2 * spot, y0 + 2 * spot), fill=255 - thing.grey)
                case "card":
                    draw.rectangle((x0, y0, x1, y1), fill=thing.grey)
                case _:
                    draw.polygon(((x0, y1), (x1, y1), ((x0 + x1) // 2, y0)), fill=thing.grey)
        seen = np.asarray(canvas.resize((WIDTH_PX, HEIGHT_PX), Image.Resampling.BOX), np.float64)
        return (seen + self._rng.normal(scale=NOISE, size=seen.shape)).clip(0, 255).astype(np.uint8)


def after(n_steps: int) -> tuple[Drawn, ...]:
    """Where the things are after so many steps."""
    return tuple(
        replace(thing, x=thing.x + n_steps * dx, y=thing.y + n_steps * dy)
        for thing, (dx, dy) in zip(THINGS, STEPS, strict=True)
    )


def errors_px(found: Sequence[Tracked], things: Sequence[Drawn]) -> Mapping[int, float]:
    """By the numbers of boxes: how far their centres are from those of their things."""
    centres = {one.index: np.reshape(one.box_xyxy_px, (2, 2)).mean(axis=0) for one in found}
    return {index: float(np.hypot(*(centre - (things[index].x, things[index].y)))) for index, centre in centres.items()}


@pytest.fixture
def stage() -> Stage:
    return Stage()


@pytest.fixture
def tracker(stage: Stage) -> Tracker:
    return Tracker(stage.picture(THINGS), [thing.box for thing in THINGS], (WIDTH_PX, HEIGHT_PX))


def test_boxes_stay_on_things_that_move(stage: Stage, tracker: Tracker) -> None:
    errors = []
    for n_steps in range(1, 16):
        things = after(n_steps)
        found = errors_px(tracker.follow(stage.picture(things)), things)
        assert set(found) == set(range(len(THINGS)))
        errors += found.values()
    assert np.mean(errors) < 0.6
    assert max(errors) < BADLY_PX


def test_they_stand_still_on_things_that_do(stage: Stage, tracker: Tracker) -> None:
    for _ in range(10):
        found = tracker.follow(stage.picture(THINGS))
        assert max(errors_px(found, THINGS).values()) < 0.3
        assert min(one.confidence for one in found) > 0.9


def test_the_first_picture_may_be_long_ago(stage: Stage, tracker: Tracker) -> None:
    """As long as the engine took: things are up to 32 pixels further."""
    things = after(10)
    errors = errors_px(tracker.follow(stage.picture(things)), things)
    assert set(errors) == set(range(len(THINGS)))
    assert max(errors.values()) < 4  # until the next picture


def test_boxes_grow_with_things_that_come_nearer(stage: Stage, tracker: Tracker) -> None:
    for n_steps in range(1, 11):
        things = tuple(replace(thing, side=thing.side * 1.02**n_steps) for thing in THINGS)
        found = tracker.follow(stage.picture(things))
        assert [one.index for one in found] == list(range(len(THINGS)))
    widths = [one.box_xyxy_px[2] - one.box_xyxy_px[0] for one in found]
    np.testing.assert_allclose(widths, [thing.side for thing in things], rtol=0.07)


def test_light_does_not_matter(stage: Stage, tracker: Tracker) -> None:
    things = after(2)
    dimmed = (stage.picture(things) * 0.6).astype(np.uint8)
    assert max(errors_px(tracker.follow(dimmed), things).values()) < 0.6


def test_what_is_hidden_is_not_told_until_it_is_seen_again(stage: Stage, tracker: Tracker) -> None:
    curtain = Drawn("card", 60, 60, 70, 200)
    assert set(errors_px(tracker.follow(stage.picture(after(1))), THINGS)) == {0, 1, 2, 3, 4}
    for _ in range(5):
        assert 0 not in errors_px(tracker.follow(stage.picture((*after(1), curtain))), THINGS)
    things = after(3)
    errors = errors_px(tracker.follow(stage.picture(things)), things)
    assert errors[0] < 1


def test_what_leaves_the_picture_is_lost(stage: Stage) -> None:
    ball = Drawn("ball", 260, 120, 40, 30)
    tracker = Tracker(stage.picture([ball]), [ball.box], (WIDTH_PX, HEIGHT_PX))
    places = range(260, 400, 4)
    shown = [bool(tracker.follow(stage.picture([replace(ball, x=x)]))) for x in places]
    last = places[shown.index(False)]
    assert WIDTH_PX - 12 <= last <= WIDTH_PX + 8  # about half of it has left
    assert not any(shown[shown.index(False) :])


def test_a_box_of_nothing_is_not_followed() -> None:
    plain = np.full((HEIGHT_PX, WIDTH_PX), 90, np.uint8)
    assert Tracker(plain, [(100, 100, 140, 140)], (WIDTH_PX, HEIGHT_PX)).follow(plain) == ()
    assert Tracker(plain, [], (WIDTH_PX, HEIGHT_PX)).follow(plain) == ()


def test_boxes_are_told_in_the_pixels_of_the_picture_in_which_they_were_found(stage: Stage) -> None:
    doubled = [tuple(2 * side for side in thing.box) for thing in THINGS]
    [first, *_] = Tracker(stage.picture(THINGS), doubled, (640, 480)).follow(stage.picture(after(2)))
    np.testing.assert_allclose(first.box_xyxy_px, [2 * side for side in after(2)[0].box], atol=1)


def test_a_mask_goes_with_its_box() -> None:
    assert moved((12, 14, 16, 20), (10, 10, 20, 30), (40, 50, 60, 90)) == (44, 58, 52, 70)
