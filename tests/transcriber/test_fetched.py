"""A recogniser that the user has fetched is used where it is there, and says what is wrong with it."""

from __future__ import annotations

import sys
from types import ModuleType

import numpy as np
import pytest

from bubo_desktop.errors import DeviceError
from bubo_desktop.transcriber.choice import choose_recogniser
from bubo_desktop.transcriber.embedded import Embedded
from bubo_desktop.transcriber.fetched import Fetched

SPEECH = np.zeros(16_000, np.float32)


class Network:
    """What onnx-asr returns. Source: `TextResultsAsrAdapter.recognize`, github.com/istupakov/onnx-asr."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.languages: list[str] = []

    def recognize(self, waveform, *, sample_rate=16_000, language=None) -> str:
        assert waveform.dtype == np.float32
        assert sample_rate == 16_000
        self.languages.append(language)
        return self._text


@pytest.fixture
def library(monkeypatch) -> ModuleType:
    """onnx-asr, which loads whatever it is told to."""
    module = ModuleType("onnx_asr")
    module.loaded = []

    def load_model(name, path, *, quantization=None):
        module.loaded.append((name, path, quantization))
        if quantization not in module.there:
            raise FileNotFoundError(f"File 'model{quantization}.onnx' not found.\nMore.")
        return module.network

    module.load_model, module.there, module.network = load_model, (None,), Network(" ¿Qué ves? ")
    monkeypatch.setitem(sys.modules, "onnx_asr", module)
    return module


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "whisper-base").mkdir()
    return tmp_path


def test_what_was_fetched_is_used_and_told_the_language(folder, library):
    recogniser = choose_recogniser(folder, [])
    assert isinstance(recogniser, Fetched)
    assert recogniser.recognise(SPEECH, "es") == "¿Qué ves?"
    assert library.network.languages == ["es"]
    assert library.loaded == [("whisper-base", folder / "whisper-base", None)]


def test_files_of_eight_bits_will_do(folder, library):
    library.there = ("int8",)
    assert isinstance(choose_recogniser(folder, []), Fetched)


def test_without_any_the_embedded_one_is_used(tmp_path):
    assert isinstance(choose_recogniser(tmp_path / "none", []), Embedded)


def test_files_that_are_missing_are_named(folder, library):
    library.there = ()
    with pytest.raises(DeviceError, match=r"whisper-base cannot be used: File 'modelNone\.onnx' not found\."):
        choose_recogniser(folder, [])


def test_the_real_library_names_what_is_missing_and_fetches_nothing(folder):
    with pytest.raises(DeviceError, match=r"whisper-base cannot be used: File 'whisper-.*' not found"):
        choose_recogniser(folder, [])


def test_a_library_that_is_missing_is_named(folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnx_asr", None)
    with pytest.raises(DeviceError, match="needs the library onnx-asr"):
        choose_recogniser(folder, [])


def test_words_that_were_not_understood_are_none(folder, library):
    library.network = Network("  ")
    with pytest.raises(DeviceError, match="No words were understood"):
        choose_recogniser(folder, []).recognise(SPEECH, "es")
