"""The tables of a pack's report, as lines of Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from build.compare.figures import Goal
from build.evaluation.calibration import Scored, calibration_error
from build.evaluation.examiner import Measurement
from build.evaluation.figures import Figure, subtract
from build.evaluation.gallery import Shown
from build.evaluation.goals import GOALS, MOST_LOST, SECONDS, goal_of, judge
from build.evaluation.published import Published
from build.evaluation.suites.nano_said import BY_KIND

FIGURE_HEAD = ("", "value", "95 % interval", "n")


def draw_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """A table, line by line."""
    return [
        "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in (head, ["---"] * len(head), *rows)
    ]


def draw_goals(figures: Sequence[Figure], pack_mb: float, size: Goal) -> list[str]:
    """What has a goal, the worst kind of question among it, and the size of the pack."""
    kinds = [figure for figure in figures if figure.table == BY_KIND]
    worst = min(kinds, key=lambda figure: figure.value, default=None)
    rows = []
    for figure in figures:
        goal = goal_of(figure)
        if goal and (figure.table != BY_KIND or figure is worst):
            is_overall = figure.name in GOALS
            name = (
                figure.name
                if is_overall
                else f"{figure.table}: {'the worst, ' if figure is worst else ''}{figure.name}"
            )
            rows.append([name, str(goal), *draw_figure(figure), judge(figure, goal)])
    verdict = "**missed**" if size.judge(pack_mb) == "missed" else "met"
    rows.append(["megabytes of the whole pack", str(size), f"{pack_mb:.1f}", "", "", verdict])
    return draw_table(["", "goal", *FIGURE_HEAD[1:], ""], rows)


def draw_figures(figures: Sequence[Figure]) -> list[str]:
    """Figures without goals."""
    return draw_table(FIGURE_HEAD, [[figure.name, *draw_figure(figure)] for figure in figures])


def draw_kinds(figures: Sequence[Figure]) -> list[str]:
    """Figures called `kind, language`: a row for each kind, columns for each language; what misses its goal is bold."""
    named = {tuple(figure.name.rsplit(", ", 1)): figure for figure in figures}
    kinds, languages = (list(dict.fromkeys(names[index] for names in named)) for index in (0, 1))
    rows = [[kind, *(c for language in languages for c in _kind(named.get((kind, language))))] for kind in kinds]
    return draw_table(["", *(cell for language in languages for cell in (language, "95 % interval", "n"))], rows)


def draw_losses(shipped: Measurement, other: Measurement, name: str) -> list[str]:
    """What the shipped pack loses against another one on the same cases, for each figure with a goal."""
    others = {(figure.table, figure.name): figure for figure in other.figures}
    pairs = [
        (figure, others[figure.table, figure.name], GOALS[figure.name])
        for figure in shipped.figures
        if figure.name in GOALS and figure.name != SECONDS and (figure.table, figure.name) in others
    ]
    rows = [
        [figure.name, f"{figure.value:.3f}", f"{beside.value:.3f}", *_lose(figure, beside, goal)]
        for figure, beside, goal in pairs
    ]
    return draw_table(["", "shipped", name, "lost", "95 % interval", "at most 0.01"], rows)


def draw_confusion(confusion: Mapping[str, Mapping[str, int]]) -> list[str]:
    """How often what a row is called was taken for what a column is called."""
    columns = list(dict.fromkeys(column for row in confusion.values() for column in row))
    rows = [[row, *(str(counts.get(column, "")) for column in columns)] for row, counts in confusion.items()]
    return draw_table(["", *columns], rows)


def draw_mistakes(confusion: Mapping[str, Mapping[str, int]]) -> list[str]:
    """Likewise where most of a table would be empty: a row's mistakes in words."""
    rows = [[row, ", ".join(f"{taken} ({n})" for taken, n in counts.items())] for row, counts in confusion.items()]
    return draw_table(["", "taken for"], rows)


def draw_errors(scored: Mapping[str, Scored]) -> list[str]:
    """How honest each kind of score is."""
    rows = [
        [name, f"{len(each.scores):,}", f"{sum(each.right) / len(each.scores):.3f}", f"{calibration_error(each):.3f}"]
        for name, each in scored.items()
        if each.scores
    ]
    return draw_table(["score", "n", "right", "expected calibration error"], rows)


def draw_worst(shown: Sequence[Shown]) -> list[str]:
    """What was asked, right and said in the worst cases."""
    rows = [[str(number), case.asked, case.right, case.said] for number, case in enumerate(shown, 1)]
    return draw_table(["", "asked", "right", "said"], rows)


def draw_published(published: Published, ours: Measurement | None) -> list[str]:
    """A test set's numbers, ours first, and whether they may be compared."""
    rows = [[who, *(_round(value) for value in values)] for who, values in published.rows.items()]
    cautions = [published.differs] if published.differs else []
    if ours is None:
        verdict = "Ours was not measured."
        rows.insert(0, ["ours", *("not measured" for _ in published.figures)])
    else:
        figures = {figure.name: figure for figure in ours.figures}
        rows.insert(0, [f"ours: {ours.pack}", *(_measured(figures.get(name)) for name in published.figures)])
        cautions += [f"ours is of {ours.n_cases:,} cases that were drawn"] if ours.n_drawn or ours.is_partial else []
        verdict = f"**Not the same measure:** {'; '.join(cautions)}." if cautions else "The same measure."
    return [
        f"\n### {published.suite}\n",
        f"{verdict} Source of the others: {published.source}.\n",
        *([f"    {ours.command}\n"] if ours and ours.command else []),
        *draw_table(["", *published.figures], rows),
    ]


def draw_figure(figure: Figure) -> tuple[str, str, str]:
    """Value, interval and number of cases."""
    return f"{figure.value:.3f}", _interval(figure), f"{figure.n:,}"


def _kind(figure: Figure | None) -> tuple[str, str, str]:
    if figure is None:
        return "", "", ""
    goal, (value, interval, n) = goal_of(figure), draw_figure(figure)
    is_missed = goal is not None and goal.judge(figure.value) == "missed"
    return f"**{value}**" if is_missed else value, interval, n


def _lose(shipped: Figure, other: Figure, goal: Goal) -> tuple[str, str, str]:
    """What is lost, its interval, and whether that is little enough."""
    lost = (other.value - shipped.value) * (1 if goal.at_least else -1)
    verdict = "**missed**" if lost > MOST_LOST.limit else "met"
    pair = subtract(other, shipped) if goal.at_least else subtract(shipped, other)
    return f"{round(lost, 4) + 0.0:+.4f}", f"{pair[1]:+.4f} to {pair[2]:+.4f}" if pair else "", verdict


def _measured(figure: Figure | None) -> str:
    return f"{figure.value:.3f} ({_interval(figure)})" if figure else "not measured"


def _round(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _interval(figure: Figure) -> str:
    return "" if figure.low is None or figure.high is None else f"{figure.low:.3f} to {figure.high:.3f}"
