"""A source's newest frame, and whether it shows anything new."""

from __future__ import annotations

import time

from bubo_desktop.capture.changes import SIDE_PX, ChangeDetector
from bubo_desktop.capture.frames import FrameSource
from bubo_desktop.data import Frame


class Sight:
    """Compares what a source shows now with the frame that was taken last."""

    def __init__(self, source: FrameSource) -> None:
        self.source = source
        self._detector = ChangeDetector()

    def has_changed(self) -> bool:
        """Whether the newest frame differs from the one taken last; false where there is none."""
        grey = self.source.newest_grey(SIDE_PX)
        return grey is not None and self._detector.differs(grey)

    def take(self) -> tuple[Frame, float] | None:
        """The newest frame and when it came, by the monotonic clock; what comes later is compared with it."""
        grey, frame = self.source.newest_grey(SIDE_PX), self.source.newest()
        if grey is None or frame is None:
            return None
        self._detector.keep(grey)
        return frame, time.monotonic() - self.source.age_s

    def forget(self) -> None:
        """Whatever comes next is new."""
        self._detector.forget()
