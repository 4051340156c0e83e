"""The keys of the window, in one table."""

from __future__ import annotations

from typing import Any, NamedTuple

from PySide6.QtCore import QT_TRANSLATE_NOOP
from PySide6.QtGui import QKeySequence


class Shortcut(NamedTuple):
    """Keys as `QKeySequence` reads them, and what they do, in English. The window binds those that have an `id`;
    the others belong to the part of the window that has the keyboard.
    """

    id: str
    keys: str
    description: Any  # a str, of which Qt's stubs know nothing

    @property
    def native_keys(self) -> str:
        """The keys as the user's system writes them."""
        return QKeySequence(self.keys).toString(QKeySequence.SequenceFormat.NativeText)


SHORTCUTS = (
    Shortcut("new", "Ctrl+N", QT_TRANSLATE_NOOP("ShortcutSheet", "New chat")),
    Shortcut("search", "Ctrl+K", QT_TRANSLATE_NOOP("ShortcutSheet", "Search chats")),
    Shortcut("previous_chat", "Ctrl+PgUp", QT_TRANSLATE_NOOP("ShortcutSheet", "Previous chat")),
    Shortcut("next_chat", "Ctrl+PgDown", QT_TRANSLATE_NOOP("ShortcutSheet", "Next chat")),
    Shortcut("sidebar", "Ctrl+B", QT_TRANSLATE_NOOP("ShortcutSheet", "Show or hide the chats")),
    Shortcut("", "F2", QT_TRANSLATE_NOOP("ShortcutSheet", "Rename the chat in the list")),
    Shortcut("", "Del", QT_TRANSLATE_NOOP("ShortcutSheet", "Delete the chat in the list")),
    Shortcut("undo", "Ctrl+Z", QT_TRANSLATE_NOOP("ShortcutSheet", "Undo")),
    Shortcut("shortcuts", "F1", QT_TRANSLATE_NOOP("ShortcutSheet", "Show these keys")),
    Shortcut("quit", "Ctrl+Q", QT_TRANSLATE_NOOP("ShortcutSheet", "Quit")),
    Shortcut("composer", "Ctrl+L", QT_TRANSLATE_NOOP("ShortcutSheet", "Go to the question")),
    Shortcut("attach", "Ctrl+O", QT_TRANSLATE_NOOP("ShortcutSheet", "Attach a picture or sound")),
    Shortcut("talk", "Ctrl+Space", QT_TRANSLATE_NOOP("ShortcutSheet", "Record, or hold to speak")),
    Shortcut("noise", "Ctrl+J", QT_TRANSLATE_NOOP("ShortcutSheet", "What made that noise?")),
    Shortcut("live", "Ctrl+Shift+L", QT_TRANSLATE_NOOP("ShortcutSheet", "Look through the camera, or no longer")),
    Shortcut("snapshot", "Ctrl+Shift+S", QT_TRANSLATE_NOOP("ShortcutSheet", "Live picture into the chat")),
    Shortcut("stop_devices", "Ctrl+Shift+X", QT_TRANSLATE_NOOP("ShortcutSheet", "Close camera and microphone")),
    Shortcut("", "Ctrl+V", QT_TRANSLATE_NOOP("ShortcutSheet", "Paste a picture or a file")),
    Shortcut("", "Enter", QT_TRANSLATE_NOOP("ShortcutSheet", "Ask")),
    Shortcut("", "Shift+Enter", QT_TRANSLATE_NOOP("ShortcutSheet", "New line")),
    Shortcut("", "Up", QT_TRANSLATE_NOOP("ShortcutSheet", "The last question again")),
    Shortcut("stop", "Ctrl+.", QT_TRANSLATE_NOOP("ShortcutSheet", "Stop the answer; also Esc")),
    Shortcut("again", "Ctrl+R", QT_TRANSLATE_NOOP("ShortcutSheet", "Answer anew")),
    Shortcut("copy_answer", "Ctrl+Shift+C", QT_TRANSLATE_NOOP("ShortcutSheet", "Copy the last answer")),
    Shortcut("", "Tab", QT_TRANSLATE_NOOP("ShortcutSheet", "Next word or object")),
)


def keys_of(shortcut_id: str) -> str:
    """The keys of one of the window's shortcuts, as the user's system writes them.

    Raises:
        KeyError: there is no such shortcut.
    """
    return {shortcut.id: shortcut for shortcut in SHORTCUTS}[shortcut_id].native_keys
