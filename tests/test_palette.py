"""Things are told apart by their looks, and known by them."""

from bubo_desktop.palette import look_of, looks_of


def test_many_objects_in_a_row_look_different():
    assert len({look_of(number) for number in range(35)}) == 35


def test_events_that_sound_alike_look_alike():
    first, other, again = looks_of(["meowing", "ringing", "meowing"])
    assert first == again == look_of(0)
    assert other == look_of(1)
