"""What a screen reader is told of a program, as JSON: `/usr/bin/python3 accessibility_probe.py PID [WORD]`.

Runs in the system's Python, which has the AT-SPI bindings. Prints every accessible thing that is showing, parents
before children: role, name, text, states, extents x, y, width, height on the screen, and those of each occurrence of
WORD in its text.
"""

import json
import re
import sys

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402

STATES = ("focused", "focusable", "enabled", "selected", "checked", "editable")


def find_program(pid):
    """The program's root, or None while it has not introduced itself."""
    desktop = Atspi.get_desktop(0)
    programs = [desktop.get_child_at_index(number) for number in range(desktop.get_child_count())]
    return next((program for program in programs if program and program.get_process_id() == pid), None)


def walk(node, word):
    """Yields what is told of the node and everything in it; hidden branches are left out."""
    for number in range(node.get_child_count()):
        child = node.get_child_at_index(number)
        if child is None or not child.get_state_set().contains(Atspi.StateType.SHOWING):
            continue
        yield describe(child, word)
        yield from walk(child, word)


def describe(node, word):
    """One thing as a dictionary."""
    states, text, words = node.get_state_set(), "", []
    if node.get_text_iface():
        text = Atspi.Text.get_text(node, 0, -1)
        spans = [found.span() for found in re.finditer(re.escape(word), text)] if word else []
        words = [extents(Atspi.Text.get_range_extents(node, *span, Atspi.CoordType.SCREEN)) for span in spans]
    return {
        "role": node.get_role_name(),
        "name": node.get_name() or "",
        "description": node.get_description() or "",
        "text": text or "",
        "states": [name for name in STATES if states.contains(getattr(Atspi.StateType, name.upper()))],
        "box": extents(node.get_extents(Atspi.CoordType.SCREEN)),
        "words": words,
    }


def extents(rectangle):
    """x, y, width, height."""
    return [rectangle.x, rectangle.y, rectangle.width, rectangle.height]


def main():
    """Prints the tree; an empty list where the program has not introduced itself yet."""
    pid, word = int(sys.argv[1]), "".join(sys.argv[2:3])
    program = find_program(pid)
    try:
        told = list(walk(program, word)) if program else []
    except GLib.Error:  # something disappeared while it was being described
        told = []
    print(json.dumps(told))


if __name__ == "__main__":
    main()
