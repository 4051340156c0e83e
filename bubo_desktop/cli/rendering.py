"""Answers in a terminal: linked words in their object's colour, and what was seen and heard below."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from bubo_desktop.data import Answer, Link, Match
from bubo_desktop.palette import look_of

VERDICTS = {
    "related": "Picture and sound belong together",
    "unrelated": "Picture and sound do not belong together",
    "silent": "The sound is silent",
}
_STAGE_WORDS = {"see": "seen", "hear": "heard", "first_token": "first word after", "segment": "outlined"}


def linked_text(answer: str, links: tuple[Link, ...]) -> Text:
    """The answer with each linked word in the colour of the first object it names, and dim where there is none."""
    text = Text(answer)
    for link in links:
        style = f"bold underline {_colour(link.objects[0])}" if link.objects else "dim underline"
        text.stylize(style, link.start, link.end)
    return text


def details(answer: Answer) -> Iterator[Text]:
    """One line each for objects, sounds, the verdict, and times."""
    for picture in answer.images:
        if picture.objects:
            yield Text("  ").join(_mark(thing.id, f"{thing.label} {thing.score:.2f}") for thing in picture.objects)
        elif picture.tags:
            yield Text("  ".join(f"{tag.label} {tag.score:.2f}" for tag in picture.tags), style="dim")
    for sound in answer.sounds:
        events = (f"{event.label} {event.start_s:.1f}-{event.end_s:.1f} s" for event in sound.events)
        yield Text("♪ " + (", ".join(events) or "nothing known"), style="dim")
    if answer.match:
        yield _verdict(answer, answer.match)
    yield Text(_times(answer), style="dim")


def _verdict(answer: Answer, match: Match) -> Text:
    labels = {thing.id: thing.label for picture in answer.images for thing in picture.objects}
    line = Text(f"{VERDICTS[match.verdict]} ({match.score:.2f})")
    for number in match.source_objects:
        line.append("  ").append_text(_mark(number, labels[number]))
    return line


def _times(answer: Answer) -> str:
    times = [f"{words} {answer.timings_ms[s]:.0f} ms" for s, words in _STAGE_WORDS.items() if s in answer.timings_ms]
    if answer.tokens.generated:
        rate = answer.tokens.generated / max(answer.timings_ms["generate"] / 1e3, 1e-6)
        times.append(f"{answer.tokens.generated} tokens at {rate:.0f}/s")
    return " · ".join(times)


def _mark(number: int, words: str) -> Text:
    return Text.assemble(("■", _colour(number)), f" {words}")


def _colour(number: int) -> str:
    return "#{:02x}{:02x}{:02x}".format(*look_of(number).colour)
