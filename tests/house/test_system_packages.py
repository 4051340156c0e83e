"""What is missing on the system is said in one line with the command that installs it."""

from __future__ import annotations

import os
import sys

import pytest

from build import system_packages

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has system packages")


@pytest.fixture
def ordinary_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setitem(system_packages.LIBRARIES, "libnowhere.so.9", "libnowhere9")
    monkeypatch.setitem(system_packages.TEST_COMMANDS, "nothing-of-this-name", "nothing")
    monkeypatch.setitem(system_packages.TEST_FILES, "/nowhere/font.ttf", "fonts-nowhere")


@pytest.mark.usefixtures("ordinary_user")
@pytest.mark.parametrize(
    ("arguments", "packages"), [([], "libnowhere9"), (["test"], "libnowhere9 nothing fonts-nowhere")]
)
def test_the_command_is_named(arguments: list[str], packages: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert system_packages.main(arguments) == 1
    [line] = capsys.readouterr().err.splitlines()
    assert line.endswith(f"sudo apt-get install --yes --quiet=2 --no-install-recommends {packages}")


def test_an_old_python_is_refused(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 10, 12))
    assert system_packages.main([]) == 1
    assert "Python 3.11" in capsys.readouterr().err


def test_nothing_is_missing_where_the_tests_run() -> None:
    assert system_packages.missing_packages(for_tests=True) == []
