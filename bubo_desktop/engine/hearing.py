"""Hearing: a recording as embeddings for the language network, and as labelled events in time."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from bubo_desktop.data import SoundEvent
from bubo_desktop.engine.cancellation import Cancellation
from bubo_desktop.engine.dsp import mel_clips
from bubo_desktop.engine.scores import sigmoid
from bubo_desktop.engine.shapes import check_shapes
from bubo_desktop.engine.shelf import Shelf
from bubo_desktop.packs.manifest import HearingPart, SoundTaggerPart
from bubo_desktop.sounds import Waveform

_LONGEST_GAP_STEPS = 1  # a sound that pauses for one step is one event


class Hearing:
    """The pack's `HearingPart`. Raises what `Shelf.session` raises."""

    def __init__(self, part: HearingPart, shelf: Shelf) -> None:
        self.session = shelf.session(part.file, ["mel"], ["embeddings"])

    def hear(self, clips: NDArray[np.float32], cancellation: Cancellation | None = None) -> NDArray[np.float32]:
        """Returns finite embeddings, float32 [n_queries, width], of the `mel_clips` of a recording.

        Raises what `Session.run` raises.
        """
        return self.session.run(cancellation, mel=clips[None])["embeddings"][0]


class SoundTagger:
    """The pack's `SoundTaggerPart`. Raises what `Shelf.session` raises."""

    def __init__(self, part: SoundTaggerPart, shelf: Shelf) -> None:
        self._part = part
        self.session = shelf.session(part.file, ["mel"], ["logits"])

    def events(self, wave: Waveform, cancellation: Cancellation | None = None) -> tuple[SoundEvent, ...]:
        """Returns what sounds when, in order of start and label; within the recording, though clips are padded.

        An event is a run of steps at or above the label's threshold, across clips, gaps of one step included; its
        score is the highest of its steps. Raises what `Session.run` raises.
        """
        scores = self._scores(wave, cancellation)
        found = [
            SoundEvent(label, float(scores[first:last, column].max()), self._time_s(first), self._time_s(last))
            for column, (label, threshold) in enumerate(zip(self._part.labels, self._part.thresholds, strict=True))
            for first, last in _spans(scores[:, column] >= threshold)
        ]
        return tuple(
            SoundEvent(event.label, event.score, event.start_s, min(event.end_s, wave.duration_s))
            for event in sorted(found, key=lambda event: (event.start_s, event.label))
            if event.start_s < wave.duration_s
        )

    def _scores(self, wave: Waveform, cancellation: Cancellation | None) -> NDArray[np.float32]:
        """Sigmoids [clips x steps of a clip, labels]."""
        clips = mel_clips(wave, self._part.mel)
        found = [self.session.run(cancellation, mel=clip[None, None]) for clip in clips]
        for each in found:
            check_shapes(self._part.file, each, logits=(1, None, len(self._part.labels)))
        return sigmoid(np.concatenate([each["logits"][0] for each in found]))

    def _time_s(self, step: int) -> float:
        return step * self._part.step_s


def _spans(active: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """Yields first and one past the last step of each run of true values, bridging short gaps."""
    steps = np.flatnonzero(active)
    if steps.size:
        breaks = np.flatnonzero(np.diff(steps) > _LONGEST_GAP_STEPS + 1)
        firsts, lasts = np.append(0, breaks + 1), np.append(breaks, steps.size - 1)
        yield from ((int(steps[first]), int(steps[last]) + 1) for first, last in zip(firsts, lasts, strict=True))
