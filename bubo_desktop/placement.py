"""Where names go: beside what they name, inside the bounds, and never over each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

Area = tuple[int, int, int, int]
"""x0, y0, x1, y1 in pixels of what is drawn on, half-open."""
Size = tuple[int, int]
"""Width and height in the same pixels."""


def place_labels(
    anchors: Sequence[Area], labels: Sequence[Size], bounds: Size, reach_px: int | None = None
) -> list[Area | None]:
    """Gives each label a place within (0, 0, *bounds) where it covers no other label.

    Args:
        anchors: of each label, the area of what it names.
        labels: the size of each; the first ones choose first.
        bounds: the size of what is drawn on.
        reach_px: how far from its anchor a label may stray where there is no room beside it; None for any distance.

    Returns:
        The place of each label: beside its anchor where it hides least of the others, else the nearest free one, else
        None.
    """
    taken: list[Area] = []
    places: list[Area | None] = []
    for number, (anchor, label) in enumerate(zip(anchors, labels, strict=True)):
        others = [*anchors[:number], *anchors[number + 1 :]]
        place = _place(anchor, label, bounds, taken, others, reach_px)
        places.append(place)
        if place:
            taken.append(place)
    return places


def overlap_px(a: Area, b: Area) -> int:
    """Pixels that two areas have in common."""
    if not _touch(a, b):  # asked most often, for every frame of a zoom
        return 0
    return (min(a[2], b[2]) - max(a[0], b[0])) * (min(a[3], b[3]) - max(a[1], b[1]))


def _touch(a: Area, b: Area) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _place(
    anchor: Area, label: Size, bounds: Size, taken: Sequence[Area], others: Sequence[Area], reach_px: int | None
) -> Area | None:
    near = [place for place in _beside(anchor, label) if _is_free(place, bounds, taken)]
    if near:
        in_the_open = (place for place in near if not any(_touch(place, other) for other in others))
        return next(in_the_open, None) or min(near, key=lambda place: sum(overlap_px(place, b) for b in others))
    around = anchor if reach_px is not None else (0, 0, *bounds)
    free = [place for place in _grid(around, label, bounds, reach_px or 0) if _is_free(place, bounds, taken)]
    return min(free, key=lambda place: _distance_px(place, anchor), default=None)


def _beside(anchor: Area, label: Size) -> Iterator[Area]:
    """Above, below, inside at the top and at the bottom, each flush left and flush right; then at both sides."""
    x0, y0, x1, y1 = anchor
    width, height = label
    corners = [*product((x0, x1 - width), (y0 - height, y1, y0, y1 - height)), (x1, y0), (x0 - width, y0)]
    yield from ((x, y, x + width, y + height) for x, y in corners)


def _grid(around: Area, label: Size, bounds: Size, reach_px: int) -> Iterator[Area]:
    """Places side by side, as far as `reach_px` from an area."""
    steps = (
        range(max(0, low - reach_px - size), min(bound, high + reach_px + size) - size + 1, size)
        for low, high, size, bound in zip(around[:2], around[2:], label, bounds, strict=True)
    )
    yield from ((x, y, x + label[0], y + label[1]) for x, y in product(*steps))


def _is_free(place: Area, bounds: Size, taken: Sequence[Area]) -> bool:
    x0, y0, x1, y1 = place
    is_inside = x0 >= 0 and y0 >= 0 and x1 <= bounds[0] and y1 <= bounds[1]
    return is_inside and not any(_touch(place, other) for other in taken)


def _distance_px(a: Area, b: Area) -> int:
    """Squared distance of the centres, doubled in each direction."""
    return (a[0] + a[2] - b[0] - b[2]) ** 2 + (a[1] + a[3] - b[1] - b[3]) ** 2
