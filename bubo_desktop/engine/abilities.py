"""What a pack's grounding parts have in common, whatever networks they are."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from bubo_desktop.data import BoxXyxyPx
from bubo_desktop.engine.cancellation import Cancellation
from bubo_desktop.engine.imaging import Picture

if TYPE_CHECKING:
    from bubo_desktop.engine.detections import Detection

Maps = Mapping[str, NDArray[np.float32]]
"""What a network's costly half makes of a picture, by the names of its outputs, batch first."""


class Locates(Protocol):
    """Finds objects. Its methods raise what `Session.run` raises."""

    @property
    def labels(self) -> tuple[str, ...] | None:
        """The objects that can be found; None where they are whatever is asked for."""

    def see(self, picture: Picture, cancellation: Cancellation | None = None) -> Maps:
        """What depends on the picture alone: worth remembering."""

    def locate(
        self,
        picture: Picture,
        cancellation: Cancellation | None = None,
        among: Collection[str] | None = None,
        maps: Maps | None = None,
    ) -> list[Detection]:
        """Objects, best first, whose labels are `among` these; `maps` are what `see` made of the picture, if known."""


class Segments(Protocol):
    """Outlines objects. Its methods raise what `Session.run` raises."""

    def see(self, picture: Picture, cancellation: Cancellation | None = None) -> Maps:
        """What depends on the picture alone: worth remembering."""

    def masks(
        self,
        picture: Picture,
        boxes: Sequence[BoxXyxyPx],
        cancellation: Cancellation | None = None,
        maps: Maps | None = None,
    ) -> list[NDArray[np.bool_]]:
        """A mask, bool [height, width] of the picture, for each box in picture pixels."""

    def refine(self, box: BoxXyxyPx, mask: NDArray[np.bool_]) -> BoxXyxyPx:
        """The box made exact by its mask, bool [height, width], where the part can do that."""
