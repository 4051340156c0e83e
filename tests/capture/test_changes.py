"""A hand is noticed; a cloud before the sun is not."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from bubo_desktop.capture.changes import ChangeDetector

HEIGHT_PX, WIDTH_PX = 120, 160
N_TIMES = 50
Grey = NDArray[np.uint8]


def room(rng: np.random.Generator) -> NDArray[np.float64]:
    """A wall that is plain on the left and papered on the right, in grey levels [120, 160]."""
    paper = gaussian_filter(rng.normal(size=(HEIGHT_PX, WIDTH_PX)), 2.0)
    return 120.0 + 25.0 * paper / paper.std() * (np.arange(WIDTH_PX) > WIDTH_PX // 2)


def taken(scene: NDArray[np.float64], rng: np.random.Generator, noise: float = 2.0) -> Grey:
    """What a camera makes of it."""
    return np.clip(scene + rng.normal(scale=noise, size=scene.shape), 0, 255).astype(np.uint8)


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(6)


@pytest.fixture
def scene(rng: np.random.Generator) -> NDArray[np.float64]:
    return room(rng)


@pytest.fixture
def detector(scene: NDArray[np.float64], rng: np.random.Generator) -> ChangeDetector:
    detector = ChangeDetector()
    detector.keep(taken(scene, rng))
    return detector


def test_the_first_picture_is_new_and_one_of_another_size(detector, scene, rng) -> None:
    assert ChangeDetector().differs(taken(scene, rng))
    assert detector.differs(taken(scene, rng)[:, :80])
    detector.forget()
    assert detector.differs(taken(scene, rng))


@pytest.mark.parametrize("noise", [0.0, 2.0, 5.0])
def test_noise_is_nothing(scene, rng, noise) -> None:
    detector = ChangeDetector()
    detector.keep(taken(scene, rng, noise))
    assert sum(detector.differs(taken(scene, rng, noise)) for _ in range(N_TIMES)) == 0


def test_a_light_that_changes_is_nothing(detector, scene, rng) -> None:
    """Exposure from two thirds to four thirds, a lamp's flicker in bands, and dusk from one side."""
    for gain in np.linspace(0.67, 1.33, N_TIMES):
        assert not detector.differs(taken(gain * scene, rng))
    rows = np.arange(HEIGHT_PX)[:, None]
    for phase in np.linspace(0, 2 * np.pi, N_TIMES):
        assert not detector.differs(taken(scene * (1 + 0.05 * np.sin(rows / 20 + phase)), rng))
    for depth in np.linspace(0, 0.4, N_TIMES):
        assert not detector.differs(taken(scene * np.linspace(1, 1 - depth, WIDTH_PX), rng))


@pytest.mark.parametrize(("grey", "x0"), [(90, 0), (150, 0), (30, WIDTH_PX // 2), (220, WIDTH_PX // 2)])
def test_a_small_thing_is_noticed_wherever_it_comes_to(detector, scene, rng, grey, x0) -> None:
    """As large as a cup on the other side of a desk: 30 grey levels from the plain wall, 90 from the paper's mean."""
    for _ in range(N_TIMES):
        y, x = rng.integers(HEIGHT_PX - 12), x0 + rng.integers(WIDTH_PX // 2 - 12)
        with_thing = scene.copy()
        with_thing[y : y + 12, x : x + 12] = grey
        assert detector.differs(taken(with_thing, rng)), (x, y)


def test_a_thing_that_creeps_is_noticed_before_it_has_gone_far(scene, rng) -> None:
    """A pixel at a time: compared with the last picture only, nothing would ever have moved."""
    detector = ChangeDetector()
    noticed = []
    for x in range(20, 60):
        with_thing = scene.copy()
        with_thing[50:70, x : x + 16] = 60
        picture = taken(with_thing, rng)
        if detector.differs(picture):
            detector.keep(picture)
            noticed.append(x)
    assert 5 <= len(noticed) <= 30
    assert max(np.diff(noticed)) <= 8


def test_a_camera_that_is_turned_sees_something_new(detector, scene, rng) -> None:
    assert detector.differs(taken(np.roll(scene, 8, axis=1), rng))
