"""Pictures drawn for tests: coloured squares on grey, and files that are hard or impossible to read."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Box = tuple[int, int, int, int]
RED, BLUE = (255, 0, 0), (0, 0, 255)


def draw_squares(width: int, height: int, squares: dict[Box, tuple[int, int, int]]) -> NDArray[np.uint8]:
    """RGB [height, width, 3], grey with filled boxes (half-open)."""
    rgb = np.full((height, width, 3), 128, np.uint8)
    for (x0, y0, x1, y1), colour in squares.items():
        rgb[y0:y1, x0:x1] = colour
    return rgb


def write_huge_png(path: Path, side: int) -> None:
    """A PNG of `side` x `side` black-and-white pixels that is small on disk and was cheap to make."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes(1 + (side + 7) // 8) * side, 1)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b""))
