"""A source whose pictures a test draws, and an engine that answers when a test says so."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from bubo_desktop.capture.frames import FrameSource
from bubo_desktop.client import EngineState
from bubo_desktop.data import Answer, Clip, PictureFindings, RunLengths, SoundEvent, SoundFindings, Thing
from bubo_desktop.protocol import Cancelled, Done, Failed, Found, Heard, Masked

WIDTH_PX, HEIGHT_PX = 320, 240


class DrawnSource(FrameSource):
    """Shows what `show` was given last, as if a camera had brought it."""

    def __init__(self) -> None:
        super().__init__()
        self._shown_s = time.monotonic()

    @property
    def age_s(self) -> float:
        return time.monotonic() - self._shown_s if self._image else float("inf")

    def show(self, pixels: NDArray[np.uint8]) -> None:
        """Shows uint8 RGB [height, width, 3]."""
        height, width = pixels.shape[:2]
        self._image = QImage(pixels.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888).copy()
        self._shown_s = time.monotonic()


def scene(left: int = 40) -> NDArray[np.uint8]:
    """A checked square of 60 pixels at `left`, 80 on a sloping ground: [240, 320, 3]."""
    ground = np.add.outer(np.arange(HEIGHT_PX) // 4, np.arange(WIDTH_PX) // 4) + 40
    checks = np.kron(np.indices((6, 6)).sum(axis=0) % 2, np.ones((10, 10))) * 160 + 60
    ground[80:140, left : left + 60] = checks
    return np.repeat(ground[:, :, None], 3, axis=2).astype(np.uint8)


def thing(number: int, label: str, left: float = 40) -> Thing:
    """An object where `scene` draws the square."""
    return Thing(number, label, 0.9, (left, 80.0, left + 60, 140.0))


class ScriptedEngine(QObject):
    """Stands for an `EngineClient`; `sent` holds what was asked, `pending` the numbers of what has not ended."""

    found, heard, masked = Signal(Found), Signal(Heard), Signal(Masked)
    done, failed, cancelled = Signal(Done), Signal(Failed), Signal(Cancelled)

    def __init__(self) -> None:
        super().__init__()
        self.state = EngineState.ready
        self.is_idle = True
        self.sent: list[tuple[object, ...]] = []
        self.pending: list[int] = []

    def sense(self, images=(), sounds=(), seek="", *, outline=False) -> int:
        return self._send("sense", images, sounds, seek, outline)

    def ask(self, question, images=(), *, outline=True) -> int:
        return self._send("ask", question, images, outline)

    def cancel(self, number: int) -> None:
        if number in self.pending:
            self.pending.remove(number)
            self.cancelled.emit(Cancelled(id=number))

    def find(self, *things: Thing, sought: Sequence[int] = (), masks: Mapping[int, RunLengths] | None = None) -> None:
        """Ends the request under way with these objects, and perhaps with masks."""
        number = self.pending.pop()
        picture = PictureFindings("", WIDTH_PX, HEIGHT_PX, objects=things)
        self.found.emit(Found(id=number, image=0, picture=picture, sought=tuple(sought)))
        if masks:
            self.masked.emit(Masked(id=number, image=0, masks=dict(masks)))
        self.done.emit(Done(id=number))

    def hear(self, label: str, *, is_sought: bool) -> None:
        """Ends the request under way with this sound."""
        number = self.pending.pop()
        sounds = (SoundFindings("", 3.0, (SoundEvent(label, 0.9, 0.0, 1.0),)),)
        self.heard.emit(Heard(id=number, sounds=sounds, sought=((0,) if is_sought else (),)))
        self.done.emit(Done(id=number))

    def say(self, text: str, **findings: object) -> None:
        """Ends the question under way with this answer."""
        self.done.emit(Done(id=self.pending.pop(), answer=Answer(answer=text, pack="scripted", **findings)))

    def fail(self, code: str, message: str) -> None:
        """Ends the request under way with a failure."""
        self.failed.emit(Failed(id=self.pending.pop(), code=code, message=message))

    def _send(self, *request: object) -> int:
        self.sent.append(request)
        self.pending.append(len(self.sent))
        return len(self.sent)


class ToneMicrophone:
    """Its last seconds are a tone of this peak."""

    def __init__(self, peak: float) -> None:
        self.peak = peak

    def recent(self, duration_s: float) -> Clip:
        tone = self.peak * np.sin(np.arange(round(16_000 * duration_s)) / 5)
        return Clip(16_000, tone.astype("<f4").tobytes())
