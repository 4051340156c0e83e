"""A recogniser from files that the user has fetched, run by onnx-asr: Whisper, Parakeet and others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bubo_desktop.errors import DeviceError

QUANTISATIONS = (None, "int8")  # of the files, as their names say; the first that is complete is taken


class Fetched:
    """Listens with the files of a folder.

    Args:
        folder: named as onnx-asr names the recogniser, such as `nemo-parakeet-tdt-0.6b-v3` or `whisper-base`.

    Raises:
        DeviceError: it cannot be used, and why.
    """

    def __init__(self, folder: Path) -> None:
        self._name = folder.name
        self._network = _load(folder)

    def recognise(self, speech: NDArray[np.float32], language: str) -> str:
        """What is said in `speech`, float32 (n,) at 16 kHz; see `Recogniser`."""
        text = str(self._network.recognize(speech, language=language)).strip()
        if not text:
            raise DeviceError("No words were understood.", "Say it again, a little slower.")
        return text


def _load(folder: Path) -> Any:
    try:
        import onnx_asr
    except ImportError as error:
        problem = f"The speech recogniser {folder.name} needs the library onnx-asr, which is not installed."
        raise DeviceError(problem, "Install it: pip install 'bubo-desktop[speech]'.") from error
    problems: list[Exception] = []
    for quantisation in QUANTISATIONS:
        try:
            return onnx_asr.load_model(folder.name, folder, quantization=quantisation)
        except Exception as error:  # noqa: BLE001 - libraries raise their own where files are damaged
            problems.append(error)
    reason = str(problems[0]).partition("\n")[0].rstrip(".")
    hint = f"Fetch its files again, or remove {folder}."
    raise DeviceError(f"The speech recogniser {folder.name} cannot be used: {reason}.", hint)
