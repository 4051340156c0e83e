"""The annotated picture, seen through its pixels and the chips it places."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bubo_desktop import overlay
from bubo_desktop.data import PictureFindings, Thing
from bubo_desktop.geometry import encode_mask
from bubo_desktop.overlay import annotate
from bubo_desktop.palette import OKABE_ITO, look_of
from bubo_desktop.placement import overlap_px


def findings(width: int, height: int, boxes, label: str = "rooster") -> PictureFindings:
    things = tuple(Thing(number, label, 0.9, box) for number, box in enumerate(boxes))
    return PictureFindings("a.png", width, height, (), things)


def plain(width: int, height: int, grey: int = 128):
    return np.full((height, width, 3), grey, np.uint8)


def chips(found: PictureFindings, size):
    scale = size[0] / found.width
    marks = [overlay._Mark.of(thing, scale, size) for thing in found.objects]
    return [chip.area for chip in overlay._placed_chips(marks, overlay._Pen.for_size(size), size)]


@pytest.mark.parametrize(("width", "height"), [(64, 64), (64, 256), (1920, 1080), (8000, 400)])
def test_small_pictures_are_enlarged_and_proportions_kept(width, height):
    annotated = annotate(plain(width, height), findings(width, height, [(8, 8, 40, 40)]))
    assert max(annotated.size) == max(width, height, overlay.MIN_SIDE_PX)
    assert annotated.width / annotated.height == pytest.approx(width / height, rel=0.01)  # whole pixels


@settings(deadline=None, max_examples=60)
@given(
    size=st.tuples(st.integers(16, 900), st.integers(16, 900)),
    corners=st.lists(st.tuples(*[st.floats(0, 1)] * 4), max_size=20),
)
def test_names_neither_leave_the_picture_nor_cover_each_other(size, corners):
    width, height = size
    boxes = [(min(a, c) * width, min(b, d) * height, max(a, c) * width, max(b, d) * height) for a, b, c, d in corners]
    found = findings(width, height, boxes)
    canvas = annotate(plain(width, height), found).size
    placed = chips(found, canvas)
    for number, area in enumerate(placed):
        assert area[0] >= 0
        assert area[1] >= 0
        assert area[2] <= canvas[0]
        assert area[3] <= canvas[1]
        assert not any(overlap_px(area, other) for other in placed[:number])


def test_every_name_finds_a_place_in_an_ordinary_picture():
    boxes = [(100.0, 100.0, 300.0, 300.0)] * 20
    assert len(chips(findings(1280, 720, boxes), (1280, 720))) == 20


def test_a_name_too_long_for_the_picture_is_made_smaller():
    [(x0, _, x1, _)] = chips(findings(100, 400, [(10, 10, 90, 90)], "a" * 30), (180, 720))
    assert x1 - x0 <= 180


@pytest.mark.parametrize("grey", [0, 128, 255])
def test_box_and_mask_stand_out_on_any_ground_and_stay_in_their_place(grey):
    mask = np.zeros((800, 1000), bool)
    mask[300:500, 400:700] = True
    thing = Thing(3, "dog", 0.9, (400, 300, 700, 500), encode_mask(mask))
    before = plain(1000, 800, grey)
    after = np.asarray(annotate(before, PictureFindings("a.png", 1000, 800, (), (thing,))))
    changed = (after != before).any(axis=2)
    assert changed[310:490, 410:690].mean() > 0.9
    around = changed.copy()
    around[240:560, 340:760] = False  # the object, its lines and its name
    assert not around.any()
    colour = np.array(look_of(3).colour)
    assert (np.abs(after[302:498, 399:404].astype(int) - colour).sum(axis=2) == 0).any()


def test_a_mask_off_the_corner_of_an_enlarged_picture_is_drawn():
    mask = np.zeros((64, 64), bool)
    mask[50:, 50:] = True
    thing = Thing(0, "dog", 0.9, (50, 50, 64, 64), encode_mask(mask))
    after = np.asarray(annotate(plain(64, 64, 0), PictureFindings("a.png", 64, 64, (), (thing,))))
    assert after[-40:-20, -40:-20].any()
    assert not after[:300, :300].any()


def test_looks_repeat_late_and_their_ink_can_be_read():
    looks = [look_of(number) for number in range(35)]
    assert len({(look.colour, look.pattern) for look in looks}) == 35
    assert {look.colour for look in looks} == set(OKABE_ITO)
    for look in looks:
        assert _contrast(look.colour, look.ink) >= 4.5  # WCAG 2.2, level AA


def _contrast(a, b) -> float:
    low, high = sorted(
        sum(k * (v / 255) ** 2.2 for k, v in zip((0.2126, 0.7152, 0.0722), c, strict=True)) for c in (a, b)
    )
    return (high + 0.05) / (low + 0.05)
