"""A film before a camera that is not there."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tests.fakes.fake_camera import FakeCamera

PICTURE_S = 1 / 15


class Film:
    """Shows pictures of `as_yuyv` round and round, 15 a second, as long as it is entered; a single one stays."""

    def __init__(self, camera: FakeCamera, pictures: Sequence[NDArray[np.uint8]]) -> None:
        self._camera = camera
        self._pictures = pictures
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> None:
        self._camera.show_yuyv(self._pictures[0])
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()

    def _run(self) -> None:
        number = 0
        while len(self._pictures) > 1 and not self._is_over.wait(PICTURE_S):
            number = (number + 1) % len(self._pictures)
            self._camera.show_yuyv(self._pictures[number])
