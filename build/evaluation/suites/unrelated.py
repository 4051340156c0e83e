"""Do picture and sound belong together? Balanced accuracy over related, unrelated and silent pairs.

Made of AVSBench's test clips (see `build.evaluation.suites.avsbench`): the middle frame of each with its own sound,
with that of a clip of another category, and with silence. No number of BuboGPT is published for this.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import numpy as np
import soundfile

from bubo_desktop.data import Answer, Verdict
from build.errors import BuildError
from build.evaluation.figures import share
from build.evaluation.suite import Case, Findings, Question, Slip, Suite
from build.evaluation.suites.avsbench import Clip, list_clips
from build.evaluation.verdicts import VerdictMarks

QUESTION = "Do picture and sound belong together?"
RATE_HZ = 16_000
SILENCE_S = 5.0
HISS = 1e-4  # of full scale: what a microphone hears in a quiet room


@dataclass(frozen=True, slots=True)
class Pair:
    """A picture, a recording, and what is true of them."""

    picture: Path
    recording: Path
    verdict: Verdict


class Unrelated(Suite[Pair]):
    """The opened test set.

    Args:
        clips: whose pictures and sounds are paired, of at least two categories.
        seed: of the pairs that do not belong together.
    """

    def __init__(self, clips: Sequence[Clip], seed: int) -> None:
        self._clips, self._seed = clips, seed
        self.n_cases = 3 * len(clips)
        self._verdicts = VerdictMarks()
        self._pointed_at_silence: list[bool] = []

    def cases(self) -> Iterator[Case[Pair]]:
        """Three pairs for each clip."""
        chance = Random(self._seed)
        with TemporaryDirectory() as folder:
            silence = Path(folder) / "silence.wav"
            hiss = np.random.default_rng(self._seed).normal(0, HISS, round(SILENCE_S * RATE_HZ))
            soundfile.write(silence, hiss, RATE_HZ)
            for clip in self._clips:
                other = chance.choice([each for each in self._clips if each.category != clip.category])
                picture = clip.frames[len(clip.frames) // 2]
                yield _ask(Pair(picture, clip.recording, "related"))
                yield _ask(Pair(picture, other.recording, "unrelated"))
                yield _ask(Pair(picture, silence, "silent"))

    def mark(self, truth: Pair, answers: Sequence[Answer]) -> Slip | None:
        """Compares the verdict."""
        [answer] = answers
        said = answer.match.verdict if answer.match else "none"
        self._verdicts.add(truth.verdict, said)
        if truth.verdict == "silent":
            self._pointed_at_silence.append(said == "related")
        if said == truth.verdict:
            return None
        return Slip(1.0, f"{truth.picture.stem} with {truth.recording.stem}", truth.verdict, said, truth.picture)

    def findings(self) -> Findings:
        """Balanced accuracy, and how often something is made responsible for silence."""
        silent = share("silence called related", self._pointed_at_silence)
        confusions = {"verdicts on picture and sound (rows) and what was said": self._verdicts.confusions()}
        return Findings([*self._verdicts.figures(), silent], confusions=confusions)


def open_unrelated(folder: Path, n: int | None, seed: int) -> Unrelated:
    """Reads AVSBench's test split, or `n` clips of it.

    Raises:
        BuildError: it is not as it must be, or all clips are of one category.
    """
    clips = list_clips(folder, n, seed)
    if len({clip.category for clip in clips}) < 2:
        raise BuildError("Pairs that do not belong together need clips of at least two categories.")
    return Unrelated(clips, seed)


def _ask(pair: Pair) -> Case[Pair]:
    return Case((Question(QUESTION, (str(pair.picture),), (str(pair.recording),)),), pair)
