"""What a run did: one line of JSON for each look at it, and the same as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import msgspec
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from msgspec import Struct

Part = Literal["training", "validation"]
_STYLES: dict[Part, str] = {"training": "-", "validation": "o--"}


class Entry(Struct, frozen=True, kw_only=True):
    """A look at the run after `step` steps.

    Attributes:
        step: steps done.
        part: what was looked at: what was learnt from since the entry before, or the held-out part.
        loss: its mean.
        rate: the learning rate of the last step.
        n_asked: questions, by kind.
        exact: the share answered right to the last token, by kind.
    """

    step: int
    part: Part
    loss: float
    rate: float
    n_asked: dict[str, int]
    exact: dict[str, float]


class Logbook:
    """`log.jsonl` and `course.png` in a run's folder.

    Args:
        folder: of the run.
        n_done: steps the run goes on from; what was written of later ones is written again.
    """

    def __init__(self, folder: Path, n_done: int) -> None:
        self._log, self._picture = folder / "log.jsonl", folder / "course.png"
        self.entries = [entry for entry in _read_entries(self._log) if entry.step <= n_done]
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = self._log.with_suffix(".part")
        unfinished.write_bytes(b"".join(map(_line, self.entries)))
        unfinished.replace(self._log)

    def add(self, entry: Entry) -> None:
        """Writes an entry at once."""
        self.entries.append(entry)
        with self._log.open("ab") as log:
            log.write(_line(entry))

    def draw(self) -> None:
        """Draws the whole course anew."""
        unfinished = self._picture.with_suffix(".part")
        draw_course(self.entries).savefig(unfinished, format="png")
        unfinished.replace(self._picture)


def draw_course(entries: Sequence[Entry]) -> Figure:
    """Loss, and the share of exact answers of each kind, over the steps; the held-out part is dashed."""
    figure = Figure(figsize=(10, 8), dpi=100, layout="constrained")
    FigureCanvasAgg(figure)
    losses, matches = figure.subplots(2, 1, sharex=True)
    kinds = sorted({kind for entry in entries for kind in entry.exact})
    for part, style in _STYLES.items():
        seen = [entry for entry in entries if entry.part == part]
        losses.plot([entry.step for entry in seen], [entry.loss for entry in seen], style, color="black", label=part)
        for number, kind in enumerate(kinds):
            points = [(entry.step, entry.exact[kind]) for entry in seen if kind in entry.exact]
            name = kind if part == "training" else None
            matches.plot(
                [step for step, _ in points], [share for _, share in points], style, color=f"C{number}", label=name
            )
    losses.set_ylim(bottom=0)
    matches.set_ylim(-0.02, 1.02)
    _label(losses, "loss per answer token")
    _label(matches, "answers exact to the last token")
    matches.set_xlabel("steps")
    matches.xaxis.set_major_locator(MaxNLocator(integer=True))
    return figure


def _label(axes: Axes, what: str) -> None:
    axes.set_ylabel(what)
    axes.grid(alpha=0.3)
    if axes.get_legend_handles_labels()[0]:
        axes.legend(loc="best", fontsize="small")


def _line(entry: Entry) -> bytes:
    return msgspec.json.encode(entry) + b"\n"


def _read_entries(log: Path) -> list[Entry]:
    """All whole lines; a run that was killed may have left half of one."""
    entries = []
    for line in log.read_bytes().splitlines() if log.is_file() else []:
        try:
            entries.append(msgspec.json.decode(line, type=Entry))
        except msgspec.MsgspecError:
            break
    return entries
