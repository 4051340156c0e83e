"""What nano is to reach on fresh data, and what quantisation may cost."""

from __future__ import annotations

from collections.abc import Mapping

from build.compare.figures import Goal
from build.evaluation.figures import Figure
from build.evaluation.suites.nano_said import BY_KIND, BY_LANGUAGE

MOST_LOST = Goal(0.01)  # of any figure with a goal, by quantisation
PACK_MB = Goal(40.0)
KIND, LANGUAGE = Goal(0.85, at_least=True), Goal(0.95, at_least=True)
SECONDS = "seconds for an answer"
GOALS: Mapping[str, Goal] = {
    "tags, F1": Goal(0.98, at_least=True),
    "boxes of all candidates, mAP at IoU 0.5": Goal(0.97, at_least=True),
    "boxes of all candidates, mAP over IoU 0.5 to 0.95": Goal(0.80, at_least=True),
    "masks of found objects, mean IoU": Goal(0.90, at_least=True),
    "sounds, F1": Goal(0.98, at_least=True),
    "sounds found, beginning within 0.3 s": Goal(0.90, at_least=True),
    "sounds found, end within 0.3 s": Goal(0.90, at_least=True),
    "answers, exact": Goal(0.95, at_least=True),
    "objects that make the sound, all of them and no other": Goal(0.95, at_least=True),
    "picture and sound, balanced accuracy": Goal(0.97, at_least=True),
    "links, precision": Goal(0.97, at_least=True),
    "links, recall": Goal(0.95, at_least=True),
    "answers that assert something absent": Goal(0.01),
    "absent things asked about and asserted": Goal(0.01),
    "photographs not recognised": Goal(0.95, at_least=True),
    "photograph pieces not recognised": Goal(0.95, at_least=True),
    "textures not recognised": Goal(0.95, at_least=True),
    "unfamiliar textures not recognised": Goal(0.95, at_least=True),
    SECONDS: Goal(1.0),
}


def goal_of(figure: Figure) -> Goal | None:
    """What a figure is to reach; None where nothing was asked of it."""
    return {BY_KIND: KIND, BY_LANGUAGE: LANGUAGE}.get(figure.table) or GOALS.get(figure.name)


def judge(figure: Figure, goal: Goal) -> str:
    """Whether a goal is met, in Markdown; `narrowly` where another draw might have told otherwise."""
    verdict = "**missed**" if goal.judge(figure.value) == "missed" else "met"
    if figure.low is None or figure.high is None:
        return verdict
    is_narrow = goal.judge(figure.low) == "missed" or goal.judge(figure.high) == "missed"
    was_near = goal.judge(figure.low) != "missed" or goal.judge(figure.high) != "missed"
    return f"{verdict}, narrowly" if is_narrow and was_near else verdict
