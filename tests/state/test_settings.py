"""Choices outlive the program, and a bad file of them is no reason not to start."""

from __future__ import annotations

import stat

import pytest

from bubo_desktop.state.settings import Settings, SettingsFile
from tests.state.chat_records import a_full_disk


@pytest.fixture
def path(tmp_path):
    return tmp_path / "settings.json"


def test_a_change_is_there_at_the_next_start(path):
    settings = SettingsFile(path)
    settings.change(theme="dark", column_widths_px=(1, 2, 3))
    settings.change(stage_ms={"nano see": 40.5})
    assert SettingsFile(path).values == settings.values
    assert settings.values == Settings(theme="dark", column_widths_px=(1, 2, 3), stage_ms={"nano see": 40.5})
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("content", [b"", b"\0" * 50, b'{"theme": "dark"', b'{"theme": "pink"}', b"\xff\xfe", b"[]"])
def test_a_file_that_cannot_be_read_counts_as_empty_and_is_kept(path, content):
    path.write_bytes(content)
    settings = SettingsFile(path)
    assert settings.values == Settings()
    settings.change(cpu_only=True)
    assert SettingsFile(path).values.cpu_only
    assert (path.parent / "settings-unread.json").read_bytes() == content


def test_settings_of_a_newer_version_are_no_reason_to_forget_the_others(path):
    path.write_bytes(b'{"theme": "dark", "wings": 2}')
    assert SettingsFile(path).values == Settings(theme="dark")


def test_a_full_disk_leaves_the_old_file_whole(path):
    SettingsFile(path).change(theme="dark")
    settings = SettingsFile(path)
    with a_full_disk():
        settings.change(theme="light")
    assert settings.values.theme == "light"
    assert SettingsFile(path).values.theme == "dark"


def test_a_folder_that_is_not_there_stops_nothing(tmp_path):
    settings = SettingsFile(tmp_path / "nowhere" / "settings.json")
    settings.change(theme="light")
    assert settings.values.theme == "light"


def test_there_are_no_other_settings(path):
    with pytest.raises(TypeError):
        SettingsFile(path).change(wings=2)
