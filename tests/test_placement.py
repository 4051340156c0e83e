"""Names find places where they can be read: inside, apart, and near what they name."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bubo_desktop.placement import overlap_px, place_labels

BOUNDS = (400, 300)
areas = st.tuples(st.integers(0, 399), st.integers(0, 299), st.integers(1, 200), st.integers(1, 200)).map(
    lambda a: (a[0], a[1], min(400, a[0] + a[2]), min(300, a[1] + a[3]))
)
sizes = st.tuples(st.integers(10, 120), st.integers(8, 30))


@given(st.lists(st.tuples(areas, sizes), max_size=20), st.none() | st.integers(0, 60))
def test_names_stay_inside_and_apart_and_within_reach(labelled, reach_px):
    places = place_labels([area for area, _ in labelled], [size for _, size in labelled], BOUNDS, reach_px)
    for number, ((area, size), place) in enumerate(zip(labelled, places, strict=True)):
        if place is None:
            continue
        x0, y0, x1, y1 = place
        assert (x1 - x0, y1 - y0) == size
        assert min(x0, y0) >= 0
        assert x1 <= BOUNDS[0]
        assert y1 <= BOUNDS[1]
        assert not any(other and overlap_px(place, other) for other in places[:number])
        if reach_px is not None:
            gap_x = max(area[0] - x1, x0 - area[2])
            gap_y = max(area[1] - y1, y0 - area[3])
            assert max(gap_x, gap_y) <= reach_px


def test_a_name_stands_above_its_object_where_that_is_free():
    assert place_labels([(100, 100, 200, 200)], [(50, 20)], BOUNDS) == [(100, 80, 150, 100)]


def test_a_name_moves_aside_rather_than_cover_another_object():
    [place, _] = place_labels([(100, 100, 200, 200), (100, 50, 200, 99)], [(50, 20)] * 2, BOUNDS)
    assert place
    assert not overlap_px(place, (100, 50, 200, 99))


def test_as_many_names_as_fit_are_placed_and_no_more():
    anchors = [(0, 0, 400, 300)] * 20
    assert sum(place is not None for place in place_labels(anchors, [(200, 100)] * 20, BOUNDS)) == 6
