"""Masks that go with their objects from the frame they were made for to every newer one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, Signal

from bubo_desktop.data import BoxXyxyPx, Thing
from bubo_desktop.state.background import Background
from bubo_desktop.state.live.scene import LiveOutline, LiveScene, LiveThing
from bubo_desktop.ui.viewer.masks import MaskImage, render_mask


@dataclass(frozen=True, slots=True)
class _Rendered:
    outline: LiveOutline
    image: MaskImage


class LiveMasks(QObject):
    """Renders each mask once, in the background.

    Signals:
        changed: there are other masks.
    """

    changed = Signal()

    def __init__(self, background: Background, parent: QObject) -> None:
        super().__init__(parent)
        self._background = background
        self._rendered: dict[int, _Rendered] = {}
        self._under_way: set[int] = set()

    def take(self, scene: LiveScene, scale: float, device_ratio: float) -> None:
        """Takes a scene, seen at `scale` points for each of its pixels, and forgets what has left it."""
        there = {thing.id for thing in scene.things if thing.outline}
        self._rendered = {number: one for number, one in self._rendered.items() if number in there}
        for thing in scene.things:
            known = self._rendered.get(thing.id)
            if thing.outline and thing.id not in self._under_way and not (known and known.outline is thing.outline):
                self._render(thing, thing.outline, scale, device_ratio)

    def clear(self) -> None:
        """Forgets all."""
        self._rendered.clear()

    def place(self, number: int, box_xyxy_px: BoxXyxyPx) -> MaskImage | None:
        """The mask of an object that is now there; None where it has none yet."""
        rendered = self._rendered.get(number)
        if rendered is None:
            return None
        return MaskImage(
            moved(rendered.image.box_xyxy_px, rendered.outline.box_xyxy_px, box_xyxy_px), rendered.image.image
        )

    def _render(self, thing: LiveThing, outline: LiveOutline, scale: float, device_ratio: float) -> None:
        self._under_way.add(thing.id)
        drawn = Thing(thing.id, thing.label, thing.score, outline.box_xyxy_px, outline.mask_rle)
        self._background.run(partial(render_mask, drawn, scale, device_ratio), partial(self._keep, thing.id, outline))

    def _keep(self, number: int, outline: LiveOutline, image: MaskImage | None) -> None:
        self._under_way.discard(number)
        if image:
            self._rendered[number] = _Rendered(outline, image)
            self.changed.emit()


def moved(area: BoxXyxyPx, before: BoxXyxyPx, now: BoxXyxyPx) -> BoxXyxyPx:
    """Where an area is that goes with a box from there to here, and grows with it."""
    across = (now[2] - now[0]) / max(before[2] - before[0], 1e-6)
    down = (now[3] - now[1]) / max(before[3] - before[1], 1e-6)
    return (
        now[0] + (area[0] - before[0]) * across,
        now[1] + (area[1] - before[1]) * down,
        now[0] + (area[2] - before[0]) * across,
        now[1] + (area[3] - before[1]) * down,
    )
