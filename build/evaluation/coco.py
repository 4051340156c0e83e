"""COCO's annotations, as far as test sets made from them need them.

Source: https://cocodataset.org/#format-data.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from msgspec import Raw, Struct
from numpy.typing import NDArray
from pycocotools import mask as coco_masks

from bubo_desktop.data import BoxXyxyPx
from build.training.datasets.annotations import read_json

Number = int | str  # GranD-f calls its pictures by names


class Annotation(Struct):
    """An object: its box as x, y, width, height in pixels, and its mask as polygons or run-lengths."""

    image_id: Number
    id: int = 0
    bbox: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    category_id: int = 0
    iscrowd: int = 0
    segmentation: Raw = Raw(b"[]")

    @property
    def box_xyxy_px(self) -> BoxXyxyPx:
        """The box by its corners."""
        x, y, width, height = self.bbox
        return x, y, x + width, y + height

    def decode_mask(self, height: int, width: int) -> NDArray[np.bool_]:
        """The mask (height, width); run-lengths have their own size."""
        shape: Any = msgspec.json.decode(self.segmentation)
        if isinstance(shape, dict) and isinstance(shape["counts"], str):
            runs = {"size": shape["size"], "counts": shape["counts"].encode()}
        else:
            runs = coco_masks.frPyObjects(shape, height, width)
            runs = coco_masks.merge(runs) if isinstance(runs, list) else runs
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # pycocotools 2.0.11 is older than NumPy 2's arrays
            return np.asarray(coco_masks.decode(runs), np.bool_)


class Image(Struct):
    """A picture."""

    id: Number
    file_name: str = ""
    height: int = 0
    width: int = 0


class Category(Struct):
    """A kind of object."""

    id: int
    name: str


class Instances(Struct):
    """A file of annotations."""

    images: list[Image]
    annotations: list[Annotation]
    categories: list[Category] = []


def read_instances(path: Path) -> Instances:
    """Reads a file of annotations. Raises `BuildError` where it is none."""
    return read_json(path, Instances)
