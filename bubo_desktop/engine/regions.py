"""Tidying masks: small holes are filled, small islands go, and a box becomes exact by its mask."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bubo_desktop.data import BoxXyxyPx
from bubo_desktop.geometry import box_iou, mask_bounds

_TOUCHING = np.ones((3, 3), bool)  # pixels that touch at a corner belong together
_AGREEMENT_IOU = 0.5  # below it the mask shows something else than the box

Mask = NDArray[np.bool_]


def remove_small_regions(mask: Mask, min_px: int) -> Mask:
    """Returns a mask [height, width] whose holes of fewer than `min_px` pixels are filled and whose islands of fewer
    are gone; where all islands are small, the largest stays. The mask itself is returned where that changes nothing.

    A hole may lie at the picture's edge. Holes come first: a region that they cut in pieces is one again.

    Source: github.com/facebookresearch/segment-anything, `remove_small_regions`, which BuboGPT calls with 400 px.
    """
    bounds = mask_bounds(mask)
    if bounds is None or min_px <= 1:
        return mask
    around = _surroundings(mask, bounds, min_px)
    part = mask[around]
    tidy = part | _small(~part, min_px)
    islands = _small(tidy, min_px, keep_largest=True)
    tidy &= ~islands
    if np.array_equal(tidy, part):
        return mask
    whole = np.zeros_like(mask)
    whole[around] = tidy
    return whole


def tighten_box(box: BoxXyxyPx, mask: Mask) -> BoxXyxyPx:
    """Returns the tight box of a mask [height, width] where it agrees with `box`, else `box`.

    A mask is as sharp as the picture; a box found in a network's small input is not.
    """
    bounds = mask_bounds(mask)
    if bounds is None or box_iou(np.array([bounds]), np.array([box]))[0, 0] < _AGREEMENT_IOU:
        return box
    return bounds


def _surroundings(mask: Mask, bounds: BoxXyxyPx, min_px: int) -> tuple[slice, slice]:
    """The part of a picture that decides about holes: what reaches from the mask's bounds to where the part ends,
    short of the picture's edge, has at least `min_px` pixels inside it.
    """
    x0, y0, x1, y1 = (int(edge) for edge in bounds)
    across, down = -(-min_px // (y1 - y0)), -(-min_px // (x1 - x0))
    height, width = mask.shape
    return (
        slice(max(y0 - down, 0), min(y1 + down, height)),
        slice(max(x0 - across, 0), min(x1 + across, width)),
    )


def _small(mask: Mask, min_px: int, *, keep_largest: bool = False) -> Mask:
    """The regions of a mask with fewer than `min_px` pixels; not the largest of all, if that is to be kept."""
    from scipy import ndimage  # takes a third of a second, which only packs that need it should wait

    labels, _ = ndimage.label(mask, _TOUCHING)
    sizes = np.bincount(labels.ravel())
    sizes[0] = min_px  # what is not in the mask
    is_small = sizes < min_px
    if keep_largest and is_small.any() and is_small[1:].all():
        is_small[1 + sizes[1:].argmax()] = False
    return is_small[labels]
