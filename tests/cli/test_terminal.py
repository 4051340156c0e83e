"""The chat as a person sees it: in a terminal."""

import os
import select
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bubo_desktop.data import Sampling
from tests.fakes.parts import ANSWER

pty = pytest.importorskip("pty", reason="a terminal of POSIX")

ROOT = Path(__file__).parents[2]
END_S = 60  # far beyond what any of it takes
PROMPT = b">\x1b[0m "
CTRL_C, CTRL_D = b"\x03", b"\x04"


class Terminal:
    """A program in a terminal of its own."""

    def __init__(self, *arguments: str) -> None:
        self.pid, self.descriptor = pty.fork()
        if not self.pid:
            os.environ.update(TERM="xterm-256color", PYTHONPATH=str(ROOT))
            program = str(ROOT / "tests" / "fakes" / "cli_process.py")
            os.execv(sys.executable, [sys.executable, program, *arguments])
        self.shown = b""

    def type(self, keys: bytes) -> None:
        os.write(self.descriptor, keys)

    def until(self, sign: bytes) -> bytes:
        """What was shown up to and with `sign`."""
        while sign not in self.shown:
            assert select.select([self.descriptor], [], [], END_S)[0], self.shown
            self.shown += os.read(self.descriptor, 4096)
        before, self.shown = self.shown.split(sign, 1)
        return before + sign

    def wait(self) -> int:
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


@pytest.fixture
def terminal(write_pack) -> Iterator[Terminal]:
    folder = write_pack(sampling=Sampling(max_tokens=1_000_000))
    terminal = Terminal("chat", "--pack", str(folder))
    terminal.until(PROMPT)
    yield terminal
    terminal.type(CTRL_D)
    assert terminal.wait() == 0
    os.close(terminal.descriptor)


def test_linked_words_take_the_colour_of_their_object(terminal, picture):
    terminal.type(f"{picture} plain\n".encode())
    shown = terminal.until(PROMPT).decode()
    before, linked, after = ANSWER.partition("dog")
    *_, last = (line for line in shown.splitlines() if after in line)
    colour = last.split("dog")[0].split(before)[1]
    assert colour.startswith("\x1b[")
    assert f"{linked}\x1b[0m{after}" in last
    assert f"{colour.split(';', 2)[2]}■" in shown


def test_ctrl_c_stops_the_answer_and_not_the_program(terminal):
    terminal.type(b"endless\n")
    terminal.until(b"and and")
    terminal.type(CTRL_C)
    terminal.until(b"Stopped.")
    terminal.until(PROMPT)
    terminal.type(b"plain\n")
    terminal.until(ANSWER.encode())
    terminal.until(PROMPT)


def test_ctrl_c_at_the_prompt_tells_how_to_leave(terminal):
    terminal.type(CTRL_C)
    terminal.until(b"/quit or Ctrl-D leaves.")
    terminal.until(PROMPT)
