"""How well events that were reported fit those that were played."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bubo_desktop.data import SoundEvent
from build.nano.recordings import SILENCE, SOUNDING, Recording

TOLERANCE_S = 0.3  # a start or end this close is right

Heard = tuple[Recording, Sequence[SoundEvent]]


def score_events(heard: Iterable[Heard]) -> dict[str, float]:
    """Figures in 0..1 over recordings and the events reported for each.

    `precision`, `recall`, `f1` of the labels of all recordings; `exact_1`, `exact_2`: recordings of one and of two
    sounds whose set of labels is exactly right; `false_alarms_silence`, `false_alarms_unknown`: recordings without a
    known sound that were given a label; `starts`, `ends`: those of rightly reported sounds within `TOLERANCE_S`.
    """
    pairs = [(recording, tuple(events)) for recording, events in heard]
    sets = [(recording, recording.sounds, {event.label for event in events}) for recording, events in pairs]
    right = sum(len(wanted & found) for _, wanted, found in sets)
    n_found, n_wanted = sum(len(found) for *_, found in sets), sum(len(wanted) for _, wanted, _ in sets)
    empty = [(recording.kind, bool(found)) for recording, _, found in sets if recording.kind != SOUNDING]
    return {
        "precision": _part(right, n_found),
        "recall": _part(right, n_wanted),
        "f1": _part(2 * right, n_found + n_wanted),
        "exact_1": _mean([wanted == found for _, wanted, found in sets if len(wanted) == 1]),
        "exact_2": _mean([wanted == found for _, wanted, found in sets if len(wanted) == 2]),
        "false_alarms_silence": _mean([alarm for kind, alarm in empty if kind == SILENCE]),
        "false_alarms_unknown": _mean([alarm for kind, alarm in empty if kind != SILENCE]),
    } | _score_times(pairs)


def _score_times(pairs: Iterable[Heard]) -> dict[str, float]:
    starts, ends = [], []
    for recording, events in pairs:
        for span in recording.spans:
            found = [event for event in events if event.label == span.sound]
            if found:
                starts.append(abs(min(event.start_s for event in found) - span.start_s) <= TOLERANCE_S)
                ends.append(abs(max(event.end_s for event in found) - span.end_s) <= TOLERANCE_S)
    return {"starts": _mean(starts), "ends": _mean(ends)}


def _part(count: int, total: int) -> float:
    return count / total if total else 1.0


def _mean(values: Sequence[bool]) -> float:
    return _part(sum(values), len(values))
