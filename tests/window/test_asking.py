"""Asking in the real window, by hand: letters of any alphabet, files from the clipboard, and files dropped."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.window.desktop import Desktop
from tests.window.program import ROOT, Program, running

SAMPLES = ROOT / "models" / "nano" / "samples"
QUESTION = "¿qué hay aquí, ñandú?"


@pytest.fixture
def bubo(desktop: Desktop, tmp_path: Path) -> Iterator[Program]:
    with running(desktop, tmp_path) as bubo:
        yield bubo


def test_a_question_with_accents_is_asked_and_kept(bubo: Program) -> None:
    bubo.ask(QUESTION)
    bubo.wait_for(lambda: [one for one in bubo.told() if one.name == "Answer" and one.text], "an answer")
    told = bubo.told()
    assert [one.text for one in told if one.name == "Question"] == [QUESTION, ""]
    assert any(QUESTION in one.name for one in told if one.role in {"list item", "table cell"})


def test_files_on_the_clipboard_are_attached(bubo: Program) -> None:
    bubo.focus()
    files = [(SAMPLES / name).as_uri() for name in ("garden.png", "dog.wav")]
    with bubo.clipboard("\r\n".join(files).encode(), "text/uri-list"):
        bubo.press("ctrl+v")
        for name in ("garden.png", "dog.wav"):
            bubo.wait_for(lambda: [one for one in bubo.told() if name in one.name], name)  # noqa: B023
    bubo.ask("Which object makes this sound?")
    bubo.wait_for(
        lambda: [one for one in bubo.told() if one.name == "Answer" and "dog barking" in one.text], "an answer"
    )


def test_dropped_files_are_attached(bubo: Program) -> None:
    bubo.find("Question", "editable")
    bubo.resize(1150, 800)
    command = [sys.executable, str(Path(__file__).with_name("drag_source.py")), str(SAMPLES / "garden.png")]
    with subprocess.Popen(command, env=bubo.desktop.environment) as source:
        try:
            bubo.wait_for(lambda: bubo.windows_of(source.pid), "a window to drag from")
            bubo.drag((1220, 340), (700, 300))
            bubo.wait_for(lambda: [one for one in bubo.told() if "garden.png" in one.name], "the dropped picture")
        finally:
            source.kill()


def test_a_sample_is_answered_at_one_click(bubo: Program) -> None:
    bubo.click(*bubo.find("Picture: What do you see?").box.centre)
    bubo.wait_for(lambda: [one for one in bubo.told() if one.name == "Answer" and "dog" in one.text], "an answer")
