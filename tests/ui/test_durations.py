"""Figures of time, as the language of the window writes them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QLocale

from bubo_desktop.ui.durations import in_seconds, on_axis


@pytest.fixture(params=["en", "es"])
def point(request) -> Iterator[str]:
    """What divides whole seconds from their parts."""
    before = QLocale()
    QLocale.setDefault(QLocale(request.param))
    yield {"en": ".", "es": ","}[request.param]
    QLocale.setDefault(before)


def test_seconds_have_one_decimal(point):
    assert in_seconds(3.0) == f"3{point}0 s"
    assert in_seconds(0.25) == f"0{point}3 s"


def test_an_axis_has_figures_as_short_as_can_be(point):
    figures = [on_axis(time_s) for time_s in (0, 0.1 + 0.2, 2.5, 60, 65.0)]
    assert figures == ["0 s", f"0{point}3 s", f"2{point}5 s", "1:00", "1:05"]
