"""Honest scores: what a pack's networks say of their certainty becomes the probability of being right.

The curves were measured when the pack was made (`Confidence` in the manifest). A pack without any says what its
networks say.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Sequence
from typing import TypeVar

import msgspec

from bubo_desktop.data import Link, Match, SoundEvent, Tag
from bubo_desktop.engine.detections import Detection
from bubo_desktop.packs.manifest import Confidence, Curve

_SHORT_OF_CERTAIN = 1e-6  # scores of 0 and 1 have no logit
Finding = TypeVar("Finding", Tag, SoundEvent)


def calibrate(score: float, curve: Curve | None) -> float:
    """The probability in 0..1 that a score in 0..1 stands for; without a curve the score itself."""
    if curve is None:
        return score
    inside = min(max(score, _SHORT_OF_CERTAIN), 1 - _SHORT_OF_CERTAIN)
    straightened = curve.slope * math.log(inside / (1 - inside)) + curve.offset
    return 0.5 * (1 + math.tanh(0.5 * straightened))  # the logistic function, without overflow


def calibrate_findings(found: Iterable[Finding], curve: Curve | None) -> tuple[Finding, ...]:
    """Tags or events with honest scores."""
    return tuple(msgspec.structs.replace(each, score=calibrate(each.score, curve)) for each in found)


def calibrate_detections(found: Iterable[Detection], curve: Curve | None) -> list[Detection]:
    """Objects with honest scores; their colours keep theirs."""
    return [dataclasses.replace(each, score=calibrate(each.score, curve)) for each in found]


def calibrate_match(match: Match, confidence: Confidence) -> Match:
    """A verdict with an honest score; silence is certain."""
    curve = {"related": confidence.related, "unrelated": confidence.unrelated}.get(match.verdict)
    return msgspec.structs.replace(match, score=calibrate(match.score, curve))


def keep_sure_links(links: Sequence[Link], confidence: Confidence) -> tuple[Link, ...]:
    """Links with honest scores, without those that are too unsure; what was not found stays said not to be."""
    honest = (
        msgspec.structs.replace(each, score=calibrate(each.score, confidence.links)) if each.objects else each
        for each in links
    )
    return tuple(each for each in honest if not each.objects or each.score >= confidence.least_link_score)
