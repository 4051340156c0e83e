"""The language network's run: Muon for the matrices between layers, AdamW for the rest, and a look at every kind.

Muon reaches in minutes what AdamW needs many times as long for at this size; the loop of `build.training` knows one
optimiser alone. Progress is the share of answers that are right to the last piece, per kind, about fresh scenes; the
loss alone says little. Source: Jordan et al., "Muon: An optimizer for hidden layers in neural networks" (2024).
"""

from __future__ import annotations

import time
from pathlib import Path

import torch
from rich.progress import track

from build.nano.checkpoints import load_checkpoint, save_checkpoint
from build.nano.tongue.lessons import Talk, Talks, TonguePupil
from build.training.logbook import Logbook
from build.training.pupil import Judged, Share
from build.training.tally import Tally

MUON_RATE, ADAM_RATE = 0.01, 2e-3
MAX_NORM = 1.0
_ALL = Share(0, 1)


def rate_scale(progress: float) -> float:
    """Warm-up, plateau, and linear decay over the last three fifths; `progress` is the part that is over (0..1)."""
    return min(1.0, progress / 0.01 + 0.02, (1 - progress) / 0.6)


class TongueRun:
    """A run in a folder, which goes on wherever it was stopped.

    Args:
        pupil: what learns.
        talks: what it learns from.
        n_steps: of the whole run.
        out: the folder.
        look_every_s: from one look at fresh conversations, and one checkpoint, to the next.
    """

    def __init__(self, pupil: TonguePupil, talks: Talks, n_steps: int, out: Path, look_every_s: float = 300.0) -> None:
        self._pupil, self._talks, self._n_steps, self._out = pupil, talks, n_steps, out
        self._look_every_s = look_every_s
        matrices = [p for p in pupil.network.model.layers.parameters() if p.ndim == 2]
        taken = set(map(id, matrices))
        others = [p for p in pupil.parameters() if id(p) not in taken]
        self._optimisers = (
            torch.optim.Muon(matrices, lr=MUON_RATE, weight_decay=0.01, momentum=0.95),
            torch.optim.AdamW(others, lr=ADAM_RATE, betas=(0.9, 0.98), weight_decay=0.0),
        )
        self.n_done = self._resume()
        self._logbook = Logbook(out, self.n_done)

    def learn(self) -> None:
        """Goes on to the end."""
        tally, looked_s = Tally(), time.monotonic()
        for step in track(range(self.n_done, self._n_steps), "The tongue learns"):
            lesson = self._talks.lesson(step, _ALL)
            tally.add(lesson.kinds, self._step(lesson, step / self._n_steps))
            self.n_done = step + 1
            if time.monotonic() - looked_s > self._look_every_s or self.n_done == self._n_steps:
                self._look(tally)
                tally, looked_s = Tally(), time.monotonic()

    def _step(self, lesson: Talk, progress: float) -> Judged:
        for optimiser, rate in zip(self._optimisers, (MUON_RATE, ADAM_RATE), strict=True):
            for group in optimiser.param_groups:
                group["lr"] = rate * rate_scale(progress)
        judged = self._judge(lesson)
        (judged.loss / judged.weight).backward()
        torch.nn.utils.clip_grad_norm_(self._pupil.parameters(), MAX_NORM)
        for optimiser in self._optimisers:
            optimiser.step()
            optimiser.zero_grad(set_to_none=True)
        return judged

    def _judge(self, lesson: Talk) -> Judged:
        with torch.autocast("cpu", torch.bfloat16):
            return self._pupil(lesson)

    def _look(self, learnt: Tally) -> None:
        """Logs what was learnt from and how fresh conversations go, and saves."""
        rate = MUON_RATE * rate_scale(self.n_done / self._n_steps)
        self._logbook.add(learnt.counts().entry(self.n_done, "training", rate))
        fresh = Tally()
        with torch.no_grad():
            for number in range(self._talks.n_validation):
                lesson = self._talks.validation(number, _ALL)
                fresh.add(lesson.kinds, self._judge(lesson))
        self._logbook.add(fresh.counts().entry(self.n_done, "validation", rate))
        self._logbook.draw()
        muon, adam = (optimiser.state_dict() for optimiser in self._optimisers)
        save_checkpoint(self._out, self._pupil, self.n_done, muon=muon, adam=adam)

    def _resume(self) -> int:
        state = load_checkpoint(self._out)
        if state is None:
            return 0
        self._pupil.load_state_dict(state["network"])
        for optimiser, name in zip(self._optimisers, ("muon", "adam"), strict=True):
            optimiser.load_state_dict(state[name])
        n_done: int = state["step"]
        return n_done
