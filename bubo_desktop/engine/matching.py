"""Matching: whether a picture and a sound belong together, and which object makes the sound."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from bubo_desktop.data import Match, SoundEvent, Thing


def match(
    events: Sequence[SoundEvent] | None,
    things: Sequence[Thing] | None,
    sounds_of: Mapping[str, Collection[str]],
) -> Match | None:
    """Judges the sounds heard against the objects seen.

    `related` where an object makes one of the sounds: its score is that of the best such pair, as the product of the
    two findings' scores. `unrelated` otherwise: its score is that of the surest sound, since only a misheard sound
    could belong to what is seen. `silent`, with score 1, where nothing was heard.

    Args:
        events: what was heard in all recordings; None where there is none.
        things: what was found in all pictures; None where there is none.
        sounds_of: the sounds each label makes.

    Returns:
        None where there is no picture or no recording to compare.
    """
    if events is None or things is None:
        return None
    if not events:
        return Match("silent", 1.0)
    pairs = [
        (event.score * thing.score, thing.id)
        for event in events
        for thing in things
        if event.label in sounds_of.get(thing.label, ())
    ]
    if not pairs:
        return Match("unrelated", max(event.score for event in events))
    return Match("related", max(score for score, _ in pairs), tuple(sorted({thing for _, thing in pairs})))
