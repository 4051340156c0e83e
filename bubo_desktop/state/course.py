"""One request on its way through its stages: where it is, told often, and how long each took, learned at the end."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal

from bubo_desktop.client import EngineClient
from bubo_desktop.data import Stage
from bubo_desktop.protocol import Progress
from bubo_desktop.state.estimates import Estimates, StageProgress

TICK_MS = 100
NEARLY = 0.95  # a stage that takes longer than expected waits here for its end


class Course(QObject):
    """Watches a request from its first sign of work to `finish`.

    Signals:
        progressed(StageProgress): at every sign of the engine's, and in between as time goes by.
    """

    progressed = Signal(StageProgress)

    def __init__(
        self,
        client: EngineClient,
        request_id: int,
        estimates: Estimates,
        n_files: tuple[int, int],
        *,
        with_answer: bool = True,
        parent: QObject | None = None,
    ) -> None:
        """Args:
        client: where the request was sent.
        request_id: its number.
        estimates: what is known about stages, and what learns from this request.
        n_files: numbers of its pictures and sounds.
        with_answer: false where files are only encoded.
        """
        super().__init__(parent)
        self._request_id = request_id
        self._estimates = estimates
        self._n_files = n_files
        self._plan = estimates.plan(*n_files, with_answer=with_answer)
        self._fractions: dict[Stage, float] = {}
        self._timings_ms: dict[Stage, float] = {}
        self._stage: Stage
        self._in_stage = QElapsedTimer()
        self._furthest = 0.0
        self._tick = QTimer(self, interval=TICK_MS)
        self._tick.timeout.connect(self._tell)
        client.progress.connect(self._take_progress)

    def finish(self) -> None:
        """The request has ended: nothing more is told, and the stages that came to their end are learned."""
        self._tick.stop()
        self._request_id = 0
        self._estimates.learn(self._timings_ms, *self._n_files)
        self.deleteLater()

    def _take_progress(self, progress: Progress) -> None:
        if progress.id != self._request_id:
            return
        if progress.stage not in self._fractions:
            self._stage = progress.stage
            self._in_stage.start()
            self._tick.start()
        self._fractions[progress.stage] = progress.fraction
        if progress.fraction == 1:
            self._timings_ms[progress.stage] = progress.elapsed_ms
        self._tell()

    def _tell(self) -> None:
        """Time that goes by counts as progress, too: some stages have nothing to tell before their end."""
        expected_ms = self._plan.stages_ms.get(self._stage, 0)
        if expected_ms and self._plan.is_learned:
            by_time = min(NEARLY, self._in_stage.elapsed() / expected_ms)
            self._fractions[self._stage] = max(by_time, self._fractions[self._stage])
        whole_ms = sum(self._plan.stages_ms.values())
        left_ms = sum(ms * (1 - self._fractions.get(stage, 0)) for stage, ms in self._plan.stages_ms.items())
        self._furthest = max(self._furthest, 1 - left_ms / whole_ms if whole_ms else 0)
        remaining_s = left_ms / 1000 if self._plan.is_learned else None
        self.progressed.emit(StageProgress(self._stage, self._furthest, remaining_s))
