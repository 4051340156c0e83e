"""Asks the engine every question of a test set; what was measured until something went wrong is kept."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter
from types import FrameType
from typing import TypeVar

from msgspec import Struct

from bubo_desktop.cli.talk import Stopped
from bubo_desktop.errors import BuboError, InputError
from build.evaluation.figures import Figure, mean
from build.evaluation.gallery import Gallery, Shown
from build.evaluation.suite import Asker, Case, Findings, Suite

Truth = TypeVar("Truth")


class Measurement(Struct):
    """A run of a test set, as it is written to JSON.

    Attributes:
        suite: its name.
        pack: id and version of the pack.
        quantization: of its language network.
        device: what computed.
        seed: what the cases were drawn with.
        n_drawn: cases that were drawn of all there are; None where all were taken.
        n_cases: that were answered.
        n_listed: that were to be.
        is_partial: whether it was stopped before the end.
        left_out: a sentence for each case that could not be asked.
        findings: what it tells.
        worst: the worst cases.
        command: that measured it.
    """

    suite: str
    pack: str
    quantization: str
    device: str
    seed: int
    n_drawn: int | None
    n_cases: int
    n_listed: int
    is_partial: bool
    left_out: list[str]
    findings: Findings
    worst: list[Shown] = []
    command: str = ""

    @property
    def figures(self) -> list[Figure]:
        """What was measured."""
        return self.findings.figures


class Examiner:
    """Holds an examination.

    Args:
        asker: who answers.
        gallery: keeps pictures of the worst cases.
        on_case: told after each case.
    """

    def __init__(self, asker: Asker, gallery: Gallery, on_case: Callable[[], None] = lambda: None) -> None:
        self._asker = asker
        self._gallery = gallery
        self._on_case = on_case
        self.n_cases = 0
        self.left_out: list[str] = []
        self.is_partial = False
        self._spent_s: list[float] = []

    def examine(self, suite: Suite[Truth]) -> Findings:
        """Asks and marks everything, or as much as there is time for until Ctrl-C or the engine's end."""
        try:
            with self._finishing_cases():
                for case in suite.cases():
                    self._examine_case(suite, case)
                    self._on_case()
                    if self.is_partial:
                        break
        except (Stopped, KeyboardInterrupt):
            self.is_partial = True
        except BuboError as error:
            self.is_partial = True
            self.left_out.append(f"The engine gave up: {error}")
        findings = suite.findings()
        findings.figures = [
            each for each in (*findings.figures, mean("seconds for an answer", self._spent_s)) if each.n
        ]
        return findings

    @contextmanager
    def _finishing_cases(self) -> Iterator[None]:
        """Inside, Ctrl-C waits until a case is marked, lest half its marks be missing; a question it ends at once."""

        def stop(_number: int, _frame: FrameType | None) -> None:
            self.is_partial = True

        before = signal.signal(signal.SIGINT, stop)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)

    def _examine_case(self, suite: Suite[Truth], case: Case[Truth]) -> None:
        started_s = perf_counter()
        try:
            answers = [self._asker.ask(q.text, q.images, q.sounds, q.history) for q in case.questions]
        except InputError as error:
            self.left_out.append(f"{' '.join((*case.questions[0].images, *case.questions[0].sounds))}: {error}")
            return
        self._spent_s.append((perf_counter() - started_s) / len(answers))
        self.n_cases += 1
        slip = suite.mark(case.truth, answers)
        if slip:
            self._gallery.consider(slip)
