"""What is said of objects to who cannot see them: where, how large, how sure."""

from __future__ import annotations

from PySide6.QtCore import QObject

from bubo_desktop.data import PictureFindings, Thing
from bubo_desktop.ui.certainty import certainty_of


class Wording(QObject):
    """Describes what was found in a picture, in the language of the window."""

    def thing(self, thing: Thing, findings: PictureFindings, *, is_source: bool) -> str:
        """An object as "dog, lower left, about a tenth of the picture, sure"; `is_source` where it makes the sound."""
        parts = [thing.label, self._place(thing, findings), self._share(thing, findings), certainty_of(thing.score)]
        if is_source:
            parts.append(self.tr("makes the sound"))
        return ", ".join(parts)

    def picture(self, findings: PictureFindings) -> str:
        """All objects as "3 objects: dog, tree, car."."""
        n_things = len(findings.objects)
        if n_things == 0:
            return self.tr("No objects were found.")
        if n_things == 1:
            return self.tr("One object: {}.").format(findings.objects[0].label)
        return self.tr("{} objects: {}.").format(n_things, ", ".join(thing.label for thing in findings.objects))

    def _place(self, thing: Thing, findings: PictureFindings) -> str:
        places = (
            (self.tr("upper left"), self.tr("at the top"), self.tr("upper right")),
            (self.tr("on the left"), self.tr("in the middle"), self.tr("on the right")),
            (self.tr("lower left"), self.tr("at the bottom"), self.tr("lower right")),
        )
        x0, y0, x1, y1 = thing.box_xyxy_px
        column, row = (x0 + x1) / 2 / findings.width, (y0 + y1) / 2 / findings.height
        return places[_third(row)][_third(column)]

    def _share(self, thing: Thing, findings: PictureFindings) -> str:
        shares = (
            (0.62, self.tr("most of the picture")),
            (0.42, self.tr("about half of the picture")),
            (0.29, self.tr("about a third of the picture")),
            (0.15, self.tr("about a fifth of the picture")),
            (0.07, self.tr("about a tenth of the picture")),
            (0.03, self.tr("about a twentieth of the picture")),
            (0.007, self.tr("about a hundredth of the picture")),
        )
        x0, y0, x1, y1 = thing.box_xyxy_px
        n_pixels = sum(thing.mask_rle.counts[1::2]) if thing.mask_rle else (x1 - x0) * (y1 - y0)
        share = n_pixels / (findings.width * findings.height)
        return next((words for least, words in shares if share >= least), self.tr("very small"))


def _third(share: float) -> int:
    """Which third a place 0..1 lies in: 0, 1 or 2."""
    return max(0, min(2, int(3 * share)))
