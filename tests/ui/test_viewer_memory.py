"""Only the picture that is shown is held, and none of those that were."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from bubo_desktop.ui.viewer.picture_loader import LONGEST_SIDE_PX, read_picture
from tests.ui.viewer_stage import Stage, findings, things

N_PICTURES = 200
N_WARM = 20  # until pools and caches have their size
MAX_GROWTH_MB = 0.2  # per picture: one of them takes 0.3 MB as pixels, and as much for its masks


@pytest.fixture
def stage(qtbot, tmp_path) -> Iterator[Stage]:
    stage = Stage(qtbot, tmp_path)
    yield stage
    stage.close()


def resident_mb() -> float:
    gc.collect()
    n_pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return n_pages * os.sysconf("SC_PAGE_SIZE") / 2**20


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read from /proc")
def test_two_hundred_pictures_leave_no_trace(stage):
    found = findings(things())
    for number in range(N_PICTURES):
        if number == N_WARM:
            before = resident_mb()
        stage.attention.show(stage.exchange(found, pictures=(stage.picture(number),)))
        stage.wait_for_masks()
        stage.pane.view.grab()
    assert (resident_mb() - before) / (N_PICTURES - N_WARM) < MAX_GROWTH_MB


def test_a_large_picture_is_held_smaller_and_keeps_its_measure(tmp_path):
    from PIL import Image

    path = tmp_path / "large.png"
    Image.new("L", (6000, 1500)).save(path)
    picture = read_picture(path, path.name)
    assert (picture.size_px.width(), picture.size_px.height()) == (6000, 1500)
    assert [level.width() for level in picture.levels] == [LONGEST_SIDE_PX, 1280, 640, 320, 160]
    assert picture.level_for(0.1) is picture.levels[2]
    assert picture.level_for(1.0) is picture.levels[0]
