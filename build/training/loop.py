"""The loop in which every pupil learns: steps, resuming, validation, log and progress, on any number of processes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator
from accelerate.utils import gather_object, set_seed
from msgspec import Struct
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from torch.distributed.checkpoint.state_dict import (
    StateDictOptions,
    get_model_state_dict,
    get_state_dict,
    set_state_dict,
)
from torch.utils.data import DataLoader, Dataset

from build.errors import BuildError
from build.training.checkpoints import Checkpoints
from build.training.logbook import Logbook, Part
from build.training.pupil import Judged, Lesson, Pupil, Share, Stream
from build.training.schedule import Count, Schedule, make_optimiser
from build.training.tally import Counts, Tally

_LEARNING_ALONE = StateDictOptions(full_state_dict=True, cpu_offload=True, ignore_frozen_params=True, strict=False)


class Plan(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a run goes.

    Attributes:
        schedule: the learning rate, and the number of steps.
        seed: of whatever a pupil draws while it learns.
        batch_size: samples a step, of all processes together: a run is the same on any machine, but for rounding.
        log_every: steps from one look at the training loss to the next.
        validate_every: steps from one look at the held-out part to the next.
        save_every: steps from one checkpoint to the next.
    """

    schedule: Schedule
    seed: int
    batch_size: Count
    log_every: Count = 50
    validate_every: Count = 1000
    save_every: Count = 500


