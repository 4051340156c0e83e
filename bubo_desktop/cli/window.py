"""`window`: the program as most people use it; without a screen, a chat in the terminal instead."""

from __future__ import annotations

import gc
import sys
from argparse import Namespace

from bubo_desktop.paths import SHIPPED_PACK
from bubo_desktop.ui.display import missing_display


def run(options: Namespace) -> int:
    """Opens the window with `options.files` attached; where none can be opened, says why and chats here.

    Raises:
        PackError, EngineError: as `chat.run`, where it is one.
    """
    reason = missing_display()
    if reason:
        from bubo_desktop.cli import chat  # with all it needs, which would hold up the window

        print(f"{reason} Here is the chat in the terminal.", file=sys.stderr)
        return chat.run(Namespace(pack=options.pack or SHIPPED_PACK, cpu=options.cpu, with_samples=True))
    gc.disable()  # until the window is painted: all that is made on the way there stays
    from bubo_desktop.ui.app import run as open_window

    return open_window(options.pack, cpu_only=options.cpu, files=options.files)
