"""Where no window can be opened, a sentence says why, and Qt is not asked: it would end the program."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bubo_desktop.ui.display import missing_display, missing_library
from tests.window.desktop import Desktop

VARIABLES = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for variable in VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    return monkeypatch


@pytest.mark.usefixtures("nowhere")
def test_without_any_display_the_variables_are_named() -> None:
    assert missing_display() == "There is no display here: neither DISPLAY nor WAYLAND_DISPLAY is set."


@pytest.mark.parametrize(("variable", "value"), [("DISPLAY", ":4711"), ("DISPLAY", "nonsense")])
def test_a_display_that_does_not_answer_is_named(nowhere: pytest.MonkeyPatch, variable: str, value: str) -> None:
    nowhere.setenv(variable, value)
    assert missing_display() == f"No display answers at {variable}={value}."


def test_a_dead_wayland_display_is_no_display(nowhere: pytest.MonkeyPatch) -> None:
    nowhere.setenv("WAYLAND_DISPLAY", "nobody")
    assert missing_display().endswith(".")


def test_a_platform_that_needs_no_display_can_do_without(nowhere: pytest.MonkeyPatch) -> None:
    nowhere.setenv("QT_QPA_PLATFORM", "offscreen")
    assert missing_display() == ""


@pytest.mark.parametrize("also", [{}, {"QT_QPA_PLATFORM": "xcb"}, {"WAYLAND_DISPLAY": "nobody"}])
def test_a_display_that_answers_shows_windows(
    nowhere: pytest.MonkeyPatch, desktop: Desktop, also: dict[str, str]
) -> None:
    for name in ("DISPLAY", "DBUS_SESSION_BUS_ADDRESS"):
        nowhere.setenv(name, desktop.environment[name])
    for name, value in also.items():
        nowhere.setenv(name, value)
    assert missing_display() == ""
    program = "from PySide6.QtWidgets import QApplication, QWidget; a = QApplication([]); QWidget().show()"
    subprocess.run([sys.executable, "-c", program], timeout=60, check=True)


@pytest.mark.parametrize(
    ("name", "package"), [("libxcb-nowhere.so.3", "libxcb-nowhere3"), ("libnowhere-x11.so.0", "libnowhere-x11-0")]
)
def test_a_missing_library_is_named_with_its_package(tmp_path: Path, name: str, package: str) -> None:
    library, plugin = tmp_path / name, tmp_path / "libplugin.so"
    _build(library, f"-Wl,-soname,{name}")
    _build(plugin, "-Wl,--no-as-needed", str(library))
    library.unlink()
    assert missing_library(plugin) == f"{name} is missing: on Debian and Ubuntu, sudo apt-get install {package}."


def test_a_plug_in_that_is_not_there_is_said_to_be(tmp_path: Path) -> None:
    assert "cannot open shared object file" in missing_library(tmp_path / "libgone.so")


def _build(path: Path, *options: str) -> None:
    source = path.with_suffix(".c")
    source.write_text("int nothing;")
    subprocess.run(["c++", "-shared", "-o", str(path), "-x", "c++", str(source), "-x", "none", *options], check=True)
