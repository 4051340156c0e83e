"""Whether anything moved in front of the camera, so that it is worth looking again: cheap enough for every picture.

A picture is compared with the one that was last looked at, tile by tile. Within a tile the mean and the contrast of the
whole picture are taken away first: light that changes, an exposure that drifts and a lamp that flickers alter little
else. What is left is noise, which is the same all over the picture, and things that moved, which are not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

SIDE_PX = 160  # of the longer side of pictures that are compared
_TILE_PX = 8
_FAINT = 50.0  # variance of grey levels within a tile that the eye hardly sees
_NOISIEST = 72.0  # squared difference that a poor camera's noise makes: a standard deviation of 6 in both pictures
_NOISE_ROOM = 3.0
_MOST_ALIKE = 0.42  # poor noise reaches 0.34; on a plain wall a thing of 30 grey levels at least 0.56
_LEAST_TILES = 2  # a cursor that blinks fills less

Tiles: TypeAlias = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Relief:
    """A picture's tiles without their mean, [rows, 8, columns, 8], and their variances, [rows, columns]."""

    tiles: Tiles
    variances: Tiles

    @classmethod
    def of(cls, grey: NDArray[np.uint8]) -> _Relief:
        rows, columns = grey.shape[0] // _TILE_PX, grey.shape[1] // _TILE_PX
        whole = grey[: rows * _TILE_PX, : columns * _TILE_PX].astype(np.float32)
        tiles = whole.reshape(rows, _TILE_PX, columns, _TILE_PX)
        tiles = tiles - _mean(tiles)[:, None, :, None]
        return cls(tiles, _mean(tiles * tiles))


class ChangeDetector:
    """Remembers the picture that was last looked at.

    Pictures are grey, uint8 [height, width], `SIDE_PX` on their longer side, from `FrameSource.newest_grey`.
    """

    def __init__(self) -> None:
        self._kept: _Relief | None = None

    def keep(self, grey: NDArray[np.uint8]) -> None:
        """Remembers a picture, uint8 [height, width], that is being looked at."""
        self._kept = _Relief.of(grey)

    def forget(self) -> None:
        """Whatever comes next is new."""
        self._kept = None

    def differs(self, grey: NDArray[np.uint8]) -> bool:
        """Whether something moved since the picture that is remembered; true where there is none.

        Args:
            grey: uint8 [height, width]; one of another size is new.
        """
        then, now = self._kept, _Relief.of(grey)
        if then is None or then.tiles.shape != now.tiles.shape:
            return True
        contrast = _contrast(then, now)
        apart = then.tiles - now.tiles / contrast
        differences = _mean(apart * apart)
        noise = min(float(np.median(differences)), _NOISIEST)
        expected = then.variances + now.variances / contrast**2 + _FAINT + _NOISE_ROOM * noise
        return int(np.count_nonzero(differences > _MOST_ALIKE * expected)) >= _LEAST_TILES


def _contrast(then: _Relief, now: _Relief) -> float:
    """How much more contrast the tiles of now have, as most of them say; 1 where nothing has any."""
    is_plain = (then.variances > _FAINT) & (now.variances > _FAINT)
    if not is_plain.any():
        return 1.0
    return float(np.sqrt(np.median(now.variances[is_plain] / then.variances[is_plain])))


def _mean(tiles: Tiles) -> Tiles:
    """Of each tile."""
    return tiles.mean(axis=(1, 3))
