"""Where things are on this machine. Setting `BUBO_HOME` moves everything the program writes below one folder."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import platformdirs

HOME_VARIABLE = "BUBO_HOME"
SHIPPED_PACK = "nano"  # its id
_PACKAGE = Path(__file__).parent
_CHECKOUT = _PACKAGE.parent


def packs_dirs() -> list[Path]:
    """The folders that hold packs, first choice first: those the user installed, then those shipped."""
    return [data_dir() / "packs", _shipped_packs()]


def recognisers_dir() -> Path:
    """The folder of speech recognisers that the user has fetched, each in a folder of its own; it may not exist."""
    return data_dir() / "speech"


def data_dir() -> Path:
    """The folder of what must not be lost: chats with their media, settings, installed packs."""
    return _own_folder("data", platformdirs.user_data_path)


def cache_dir() -> Path:
    """A folder for what can be computed again."""
    return _own_folder("cache", platformdirs.user_cache_path)


def states_dir() -> Path:
    """Where an engine keeps what its language network read; the folder may not exist."""
    return cache_dir() / "states"


def logs_dir() -> Path:
    """The folder of the log files."""
    return _own_folder("logs", platformdirs.user_log_path)


def program_command() -> list[str]:
    """The command that starts this program again, to which arguments such as `--engine` are added.

    `-P` keeps the user's working folder from shadowing a library.
    """
    main_file = _CHECKOUT / "main.py"
    return [sys.executable, str(main_file)] if main_file.is_file() else [sys.executable, "-P", "-m", "bubo_desktop"]


def _shipped_packs() -> Path:
    """`models/` inside the package where it was installed from a wheel, else that of the checkout."""
    installed = _PACKAGE / "models"
    return installed if installed.is_dir() else _CHECKOUT / "models"


def _own_folder(name: str, default: Callable[..., Path]) -> Path:
    home = os.environ.get(HOME_VARIABLE)
    folder = Path(home).expanduser() / name if home else default("bubo-desktop", appauthor=False)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    return folder
