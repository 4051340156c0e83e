"""One ONNX network of a pack, ready to run: the only importer of onnxruntime."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from onnxruntime.capi import onnxruntime_pybind11_state as failures

from bubo_desktop.engine.cancellation import Cancellation
from bubo_desktop.errors import EngineError, PackError

CPU = "CPUExecutionProvider"
ACCELERATORS = ("CUDAExecutionProvider", "DmlExecutionProvider", "CoreMLExecutionProvider")
OFFLINE_SWITCH = "ORT_DISABLE_TELEMETRY"
REINSTALL = "Install the pack again."
_FATAL = 4  # onnxruntime's log severity: what it would print, its exceptions say too

_FAILURES = (
    failures.Fail, failures.InvalidArgument, failures.InvalidGraph, failures.InvalidProtobuf, failures.NoSuchFile,
    failures.NotFound, failures.NoModel, failures.NotImplemented, failures.RuntimeException, failures.EngineError,
    failures.EPFail, failures.DeviceReset, failures.ModelRequiresCompilation, ValueError, RuntimeError, MemoryError,
)  # fmt: skip


class Session:
    """Runs one ONNX file.

    Args:
        path: the file. It must hold all of its weights: a reference to another file is refused.
        n_threads: threads of the calculation, at least 1.
        inputs: names the file must ask for.
        outputs: names the file must give.
        device: `auto` tries an accelerator first and falls back to the CPU with a note.
        keeps_memory: whether memory for intermediate results stays reserved from one run to the next.

    Attributes:
        device: the execution provider in use.
        input_names, output_names: of the file, in its order.
        notes: sentences about what is not as it was asked for.

    Raises:
        PackError: the file is missing, damaged, or not the network that was expected.
        EngineError: onnxruntime's offline switch is not set in the environment.
    """

    def __init__(
        self,
        path: Path,
        n_threads: int,
        inputs: Sequence[str] = (),
        outputs: Sequence[str] = (),
        device: Literal["cpu", "auto"] = "cpu",
        *,
        keeps_memory: bool = True,
    ) -> None:
        if os.environ.get(OFFLINE_SWITCH) != "1":
            raise EngineError(f"{OFFLINE_SWITCH}=1 is not set, so onnxruntime might use the network.")
        self._name = path.name
        self._keeps_memory = keeps_memory
        self.notes: tuple[str, ...] = ()
        wanted = [name for name in ACCELERATORS if name in onnxruntime.get_available_providers()]
        providers = [*wanted[:1], CPU] if device == "auto" else [CPU]
        self._session = self._open(path, n_threads, providers)
        self.device = self._session.get_providers()[0]
        if self.device != providers[0]:
            self.notes = (f"{self._name} runs on the processor, because {providers[0]} could not be used.",)
        self.input_names = tuple(value.name for value in self._session.get_inputs())
        self.output_names = tuple(value.name for value in self._session.get_outputs())
        self._require(inputs, self.input_names, "ask for")
        self._require(outputs, self.output_names, "give")

    def _open(self, path: Path, n_threads: int, providers: list[str]) -> onnxruntime.InferenceSession:
        if not path.is_file():  # opening a FIFO would wait for ever
            raise PackError(f"{path} cannot be read.", REINSTALL)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = max(1, n_threads)
        options.log_severity_level = _FATAL
        # Idle threads that spin would take the cores from the language network.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        # Weights in other files are looked for below this, where nothing can be.
        options.add_session_config_entry("session.model_external_initializers_file_folder_path", os.devnull)
        try:
            return onnxruntime.InferenceSession(path, options, providers=providers)
        except _FAILURES as error:
            raise PackError(f"{path} is not a usable network.", REINSTALL) from error

    def _require(self, wanted: Sequence[str], found: Sequence[str], verb: str) -> None:
        missing = [name for name in wanted if name not in found]
        if missing:
            raise PackError(f"{self._name} does not {verb} {', '.join(missing)}.", REINSTALL)

    def run(
        self, cancellation: Cancellation | None = None, /, **inputs: NDArray[np.generic]
    ) -> dict[str, NDArray[np.float32]]:
        """Runs the network on its named inputs, of the shapes it asks for, and returns all of its outputs by name.

        Raises:
            CancelledWork: cancelling was asked for before or during the run.
            EngineError: the run failed, or an output is not finite.
        """
        options = onnxruntime.RunOptions()
        options.log_severity_level = _FATAL
        if not self._keeps_memory:
            options.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")
        cancellation = cancellation or Cancellation()
        try:
            with cancellation.interrupting(lambda: setattr(options, "terminate", True)):
                values = self._session.run(self.output_names, inputs, options)
        except _FAILURES as error:
            cancellation.check()  # a terminated run fails too
            raise EngineError(f"{self._name} could not be run on this input.", REINSTALL) from error
        for name, value in zip(self.output_names, values, strict=True):
            if not np.isfinite(value).all():
                raise EngineError(f"{self._name} gave {name} that are not numbers.", REINSTALL)
        return dict(zip(self.output_names, values, strict=True))
