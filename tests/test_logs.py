"""Logs are small, private, and say what happened without saying what was said."""

from __future__ import annotations

import logging
import stat
import sys
from collections.abc import Iterator
from logging.handlers import RotatingFileHandler
from pathlib import Path

import pytest

from bubo_desktop.logs import LOGGER_NAME, MAX_FILE_BYTES, N_OLD_FILES, start_log
from bubo_desktop.paths import HOME_VARIABLE, logs_dir


@pytest.fixture
def log_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "home"))
    logger = logging.getLogger(LOGGER_NAME)
    level, propagate = logger.level, logger.propagate
    start_log("desktop")
    yield logs_dir() / "desktop.log"
    [ours] = [handler for handler in logger.handlers if isinstance(handler, RotatingFileHandler)]
    logger.removeHandler(ours)
    ours.close()
    logger.setLevel(level)
    logger.propagate = propagate


def test_an_exception_is_logged_without_its_text(log_file: Path) -> None:
    try:
        raise ValueError("my secret question")  # noqa: TRY301
    except ValueError:
        logging.getLogger(f"{LOGGER_NAME}.engine").exception("Request 7 failed.")
    text = log_file.read_text(encoding="utf-8")
    assert "Request 7 failed." in text
    assert "ValueError" in text
    assert "test_an_exception_is_logged_without_its_text" in text
    assert "secret" not in text


def test_logs_stay_small(log_file: Path) -> None:
    for _ in range(40):
        logging.getLogger(LOGGER_NAME).info("x" * (MAX_FILE_BYTES // 8))
    files = list(log_file.parent.iterdir())
    assert len(files) == 1 + N_OLD_FILES
    assert all(file.stat().st_size <= MAX_FILE_BYTES for file in files)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has rights of another kind")
def test_only_the_user_can_enter_the_folder(log_file: Path) -> None:
    assert stat.S_IMODE(log_file.parent.stat().st_mode) == stat.S_IRWXU
