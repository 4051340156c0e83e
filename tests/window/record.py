"""What `metered_program` wrote down, read while the program runs or after its end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray


class Happening(NamedTuple):
    """At `at_s` on the monotonic clock, `name`, with `details`."""

    at_s: float
    name: str
    details: list[Any]


class Record:
    """The file that a metered program writes."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def happenings(self, *names: str, since_s: float = 0.0) -> list[Happening]:
        """Those of these names, in order."""
        text = self.path.read_text() if self.path.exists() else ""
        whole = text[: text.rfind("\n") + 1].splitlines()  # the last line may be half written
        all_of_them = (Happening(at_s, name, details) for at_s, name, *details in map(json.loads, whole))
        return [one for one in all_of_them if one.name in names and one.at_s >= since_s]

    def stalls_s(self, since_s: float = 0.0, until_s: float = float("inf")) -> NDArray[np.float64]:
        """How late each turn of the event loop was, float64 [ticks], in seconds."""
        ticks = self.happenings("tick", since_s=since_s)
        return np.array([tick.details[0] for tick in ticks if tick.at_s < until_s])

    def acknowledged(self) -> dict[str, tuple[str, int]]:
        """Of each exchange that is said to be on the disk: the status, and the characters of its answer."""
        kept: dict[str, tuple[str, int]] = {}
        asked: dict[str, tuple[str, int]] = {}
        for one in self.happenings("saving", "saved"):
            if one.name == "saving":
                asked[one.details[0]] = (one.details[1], one.details[2])
            else:
                kept[one.details[0]] = asked[one.details[0]]
        return kept
