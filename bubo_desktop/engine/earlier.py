"""The files of earlier turns: what a conversation has been about, and its prompt shows again."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import TypeVar

from bubo_desktop.data import Turn
from bubo_desktop.engine.cancellation import Cancellation
from bubo_desktop.engine.studies import PictureStudy, RecordingStudy, Studies
from bubo_desktop.errors import InputError

S = TypeVar("S", PictureStudy, RecordingStudy)


class EarlierFiles:
    """The files of the turns before that a prompt may show again, and that the question is not about itself.

    Args:
        turns: those before.
        asked: the files that the question is about.
        studies: of files.
        cancellation: for their studies.

    Attributes:
        n_missing: of them that cannot be read any more.
    """

    def __init__(
        self, turns: Sequence[Turn], asked: Collection[str], studies: Studies, cancellation: Cancellation
    ) -> None:
        self._asked = asked
        self.n_missing = 0
        images, sounds = ([path for turn in turns for path in getattr(turn, kind)] for kind in ("images", "sounds"))
        self.pictures = self._studied(images, lambda path: studies.picture(path, cancellation))
        self.recordings = self._studied(sounds, lambda path: studies.recording(path, cancellation))

    def _studied(self, paths: Sequence[str], study: Callable[[str], S]) -> list[S]:
        studies = []
        for path in dict.fromkeys(paths):
            if path not in self._asked:
                try:
                    studies.append(study(path))
                except InputError:
                    self.n_missing += 1
        return studies