class Run:
    """A run of a pupil through a stream, in a folder from which it goes on wherever it was stopped.

    Args:
        accelerator: processes, devices, precision and gradient accumulation, as `accelerate launch` sets them.
        pupil: what learns.
        stream: what it learns from.
        plan: how.
        out: the run's folder.
        settings: all that makes this run what it is, as text; a folder with another run is refused.
        n_workers: processes that prepare lessons; 0 prepares them between the steps.

    Raises:
        BuildError: the folder holds another run, or the batch is too small for so many processes.
    """

    def __init__(
        self,
        accelerator: Accelerator,
        pupil: Pupil,
        stream: Stream,
        plan: Plan,
        out: Path,
        settings: str,
        n_workers: int = 0,
    ) -> None:
        self._accelerator, self._stream, self._plan, self._n_workers = accelerator, stream, plan, n_workers
        self._n_shares = accelerator.num_processes * accelerator.gradient_accumulation_steps
        if plan.batch_size < self._n_shares:
            raise BuildError(f"A batch of {plan.batch_size} cannot be divided among {self._n_shares} shares.")
        self._checkpoints = Checkpoints(out / "checkpoints", settings)
        state = self._checkpoints.load()
        self.n_done: int = state["step"] if state else 0
        optimiser = make_optimiser(pupil, plan.schedule)
        self._network, self._optimiser = accelerator.prepare(pupil, optimiser)
        self._pupil: Pupil = accelerator.unwrap_model(self._network)
        if state:
            self._restore(state)
        self._tally, self._loss = Tally(), math.nan
        self._logbook = Logbook(out, self.n_done) if accelerator.is_main_process else None

    def learn(self) -> dict[str, torch.Tensor]:
        """Goes on to the end of the plan.

        Returns:
            In the main process what was learnt: every learning parameter's value, of its own shape, by name.

        Raises:
            BuildError: the loss is no number any more.
        """
        with _progress(is_shown=self._accelerator.is_main_process) as progress:
            task = progress.add_task("", total=self._plan.schedule.n_steps, completed=self.n_done, loss=math.nan)
            for lessons in self._lessons():
                self._step(lessons)
                self._look()
                progress.update(task, completed=self.n_done, loss=self._loss)
        learned = get_model_state_dict(self._network, options=_LEARNING_ALONE)
        return {name: value for name, value in learned.items() if isinstance(value, torch.Tensor)}

    def _lessons(self) -> Iterator[Sequence[Lesson]]:
        """This process's shares of each batch that is left, a step's together."""
        shares = _Shares(self._stream, self._accelerator.process_index, self._accelerator.num_processes, self._n_shares)
        steps = range(self.n_done, self._plan.schedule.n_steps)
        yield from DataLoader(shares, batch_size=None, sampler=steps, num_workers=self._n_workers)

    def _step(self, lessons: Sequence[Lesson]) -> None:
        """One step down the gradient of the mean over the whole batch."""
        set_seed(self._plan.seed + self.n_done)
        weight = torch.zeros((), device=self._accelerator.device)
        for lesson in lessons:
            with self._accelerator.accumulate(self._network):
                judged: Judged = self._network(lesson.to(self._accelerator.device))
                self._accelerator.backward(judged.loss)
                self._tally.add(lesson.kinds, judged)
                weight += judged.weight
                if self._accelerator.sync_gradients:
                    self._descend(weight)
        self.n_done += 1

    def _descend(self, weight: torch.Tensor) -> None:
        """Gradients arrive as the mean over all shares of sums: they are made the mean over all that was counted."""
        factor = self._n_shares / self._accelerator.reduce(weight, "sum").clamp(min=1e-6)
        learning = list(self._pupil.learning().values())
        for parameter in learning:
            if parameter.grad is not None:
                parameter.grad.mul_(factor)
        if self._plan.schedule.max_norm is not None:
            self._accelerator.clip_grad_norm_(learning, self._plan.schedule.max_norm)
        for group in self._optimiser.param_groups:
            group["lr"] = self._plan.schedule.rate(self.n_done)
        self._optimiser.step()
        self._optimiser.zero_grad()

    def _look(self) -> None:
        """Logs, validates and saves where it is time to; a checkpoint begins a new count, as a resumed run does."""
        plan, is_last = self._plan, self.n_done == self._plan.schedule.n_steps
        saves = is_last or self.n_done % plan.save_every == 0
        validates = self._stream.n_validation > 0 and (is_last or self.n_done % plan.validate_every == 0)
        if saves or self.n_done % plan.log_every == 0:
            self._loss = self._enter("training", self._tally)
            self._tally = Tally()
        if validates:
            self._enter("validation", self._validate())
        if self._logbook and (saves or validates):
            self._logbook.draw()
        if saves:
            self._save()

    @torch.no_grad()
    def _validate(self) -> Tally:
        share = Share(self._accelerator.process_index, self._accelerator.num_processes)
        tally = Tally()
        for number in range(self._stream.n_validation):
            lesson = self._stream.validation(number, share)
            tally.add(lesson.kinds, self._network(lesson.to(self._accelerator.device)))
        return tally

    def _enter(self, part: Part, tally: Tally) -> float:
        """Sums up what all processes counted; returns the mean loss."""
        counts: list[Counts] = gather_object([tally.counts()])
        entry = sum(counts, Counts()).entry(self.n_done, part, self._plan.schedule.rate(self.n_done - 1))
        if not math.isfinite(entry.loss):
            raise BuildError(f"The loss is no number any more after {self.n_done} steps: lower the learning rate.")
        if self._logbook:
            self._logbook.add(entry)
        return entry.loss

    def _save(self) -> None:
        pupil, optimiser = get_state_dict(self._network, self._optimiser.optimizer, options=_LEARNING_ALONE)
        scaler = self._accelerator.scaler.state_dict() if self._accelerator.scaler else {}
        if self._accelerator.is_main_process:
            self._checkpoints.save(self.n_done, {"pupil": pupil, "optimiser": optimiser, "scaler": scaler})
        self._accelerator.wait_for_everyone()

    def _restore(self, state: dict[str, Any]) -> None:
        set_state_dict(
            self._network,
            self._optimiser.optimizer,
            model_state_dict=state["pupil"],
            optim_state_dict=state["optimiser"],
            options=_LEARNING_ALONE,
        )
        if self._accelerator.scaler:
            self._accelerator.scaler.load_state_dict(state["scaler"])


def open_accelerator() -> Accelerator:
    """Processes and devices as they were launched; on CPUs accelerate must be told that there is nothing else."""
    return Accelerator(cpu=not torch.accelerator.is_available())


class _Shares(Dataset[list[Lesson]]):
    """A process's shares of the batch of a step, by the step."""

    def __init__(self, stream: Stream, process: int, n_processes: int, n_shares: int) -> None:
        self._stream = stream
        self._shares = [Share(number, n_shares) for number in range(process, n_shares, n_processes)]

    def __getitem__(self, step: int) -> list[Lesson]:
        return [self._stream.lesson(step, share) for share in self._shares]


def _progress(*, is_shown: bool) -> Progress:
    """A bar with the steps, the loss, the time it took and the time left."""
    return Progress(
        BarColumn(bar_width=None), MofNCompleteColumn(), TextColumn("loss {task.fields[loss]:.4f}"),
        TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn(),
        console=Console(stderr=True), disable=not is_shown,
    )  # fmt: skip
