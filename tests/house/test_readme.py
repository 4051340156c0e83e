"""The commands of the README are commands of the program."""

from __future__ import annotations

import importlib.util
import re
import shlex
import subprocess
import sys
import tomllib
from itertools import takewhile

import pytest

from build.tree import README, ROOT

TEXT = README.read_text(encoding="utf-8")
COMMANDS = [line.split("  #")[0].strip() for line in re.findall(r"^    (\S.*)$", TEXT, re.MULTILINE)]
PROGRAM = ".venv/bin/python main.py"


def help_of(*command: str) -> str:
    result = subprocess.run(
        [sys.executable, str(ROOT / "main.py"), *command, "--help"], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.mark.parametrize("command", [line for line in COMMANDS if line.startswith(PROGRAM)])
def test_a_command_of_the_program_has_help_on_each_of_its_options(command: str) -> None:
    words = shlex.split(command.removeprefix(PROGRAM))
    text = help_of(*takewhile(lambda word: not word.startswith("-"), words))
    assert all(word in text for word in words[1:] if word.startswith("--"))


def test_the_options_of_ask_are_those_of_the_table() -> None:
    shown = set(re.findall(r"--[a-z-]+", help_of("ask"))) - {"--help"}
    table = TEXT.split("| option of `ask`")[1].split("\n\n")[0]
    assert shown == set(re.findall(r"--[a-z-]+(?=[ `])", table))


@pytest.mark.parametrize("target", [line.split()[1] for line in COMMANDS if line.startswith("make ")])
def test_a_target_of_make_exists(target: str) -> None:
    subprocess.run(["make", "--dry-run", target], cwd=ROOT, capture_output=True, check=True)


@pytest.mark.parametrize("module", sorted(set(re.findall(r"-m (build[.\w]+)", TEXT))))
def test_a_step_of_build_exists(module: str) -> None:
    assert importlib.util.find_spec(module)


def test_extras_exist() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    named = {extra for group in re.findall(r"\.\[([\w,]+)\]", TEXT) for extra in group.split(",")}
    assert named
    assert named <= set(extras)
