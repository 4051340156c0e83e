"""Time as a length, and where things stand on it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

STEPS_S = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600)
LEAST_STEP_PX = 48.0
Extent = tuple[float, float]
"""Left and right, in pixels."""


class Scale(NamedTuple):
    """A recording of `duration_s` drawn from `left_px` on in `width_px`."""

    left_px: float
    width_px: float
    duration_s: float

    def x_px(self, time_s: float) -> float:
        """Where a moment is."""
        return self.left_px + self.width_px * time_s / max(self.duration_s, 1e-3)

    def time_s(self, x_px: float) -> float:
        """Which moment is here, within the recording."""
        inside = min(max(x_px - self.left_px, 0.0), self.width_px)
        return self.duration_s * inside / max(self.width_px, 1.0)

    def ticks_s(self) -> Iterator[float]:
        """Round moments that stand far enough apart to be labelled."""
        step_s = next((s for s in STEPS_S if self.x_px(s) - self.left_px >= LEAST_STEP_PX), STEPS_S[-1])
        yield from (number * step_s for number in range(int(self.duration_s / step_s + 1e-6) + 1))


def lanes_of(extents: Sequence[Extent]) -> list[int]:
    """Gives each extent the first lane in which it covers no other, in the order given."""
    lanes: list[list[Extent]] = []
    numbers = []
    for left, right in extents:
        free = (n for n, lane in enumerate(lanes) if all(right <= taken[0] or left >= taken[1] for taken in lane))
        number = next(free, len(lanes))
        if number == len(lanes):
            lanes.append([])
        lanes[number].append((left, right))
        numbers.append(number)
    return numbers
