"""The plot that shows whether scores are honest: on the diagonal, what scores 0.8 is right in 8 of 10 cases."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from build.evaluation.calibration import Bin, Scored, calibration_error, sort_into_bins
from build.evaluation.figures import proportion

N_COLUMNS = 3
SIDE_IN = 2.6  # inches of each plot


def draw_reliability(scored: Mapping[str, Scored]) -> bytes:
    """A PNG with a plot for each kind of score; the larger a dot, the more cases, and a line is its 95 % interval."""
    n_rows = max(-(-len(scored) // N_COLUMNS), 1)
    figure = Figure(figsize=(N_COLUMNS * SIDE_IN, n_rows * SIDE_IN), dpi=90, layout="constrained")
    canvas = FigureCanvasAgg(figure)
    plots = figure.subplots(n_rows, N_COLUMNS, squeeze=False).ravel().tolist()
    for axes, (name, cases) in zip(plots, scored.items(), strict=False):
        _plot(axes, name, cases)
    for axes in plots[len(scored) :]:
        axes.axis("off")
    memory = io.BytesIO()
    canvas.print_png(memory)
    return memory.getvalue()


def _plot(axes: Axes, name: str, cases: Scored) -> None:
    bins = sort_into_bins(cases)
    axes.plot([0, 1], [0, 1], color="grey", linewidth=1)
    sizes = [10 + 200 * each.n / max(len(cases.scores), 1) for each in bins]
    axes.vlines(*_intervals(bins), color="C0", linewidth=1)
    axes.scatter([each.score for each in bins], [each.right for each in bins], sizes, color="C0", alpha=0.7)
    axes.set_title(f"{name}: n {len(cases.scores):,}, error {calibration_error(cases):.3f}", fontsize="small")
    axes.set_xlim(-0.03, 1.03)
    axes.set_ylim(-0.03, 1.03)
    axes.set_xlabel("score", fontsize="small")
    axes.set_ylabel("share that is right", fontsize="small")


def _intervals(bins: Sequence[Bin]) -> tuple[list[float], list[float], list[float]]:
    """Score, lower and upper end of the share that is right, of each bin."""
    shares = [proportion("", round(each.right * each.n), each.n) for each in bins]
    return [each.score for each in bins], [each.low or 0.0 for each in shares], [each.high or 0.0 for each in shares]
