"""The real camera code of Qt with a camera that is not there, through everything that can happen to one.

Limits are shortened, so that each fault can be repeated; how long things take is for tests/bench/camera_preview.py.
"""

from __future__ import annotations

import numpy as np

from tests.capture.conftest import Watcher
from tests.fakes.fake_camera import NAME, NODE, FakeCamera, Fault

N_TIMES = 20
RED, BLUE, GREEN, WHITE = (200, 30, 60), (20, 60, 220), (40, 180, 60), (240, 240, 240)


def test_nothing_is_open_before_somebody_opens_it(watcher: Watcher, fake_camera: FakeCamera) -> None:
    assert watcher.ask("list") == [[str(NODE), NAME]]
    assert watcher.ask("look", 640)["size"] is None
    assert fake_camera.n_starts == 0


def test_the_newest_picture_is_what_the_camera_sees(watcher: Watcher, fake_camera: FakeCamera) -> None:
    quarters = np.zeros((480, 640, 3), np.uint8)
    quarters[:240, :320], quarters[:240, 320:], quarters[240:, :320], quarters[240:, 320:] = RED, BLUE, GREEN, WHITE
    fake_camera.show(quarters)
    watcher.order("open")
    assert watcher.wait_for("opened", "flowing") == NAME
    seen = watcher.ask("look", 321)  # rows that Qt pads
    assert (seen["size"], seen["full"]) == ([321, 240], [640, 480])
    np.testing.assert_allclose(seen["colours"], [RED, BLUE, GREEN, WHITE], atol=4)  # YUYV rounds, and halves colours


def test_opened_and_closed_again_and_again(watcher: Watcher, fake_camera: FakeCamera) -> None:
    for _ in range(N_TIMES):
        watcher.order("open", NODE)
        watcher.wait_for("opened", "flowing")
        assert fake_camera.n_streaming == 1
        watcher.order("close")
        assert watcher.wait_for("closed") == NAME
        assert fake_camera.n_streaming == 0
        assert watcher.ask("look", 640)["size"] is None  # the picture is forgotten with it
    assert fake_camera.n_starts == N_TIMES


def test_unplugged_and_back(watcher: Watcher, fake_camera: FakeCamera) -> None:
    watcher.order("open")
    watcher.wait_for("opened", "flowing")
    for _ in range(N_TIMES):
        fake_camera.unplug()
        assert "Drawn camera is gone. Plug it in again" in watcher.wait_for("closed", "fault")
        fake_camera.plug()
        assert watcher.wait_for("opened", "flowing") == NAME
        assert fake_camera.n_streaming == 1  # not the old one, too


def test_frozen_and_thawed(watcher: Watcher, fake_camera: FakeCamera) -> None:
    watcher.order("open")
    for _ in range(N_TIMES):
        watcher.wait_for("flowing")
        fake_camera.suffer(Fault.frozen)
        assert "Drawn camera brings no pictures" in watcher.wait_for("fault")
        fake_camera.suffer(Fault.none)
    watcher.wait_for("flowing")


def test_frozen_until_it_is_opened_anew(watcher: Watcher, fake_camera: FakeCamera) -> None:
    """So does a camera behave that has slept with its laptop."""
    watcher.order("open")
    watcher.wait_for("flowing")
    for _ in range(N_TIMES):
        fake_camera.suffer(Fault.frozen)
        watcher.wait_for("fault", "closed")
        fake_camera.suffer(Fault.none)
        assert watcher.wait_for("opened", "flowing") == NAME


def test_in_use_elsewhere(watcher: Watcher, fake_camera: FakeCamera) -> None:
    for _ in range(N_TIMES):
        fake_camera.suffer(Fault.busy)
        watcher.order("open")
        assert "Drawn camera is in use. Close the other program" in watcher.wait_for("fault")
        assert fake_camera.n_streaming == 0
        fake_camera.suffer(Fault.none)
        watcher.wait_for("opened", "flowing")
        watcher.order("close")
        watcher.wait_for("closed")


def test_not_permitted(watcher: Watcher, fake_camera: FakeCamera) -> None:
    for _ in range(N_TIMES):
        fake_camera.unplug()
        fake_camera.plug(Fault.denied)
        watcher.order("open")
        assert f"{NODE} may not be opened by you. Add your account to the group" in watcher.wait_for("fault")
        watcher.order("close")
    assert watcher.ask("list") == []


def test_none_then_one_then_another_kind_of_it(watcher: Watcher, fake_camera: FakeCamera) -> None:
    for n_before in range(0, N_TIMES, 2):
        fake_camera.unplug()
        watcher.order("open")
        assert watcher.wait_for("fault") == "There is no camera. Plug one in; it is found at once."
        for other_sizes, size in ((False, [640, 480]), (True, [800, 600])):
            fake_camera.offer_sizes(other=other_sizes)
            fake_camera.plug()
            watcher.wait_for("opened", "flowing")
            assert watcher.ask("look", 4000)["size"] == size
            fake_camera.unplug()
            watcher.wait_for("closed", "fault")
        watcher.order("close")
        assert fake_camera.n_starts == n_before + 2


def test_one_that_is_not_there_is_not_replaced_by_another(watcher: Watcher, fake_camera: FakeCamera) -> None:
    watcher.order("open", "/dev/video63")
    assert "no longer there" in watcher.wait_for("fault")
    assert fake_camera.n_starts == 0
