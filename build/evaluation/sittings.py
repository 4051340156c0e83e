"""What an exam of nano's own world hands out: files, all that is in them, and questions with their exact answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bubo_desktop.data import BoxXyxyPx, Turn


@dataclass(frozen=True, slots=True)
class Seen:
    """An object of a picture: English label, box, and a mask of what can be seen of it (height, width)."""

    label: str
    box_xyxy_px: BoxXyxyPx
    mask: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Heard:
    """A sound of a recording: its label, the object that makes it, and when, if that is known."""

    label: str
    source: str
    span_s: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, its kind and language, what was said before it, and the answers that are right to the letter.

    `group` names the figure that its answer counts to where that is not the main one, such as `reworded`.
    """

    text: str
    kind: str
    language: str
    answers: tuple[str, ...]
    history: tuple[Turn, ...] = ()
    group: str = ""


@dataclass(frozen=True, slots=True)
class Sitting:
    """What is shown and asked, and what is true of it.

    Attributes:
        picture, recording: their files; None where there is none.
        seen: all objects of the picture.
        heard: all sounds of the recording.
        asked: the questions, at least one.
        foreign: what it is (`photograph`) where it is not of this world; else empty.
    """

    picture: Path | None
    recording: Path | None
    seen: tuple[Seen, ...]
    heard: tuple[Heard, ...]
    asked: tuple[Asked, ...]
    foreign: str = ""


DrawSittings = Callable[[int, int, Path], Iterator[Sitting]]
"""From a number of sittings, a seed and a folder for their files to the sittings, one after another."""
