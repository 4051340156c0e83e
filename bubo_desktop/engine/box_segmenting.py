"""Segmenting by boxes: a picture is looked at once, then asked for the object in each box."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bubo_desktop.data import BoxXyxyPx
from bubo_desktop.engine.abilities import Maps
from bubo_desktop.engine.cancellation import Cancellation
from bubo_desktop.engine.imaging import Fit, Picture, network_input
from bubo_desktop.engine.regions import Mask, remove_small_regions, tighten_box
from bubo_desktop.engine.shelf import Shelf
from bubo_desktop.packs.manifest import BoxSegmenter

_BOXES, _MASKS, _SCORES = "input_boxes", "pred_masks", "iou_scores"


class PromptedSegmenter:
    """The pack's `BoxSegmenter`. Raises what `Shelf.session` raises."""

    def __init__(self, part: BoxSegmenter, shelf: Shelf) -> None:
        self._part = part
        self.decoder = shelf.session(part.decoder_file, [_BOXES], [_MASKS, _SCORES])
        maps = [name for name in self.decoder.input_names if name != _BOXES]
        self.session = shelf.session(part.file, ["pixel_values"], maps)

    def see(self, picture: Picture, cancellation: Cancellation | None = None) -> Maps:
        """Returns the picture's maps. Raises what `Session.run` raises."""
        return self.session.run(cancellation, pixel_values=network_input(picture, self._part.pixels))

    def masks(
        self,
        picture: Picture,
        boxes: Sequence[BoxXyxyPx],
        cancellation: Cancellation | None = None,
        maps: Maps | None = None,
    ) -> list[Mask]:
        """Returns a mask, bool [height, width] of the picture, for each box in picture pixels.

        One box at a time: together they take as long, and cannot be cancelled in between.

        Args:
            picture: where the boxes are.
            boxes: in picture pixels.
            cancellation: ends the work early.
            maps: what `see` made of the picture, if known.

        Raises:
            CancelledWork, EngineError: as `Session.run`.
        """
        if not boxes:
            return []
        fit = Fit.of(picture.width, picture.height, self._part.pixels)
        prompts = fit.to_network(np.array(boxes, np.float64)) * np.array(2 * fit.network, np.float32)
        seen = self.see(picture, cancellation) if maps is None else maps
        return [self._mask(fit, prompt, seen, cancellation) for prompt in prompts]

    def refine(self, box: BoxXyxyPx, mask: Mask) -> BoxXyxyPx:
        """Returns `tighten_box` of a box and its mask [height, width] where the pack says so, else the box."""
        return tighten_box(box, mask) if self._part.refines_boxes else box

    def _mask(self, fit: Fit, prompt: NDArray[np.float32], maps: Maps, cancellation: Cancellation | None) -> Mask:
        given = {name: maps[name] for name in self.decoder.input_names if name != _BOXES}
        found = self.decoder.run(cancellation, **given, **{_BOXES: prompt[None, None]})
        best = int(found[_SCORES][0, 0].argmax())
        return remove_small_regions(to_mask(found[_MASKS][0, 0, best], fit), self._part.min_region_px)


def to_mask(logits: NDArray[np.float32], fit: Fit) -> Mask:
    """Returns the mask, bool [height, width] of the picture, where logits [h, w] of the network's input are positive.

    They are interpolated along each axis by a matrix, and only where the result can be positive.
    """
    down, across = _axis_weights(logits.shape[0], fit, 1), _axis_weights(logits.shape[1], fit, 0)
    rows, columns = _touched(down, logits.max(axis=1) > 0), _touched(across, logits.max(axis=0) > 0)
    mask = np.zeros((fit.picture[1], fit.picture[0]), bool)
    mask[rows, columns] = down[rows] @ logits @ across[columns].T > 0
    return mask


def _axis_weights(n_logits: int, fit: Fit, axis: int) -> NDArray[np.float32]:
    """What each logit contributes to each of the picture's pixels along x (axis 0) or y (1): [pixels, logits].

    Where the network's input is padded, logits are brought to its size first, and the padding is cut off.

    Source: transformers, `SamImageProcessor.post_process_masks` and `Sam2ImageProcessor.post_process_masks`.
    """
    weights = np.eye(n_logits, dtype=np.float32)
    if fit.is_cornered:
        weights = interpolate(weights, fit.network[axis])[: fit.resized[axis]]
    return interpolate(weights, fit.picture[axis])


def interpolate(values: NDArray[np.float32], length: int) -> NDArray[np.float32]:
    """Returns values [n, k] at `length` places along the first axis, linearly from centre to centre; beyond the
    outermost centres values stay as they are.

    Source: torch, `interpolate` with mode `bilinear`, without `align_corners` and `antialias`.
    """
    places = np.clip((np.arange(length) + 0.5) * len(values) / length - 0.5, 0, len(values) - 1)
    before = places.astype(np.intp)
    share = (places - before).astype(np.float32)[:, None]
    return values[before] * (1 - share) + values[np.minimum(before + 1, len(values) - 1)] * share


def _touched(weights: NDArray[np.float32], is_positive: NDArray[np.bool_]) -> slice:
    """The run of pixels to which positive logits contribute."""
    pixels = np.flatnonzero(weights[:, is_positive].any(axis=1))
    return slice(pixels[0], pixels[-1] + 1) if pixels.size else slice(0)
