"""Which processor computes, and what the user is told of it; the graphics processors are fakes."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from llama_cpp import llama_cpp

from bubo_desktop.data import Sampling
from bubo_desktop.engine import language, tuning
from bubo_desktop.engine.cancellation import Cancellation
from bubo_desktop.engine.language import Language
from bubo_desktop.engine.language_devices import Devices, gpu_names
from bubo_desktop.engine.language_weights import Weights, gpu_attempts
from bubo_desktop.engine.prompt import Text
from bubo_desktop.engine.tuning import Tuning, default_tuning, measure_tuning
from bubo_desktop.errors import EngineError, PackError
from bubo_desktop.packs.manifest import LanguagePart
from tests.engine.tiny_language import TinyShape, write_part

CPU = (0, "CPU", "Some processor")
TUNING = Tuning(repack=False, n_threads=1, n_batch=32)


class FakeDevices:
    """What a machine would have."""

    def __init__(self, *devices: tuple[int, str, str]) -> None:
        self._devices = [*devices, CPU]

    def described(self) -> list[tuple[int, str, str]]:
        return self._devices


@pytest.mark.parametrize(
    ("devices", "names"),
    [
        ([], []),
        ([(1, "CUDA0", "NVIDIA H200")], ["NVIDIA H200 (CUDA)"]),
        ([(1, "MTL0", "Apple M2 Pro")], ["Apple M2 Pro (Metal)"]),
        ([(2, "Vulkan0", "Intel(R) Iris(R) Xe")], ["Intel(R) Iris(R) Xe (Vulkan)"]),
        ([(1, "ROCm0", "Radeon"), (1, "ROCm1", "Radeon")], ["Radeon (ROCm)", "Radeon (ROCm)"]),
        ([(3, "BLAS", "Accelerate")], []),
    ],
)
def test_graphics_processors_are_named_and_others_are_not(devices, names: list[str]) -> None:
    assert gpu_names(FakeDevices(*devices)) == names


def test_ggml_lists_this_machines_processor() -> None:
    assert 0 in [kind for kind, _, _ in Devices().described()]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> tuple[LanguagePart, Path]:
    folder = tmp_path_factory.mktemp("tiny")
    return write_part(folder, TinyShape(n_layers=1)), folder


@pytest.mark.parametrize(
    ("asked", "attempts"), [(-1, (-1, 32, 24, 16, 8, 0)), (20, (20, 16, 8, 0)), (4, (4, 0)), (0, (0,))]
)
def test_fewer_layers_are_tried_until_they_fit(monkeypatch: pytest.MonkeyPatch, asked: int, attempts) -> None:
    monkeypatch.setattr(llama_cpp, "llama_supports_gpu_offload", lambda: True)
    assert gpu_attempts(asked) == attempts
    monkeypatch.setattr(llama_cpp, "llama_supports_gpu_offload", lambda: False)
    assert gpu_attempts(asked) == (0,)


def _open_with_gpu(monkeypatch: pytest.MonkeyPatch, tiny: tuple[LanguagePart, Path], n_fitting: int, asked: int):
    """A language network on a graphics processor whose memory holds so many layers; all is -1."""

    class FakeWeights(Weights):
        def __init__(self, path: Path, *, repack: bool, gpu_layers: int = 0) -> None:
            if n_fitting >= 0 and (gpu_layers < 0 or gpu_layers > n_fitting):
                raise PackError("it does not fit into the memory")
            super().__init__(path, repack=repack)

    monkeypatch.setattr(llama_cpp, "llama_supports_gpu_offload", lambda: True)
    monkeypatch.setattr(language, "Weights", FakeWeights)
    monkeypatch.setattr(language, "gpu_names", lambda: ["NVIDIA H200 (CUDA)"])
    return closing(Language(*tiny, gpu_layers=asked, tuning=TUNING))


TOO_LITTLE = "The GPU has too little memory for the whole pack: "


@pytest.mark.parametrize(
    ("n_fitting", "asked", "device", "notes"),
    [
        (-1, -1, "NVIDIA H200 (CUDA), all layers", ()),
        (-1, 12, "NVIDIA H200 (CUDA), 12 layers", ()),
        (20, -1, "NVIDIA H200 (CUDA), 16 layers", (TOO_LITTLE + "it computes 16 of its layers.",)),
        (3, -1, "CPU, 1 thread", (TOO_LITTLE + "the CPU computes.",)),
        (3, 0, "CPU, 1 thread", ()),
    ],
)
def test_what_computes_is_told(monkeypatch, tiny, n_fitting: int, asked: int, device: str, notes) -> None:
    with _open_with_gpu(monkeypatch, tiny, n_fitting, asked) as opened:
        assert (opened.device, opened.notes) == (device, notes)
        opened.prefill([Text("what is this", trusted=False)], Cancellation(), lambda _: None)
        assert "".join(opened.generate(Sampling(max_tokens=4), (), Cancellation()))


def test_what_fits_nowhere_is_an_error(monkeypatch, tiny) -> None:
    def refuse(*_args: object, **_options: object) -> None:
        raise EngineError("The language network does not fit into the memory.")

    monkeypatch.setattr(language, "Weights", refuse)
    monkeypatch.setattr(llama_cpp, "llama_supports_gpu_offload", lambda: True)
    with pytest.raises(EngineError, match="does not fit"):
        Language(*tiny, gpu_layers=-1, tuning=TUNING)


def test_nothing_is_measured_for_the_processor_where_another_computes(monkeypatch, tiny) -> None:
    monkeypatch.setattr(llama_cpp, "llama_supports_gpu_offload", lambda: True)
    monkeypatch.setattr(tuning, "Weights", lambda *_args, **_options: pytest.fail("loaded"))
    assert measure_tuning(*tiny) == default_tuning()
