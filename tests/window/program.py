"""The program under test, as its user meets it: by keys, pointer, pixels, and what a screen reader is told."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from bubo_desktop.paths import HOME_VARIABLE
from tests.window.desktop import Desktop, descendants

ROOT = Path(__file__).parents[2]
PROBE = Path(__file__).with_name("accessibility_probe.py")
SYSTEM_PYTHON = "/usr/bin/python3"
WAIT_S = 30
LOOK_S = 0.05
TYPED_S = 2
N_DRAG_STEPS = 10

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of the screen in pixels."""

    x: int
    y: int
    width: int
    height: int

    @property
    def centre(self) -> tuple[int, int]:
        return self.x + self.width // 2, self.y + self.height // 2

    def of(self, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The part of a screenshot that lies in it."""
        return pixels[max(self.y, 0) : self.y + self.height, max(self.x, 0) : self.x + self.width]


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that a screen reader is told of; `words` are the places of the word that was looked for in its text."""

    role: str
    name: str
    description: str
    text: str
    states: Sequence[str]
    box: Box
    words: tuple[Box, ...]


@contextmanager
def running(desktop: Desktop, home: Path, *arguments: str, scale: int = 1) -> Iterator[Program]:
    """Runs the program, and ends it. What it writes to standard error is in `home/errors`; no mistake may be there.

    Args:
        desktop: where the window appears.
        home: everything the program writes.
        arguments: of its command line; one that ends in `.py` is run in place of `main.py`.
        scale: pixels of the screen to each of the program's own.
    """
    script = [] if arguments and arguments[0].endswith(".py") else [str(ROOT / "main.py")]
    own = {HOME_VARIABLE: str(home), "PYTHONPATH": str(ROOT), "QT_SCALE_FACTOR": str(scale)}
    variables = {**desktop.environment, **own}
    errors = home / "errors"
    with errors.open("wb") as file:
        process = subprocess.Popen([sys.executable, *script, *arguments], env=variables, cwd=home, stderr=file)
    program = Program(process, desktop, scale)
    try:
        yield program
    finally:
        program.kill()
    assert "Traceback" not in errors.read_text(), errors.read_text()


def wait_until_gone(pid: int) -> None:
    """Waits for the end of a process that is nobody's child here."""
    command, end_s = Path(f"/proc/{pid}/cmdline"), time.monotonic() + WAIT_S
    while command.exists() and command.read_bytes():  # one that has ended has no command line
        assert time.monotonic() < end_s, f"process {pid} is still there"
        time.sleep(LOOK_S)


class Program:
    """A running program; its window is the only one on the desktop."""

    def __init__(self, process: subprocess.Popen[bytes], desktop: Desktop, scale: int = 1) -> None:
        self.process = process
        self.desktop = desktop
        self._scale = scale

    # What is there

    def told(self, word: str = "") -> list[Told]:
        """All that a screen reader is told now, parents before children."""
        command = [SYSTEM_PYTHON, "-W", "ignore", str(PROBE), str(self.process.pid), word]
        return [
            Told(**{**one, "box": self._box(one["box"]), "words": tuple(map(self._box, one["words"]))})
            for one in json.loads(self._run(*command))
        ]

    def find(self, name: str, state: str = "enabled") -> Told:
        """The first thing of this name in this state, as soon as there is one."""
        return self.wait_for(
            lambda: next((one for one in self.told() if one.name == name and state in one.states), None), name
        )

    def wait_for(self, look: Callable[[], T | None], what: str) -> T:
        """Looks again and again until there is something to see."""
        end_s = time.monotonic() + WAIT_S
        while time.monotonic() < end_s:
            assert self.process.poll() is None, f"the program ended with {self.process.returncode}"
            if found := look():
                return found
            time.sleep(LOOK_S)
        raise AssertionError(f"{what} did not appear: {[(one.role, one.name, one.text) for one in self.told()]}")

    def screen(self) -> NDArray[np.uint8]:
        """The screen, uint8 [height, width, 3]."""
        width, height = self.desktop.size_px
        command = ["import", "-window", "root", "-depth", "8", "rgb:-"]
        done = subprocess.run(command, env=self.desktop.environment, capture_output=True, check=True)
        return np.frombuffer(done.stdout, np.uint8).reshape(height, width, 3)

    def still_screen(self, shows: Callable[[NDArray[np.uint8]], object] = lambda _: True) -> NDArray[np.uint8]:
        """The screen once it has stopped changing and shows what is waited for."""
        before = self.screen()

        def unchanged() -> list[NDArray[np.uint8]]:
            nonlocal before
            previous, before = before, self.screen()
            return [before] if np.array_equal(previous, before) and shows(before) else []

        return self.wait_for(unchanged, "a screen that stands still and shows what is waited for")[0]

    # What is done to it

    def click_on(self, name: str) -> None:
        """Clicks on what has this name, as soon as it is there."""
        self.click(*self.find(name).box.centre)

    def focus(self) -> None:
        """Clicks into the field for questions, as soon as it is there."""
        self.click(*self.find("Question", "editable").box.centre)

    def ask(self, question: str) -> None:
        """Types a question into its field and sends it."""
        self.focus()
        self.wait_for(lambda: self._has_typed(question), f"the words {question!r}")
        self.press("Return")

    def type(self, text: str) -> None:
        """Types where the keyboard is; letters that every keyboard has."""
        self._run("xdotool", "type", "--delay", "4", text)

    def _has_typed(self, text: str) -> bool:
        """Types, perhaps again: xdotool lends the keyboard the letters that it lacks, and a busy program may look too
        late for what they were.
        """
        self.press("ctrl+a")
        self.type(text)
        end_s = time.monotonic() + TYPED_S
        while time.monotonic() < end_s:
            if any(one.text == text and "editable" in one.states for one in self.told()):
                return True
        return False

    def press(self, *keys: str) -> None:
        """Presses keys or chords such as `ctrl+v`, one after the other."""
        self._run("xdotool", "key", *keys)

    def hold(self, *keys: str) -> None:
        """Presses keys, which stay down until `release`."""
        self._run("xdotool", *(word for key in keys for word in ("keydown", key)))

    def release(self, *keys: str) -> None:
        """Lets them go."""
        self._run("xdotool", *(word for key in keys for word in ("keyup", key)))

    def point(self, x: int, y: int) -> None:
        """Moves the pointer."""
        self._run("xdotool", "mousemove", str(x), str(y))

    def click(self, x: int, y: int, button: int = 1) -> None:
        """Moves the pointer and presses its first button, or another one."""
        self.point(x, y)
        self._run("xdotool", "click", str(button))

    def drag(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        """Moves the pointer from here to there with its first button held, in steps that a drag can follow."""
        self.point(*start)
        self._run("xdotool", "mousedown", "1")
        for step in range(1, N_DRAG_STEPS + 1):
            part = step / N_DRAG_STEPS
            self.point(*(round(a + (b - a) * part) for a, b in zip(start, end, strict=True)))
            time.sleep(LOOK_S)
        self._run("xdotool", "mouseup", "1")

    def resize(self, width: int, height: int) -> None:
        """Gives the window another size, as a window manager would."""
        window = self.wait_for(lambda: self.windows_of(self.process.pid), "a window")[0]
        self._run("xdotool", "windowsize", window, str(width), str(height))

    def windows_of(self, pid: int) -> list[str]:
        """The windows of a process that can be seen."""
        command = ["xdotool", "search", "--onlyvisible", "--pid", str(pid)]
        done = subprocess.run(command, env=self.desktop.environment, capture_output=True, text=True, check=False)
        return done.stdout.split()

    @contextmanager
    def clipboard(self, content: bytes, kind: str) -> Iterator[None]:
        """Meanwhile this content, of this MIME type, is on the clipboard."""
        command = ["xclip", "-selection", "clipboard", "-t", kind, "-quiet"]
        owner = subprocess.Popen(
            command, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL, env=self.desktop.environment
        )
        assert owner.stdin
        owner.stdin.write(content)
        owner.stdin.close()
        try:
            self.wait_for(self._offers, kind)
            yield
        finally:
            owner.terminate()
            owner.wait()

    # Its life and its end

    @property
    def engine_pid(self) -> int:
        """The engine process; 0 where there is none."""
        for pid in descendants(self.process.pid):
            command = Path(f"/proc/{pid}/cmdline")
            if command.exists() and b"--engine" in command.read_bytes().split(b"\0"):
                return pid
        return 0

    def close(self) -> None:
        """Closes the window with its key, and waits for the end."""
        self.focus()
        self.press("ctrl+q")
        assert self.process.wait(WAIT_S) == 0

    def kill(self) -> None:
        """Ends it without a word, and waits until its engine has noticed; nothing happens where it has ended."""
        engine = self.engine_pid
        self.process.kill()
        self.process.wait()
        if engine:
            wait_until_gone(engine)

    def _offers(self) -> bool:
        """Whether there is anything on the clipboard."""
        command = ["xclip", "-selection", "clipboard", "-t", "TARGETS", "-o"]
        return subprocess.run(command, env=self.desktop.environment, capture_output=True, check=False).returncode == 0

    def _box(self, sides: list[int]) -> Box:
        """Qt tells screen readers its own pixels, not the screen's."""
        return Box(*(side * self._scale for side in sides))

    def _run(self, *command: str) -> str:
        done = subprocess.run(command, env=self.desktop.environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout
