"""What is read aloud of an answer."""

from __future__ import annotations

import pytest

from bubo_desktop.capture.spoken_text import spoken_sentences

pytestmark = pytest.mark.usefixtures("qapp")


@pytest.mark.parametrize(
    ("answer", "sentences"),
    [
        ("", []),
        ("***\n\n…", []),
        ("A dog barks.", ["A dog barks."]),
        ("It is 3.5 m away! Really?  Yes…", ["It is 3.5 m away!", "Really?", "Yes…"]),
        ("¿Qué se oye? ¡Un perro! Nada más.", ["¿Qué se oye?", "¡Un perro!", "Nada más."]),
        ("Ask Dr. Wood or J. Hill. They know.", ["Ask Dr. Wood or J. Hill.", "They know."]),
        ("# The garden\n\nA **dog** and a [cat](https://example.org/x).", ["The garden", "A dog and a cat."]),
        ("- a red ball\n- a `blue` box\n\n1. first\n2. second", ["a red ball", "a blue box", "first", "second"]),
        ("| thing | colour |\n|---|---|\n| ball | red |", ["thing", "colour", "ball", "red"]),
        ("Look:\n\n![a dog](dog.png)\n\n> a *quoted* ![icon](i.png) word", ["Look:", "a quoted word"]),
        ("One sentence\nin two lines. 2 < 3 & <b>so</b> on.", ["One sentence in two lines.", "2 < 3 & <b>so</b> on."]),
        ("snake_case stays.\n\n```python\nx = 1\n```", ["snake_case stays.", "x = 1"]),
    ],
)
def test_markup_is_not_read_aloud(answer: str, sentences: list[str]) -> None:
    assert spoken_sentences(answer) == sentences
