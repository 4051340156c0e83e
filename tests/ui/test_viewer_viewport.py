"""What part of a picture is seen: fitted, zoomed around a point, and never lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QSizeF

from bubo_desktop.ui.viewer.viewport import Viewport

sizes = st.tuples(st.integers(1, 9000), st.integers(1, 9000)).map(lambda size: QSizeF(*map(float, size)))
views = st.tuples(st.integers(160, 2000), st.integers(160, 2000)).map(lambda size: QSizeF(*map(float, size)))
steps = st.lists(st.tuples(st.floats(0.2, 5), st.floats(0, 1), st.floats(0, 1), st.floats(-500, 500)), max_size=8)


@given(sizes, views, steps)
def test_points_map_there_and_back_and_the_picture_stays_in_sight(picture, view, moves):
    viewport = Viewport.fitted(picture, view)
    for factor, across, down, by in moves:
        viewport = viewport.zoomed(factor, QPointF(across * view.width(), down * view.height()))
        viewport = viewport.panned(QPointF(by, -by))
    point = QPointF(picture.width() / 3, picture.height() / 4)
    there = viewport.to_picture(viewport.to_view(point))
    assert there.x() == pytest.approx(point.x(), abs=1e-6 * picture.width() + 1e-6)
    assert there.y() == pytest.approx(point.y(), abs=1e-6 * picture.height() + 1e-6)
    area = viewport.area
    for low, high, room in ((area.left(), area.right(), view.width()), (area.top(), area.bottom(), view.height())):
        fills = high - low >= room
        assert (low <= 1e-3 and high >= room - 1e-3) if fills else low + high == pytest.approx(room, abs=1e-3)


@given(views)
def test_fitted_is_all_of_it_and_as_large_as_can_be(view):
    area = Viewport.fitted(QSizeF(640, 480), view).area
    assert area.width() <= view.width() + 1e-6
    assert area.height() <= view.height() + 1e-6
    assert max(area.width() - view.width(), area.height() - view.height()) == pytest.approx(0, abs=1e-6)


def test_zooming_out_stops_at_the_fitted_picture():
    viewport = Viewport.fitted(QSizeF(4000, 3000), QSizeF(400, 300)).zoomed(4, QPointF(100, 100))
    assert not viewport.is_fitted
    assert viewport.zoomed(0.01, QPointF(300, 10)).is_fitted


def test_another_size_keeps_fitted_fitted_and_the_middle_in_the_middle():
    picture = QSizeF(4000, 3000)
    assert Viewport.fitted(picture, QSizeF(400, 300)).resized(QSizeF(900, 300)).is_fitted
    zoomed = Viewport.fitted(picture, QSizeF(400, 300)).zoomed(8, QPointF(150, 120))
    assert zoomed.resized(QSizeF(420, 310)).centre == zoomed.centre
