"""Tagging: Recognize Anything as `tagger.onnx`, with its list of labels and a threshold for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bubo_desktop.engine.imaging import network_input
from bubo_desktop.packs.manifest import PixelInput, TaggerPart
from build.calibration import draw_pictures
from build.dims import Dims
from build.errors import BuildError
from build.networks.ram import Ram, make_ram
from build.networks.ram import source_shapes as network_shapes
from build.tensor_table import Shapes
from build.whole_export import export_whole
from build.workshop import Made, Workshop

FILE = "tagger.onnx"
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # Source: ImageNet's, as in recognize-anything, transform.py
DEFAULT_THRESHOLD = 0.68  # Source: recognize-anything, models/ram.py, where a tag has none of its own
N_CALIBRATION = 2
_BATCH = {0: "batch"}


def make(workshop: Workshop, options: Mapping[str, Any]) -> Made:
    """Writes `tagger.onnx`: pixel_values (b, 3, h, w) -> logits (b, labels), before the sigmoid.

    Args:
        workshop: as all steps have it.
        options: names of sources: `network` (`ram_swin_large_14m.pth`), `tags` and `thresholds` (the release's text
            files, one line for each label; without them labels are numbered and share one threshold). `labels`
            names those to keep, in the order they are to have; all, where it is absent.

    Raises:
        BuildError: the lists do not fit the network, a label to keep is not in them, or the checkpoint lacks a tensor
            or holds an unknown one.
    """
    dims = workshop.dims.ram
    tags, thresholds = read_tags(workshop, options, dims.classes)
    kept = find_labels(tags, options.get("labels", tags))
    ram = make_ram(dims, workshop.checkpoint(options["network"]), kept)
    pixels = PixelInput(dims.img, dims.img, "stretch", MEAN, STD, "bilinear")
    workshop.report(f"The tagger is exported with {len(kept)} labels.")
    figures = _export(ram, pixels, workshop)
    labels, limits = tuple(tags[number] for number in kept), tuple(thresholds[number] for number in kept)
    return Made(TaggerPart(FILE, pixels, labels, limits), (FILE,), figures)


def source_shapes(dims: Dims) -> dict[str, Shapes]:
    """For the role `network` of `make`'s options what its checkpoint must hold."""
    return {"network": network_shapes(dims.ram)}


def read_tags(workshop: Workshop, options: Mapping[str, Any], n_labels: int) -> tuple[list[str], list[float]]:
    """The network's labels and their thresholds (0..1), in its order.

    Raises:
        BuildError: a list cannot be read or has not `n_labels` lines.
    """
    tags = [f"label {number}" for number in range(1, n_labels + 1)]
    thresholds = [DEFAULT_THRESHOLD] * n_labels
    if "tags" in options:
        tags = _read_lines(workshop.file(options["tags"]), n_labels)
    if "thresholds" in options:
        path = workshop.file(options["thresholds"])
        try:
            thresholds = [float(line) for line in _read_lines(path, n_labels)]
        except ValueError as error:
            raise BuildError(f"{path.name} has a line that is no number: {error}.") from error
    return tags, thresholds


def find_labels(tags: Sequence[str], wanted: Sequence[str]) -> list[int]:
    """Numbers of the wanted labels among the tags.

    Raises:
        BuildError: some are not among them; they are named.
    """
    numbers = {tag: number for number, tag in enumerate(tags)}
    if unknown := [label for label in wanted if label not in numbers]:
        raise BuildError(f"The tagger has no label called {', '.join(unknown)}.")
    return [numbers[label] for label in wanted]


def _export(ram: Ram, pixels: PixelInput, workshop: Workshop) -> dict[str, float | str]:
    pictures = draw_pictures(N_CALIBRATION, pixels.width, pixels.height)
    calibration = [{"pixel_values": network_input(picture, pixels)} for picture in pictures]
    axes = {"pixel_values": _BATCH, "logits": _BATCH}
    scratch_dir = workshop.scratch_dir if workshop.quantize == "int4" else None
    return export_whole(ram, workshop.out_dir / FILE, calibration, "logits", axes, scratch_dir)


def _read_lines(path: Path, n_lines: int) -> list[str]:
    try:
        lines = [line.strip() for line in path.read_text("utf-8").splitlines()]
    except (OSError, UnicodeDecodeError) as error:
        raise BuildError(f"{path.name} cannot be read as text.") from error
    if len(lines) != n_lines:
        raise BuildError(f"{path.name} has {len(lines)} lines, and the tagger {n_lines} labels.")
    return lines
