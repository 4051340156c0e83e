"""How well events that were reported fit those that were played."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from bubo_desktop.data import SoundEvent
from build.nano.ears.recordings import Recording
from build.world.facts import MAX_SOUNDS, Heard

TOLERANCE_S = 0.3  # a start or end this close is right

Report = tuple[Recording, Sequence[SoundEvent]]


def score_events(reports: Iterable[Report]) -> dict[str, float]:
    """Figures over recordings and the events reported for each.

    In 0..1: `precision`, `recall`, `f1` of the labels of all recordings; `exact_0` to `exact_3`: recordings of so many
    sounds whose set of labels is exactly right; `starts`, `ends`, `spans`: rightly reported sounds whose start, end or
    both are within `TOLERANCE_S`. In seconds: the median errors `start_error_s`, `end_error_s`.
    """
    pairs = [(recording, tuple(events)) for recording, events in reports]
    sets = [(recording.sounds, {event.label for event in events}) for recording, events in pairs]
    right = sum(len(wanted & found) for wanted, found in sets)
    n_found, n_wanted = sum(len(found) for _, found in sets), sum(len(wanted) for wanted, _ in sets)
    figures = {
        "precision": right / max(n_found, 1),
        "recall": right / max(n_wanted, 1),
        "f1": 2 * right / max(n_found + n_wanted, 1),
    }
    for count in range(MAX_SOUNDS + 1):
        exact = [wanted == found for wanted, found in sets if len(wanted) == count]
        figures[f"exact_{count}"] = float(np.mean(exact)) if exact else 1.0
    return figures | _score_times(pairs)


def list_mistakes(reports: Iterable[Report]) -> Counter[tuple[str, str]]:
    """How often a sound was missed while another was made up: (missed or "", made up or "") -> recordings."""
    mistakes: Counter[tuple[str, str]] = Counter()
    for recording, events in reports:
        found = {event.label for event in events}
        missed, invented = sorted(recording.sounds - found) or [""], sorted(found - recording.sounds) or [""]
        mistakes.update((wanted, label) for wanted in missed for label in invented if wanted or label)
    return mistakes


def _score_times(pairs: Sequence[Report]) -> dict[str, float]:
    errors = [
        _time_errors(event, [found for found in events if found.label == event.sound])
        for recording, events in pairs
        for event in recording.heard
        if any(found.label == event.sound for found in events)
    ]
    start_errors, end_errors = np.abs(np.array(errors or [(0.0, 0.0)])).T
    starts, ends = start_errors <= TOLERANCE_S, end_errors <= TOLERANCE_S
    return {
        "starts": float(starts.mean()),
        "ends": float(ends.mean()),
        "spans": float((starts & ends).mean()),
        "start_error_s": float(np.median(start_errors)),
        "end_error_s": float(np.median(end_errors)),
    }


def _time_errors(played: Heard, found: Sequence[SoundEvent]) -> tuple[float, float]:
    """How much later than played the first of the found events starts, and the last one ends."""
    start_s, end_s = min(event.start_s for event in found), max(event.end_s for event in found)
    return start_s - played.start_s, end_s - played.end_s
