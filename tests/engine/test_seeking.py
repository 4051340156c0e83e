"""Which objects and sounds some words name."""

import dataclasses

import msgspec
import pytest

from bubo_desktop.data import SoundEvent, Thing
from bubo_desktop.engine.lexicon import Lexicon
from bubo_desktop.engine.pack import Pack
from bubo_desktop.engine.seeking import Seeking, Sought
from bubo_desktop.engine.sound_linking import SoundWords
from bubo_desktop.errors import InputError, PackError
from bubo_desktop.packs.manifest import SoundTaggerPart, Word
from tests.fakes.parts import MEL, FakeEyes, FakeFinger, fake_pack, open_world_pack

LABELS = ("dog", "ball", "glass", "hot dog")
SOUNDS = ("barking", "ringing")
VOCABULARY = (Word("dog", "perro", "", ("barking",)), Word("bell", "campana", "", ("ringing",)))
SYNONYMS = {"puppy": "dog"}
THINGS = tuple(Thing(n, label, 0.9, (0, 0, 9, 9)) for n, label in enumerate(("dog", "ball", "ball", "glass")))
COLOURS = {1: {"red": 0.9, "blue": 0.1}, 2: {"red": 0.2, "blue": 0.7}}
EVENTS = (SoundEvent("ringing", 0.9, 0, 1), SoundEvent("barking", 0.9, 0, 1))


def seeking(pack: Pack | None = None) -> Seeking:
    """In the words of a pack that knows `LABELS` and `SOUNDS`, unless another one is given."""
    finger = FakeFinger(FakeEyes())
    finger.labels = LABELS
    own = with_parts(
        dataclasses.replace(fake_pack(), locator=finger),
        sound_tagger=SoundTaggerPart("e", MEL, SOUNDS, (0.5, 0.5), 0.1),
    )
    lexicon = Lexicon((pack or own).labels, SYNONYMS, VOCABULARY)
    return Seeking(pack or own, lexicon, SoundWords(SOUNDS, SYNONYMS, VOCABULARY))


def with_parts(pack: Pack, **parts) -> Pack:
    manifest = pack.manifest
    return dataclasses.replace(
        pack, manifest=msgspec.structs.replace(manifest, parts=msgspec.structs.replace(manifest.parts, **parts))
    )


@pytest.mark.parametrize(
    ("words", "things", "events"),
    [
        ("dog", (0,), (1,)),
        ("The dogs!", (0,), (1,)),
        ("un perro", (0,), (1,)),
        ("puppies", (0,), (1,)),
        ("dogs and balls", (0, 1, 2), (1,)),
        ("a red ball", (1,), ()),
        ("la pelota o dos perros", (0,), (1,)),
        ("a blue ball or the red ball", (1, 2), ()),
        ("ball that is green", (1, 2), ()),  # the pack cannot tell green
        ("a red glass", (3,), ()),  # nor the colour of this glass
        ("hot dog", (), ()),
        ("a bell that rings", (), (0,)),
        ("barking", (), (1,)),
        ("a ball, no dog", (1, 2), ()),
        ("", (), ()),
        (" \n", (), ()),
    ],
)
def test_words_name_objects_and_sounds(words, things, events):
    sought = seeking().read(words)
    assert sought.things_among(THINGS, COLOURS) == things
    assert sought.events_among(EVENTS) == events


@pytest.mark.parametrize("words", ["unicorn", "not a dog", "?", "-", "red"])
def test_what_is_not_known_is_said_with_what_is(words):
    with pytest.raises(InputError) as refused:
        seeking().read(words)
    assert refused.value.message == f'This pack knows nothing that is called "{words}".'
    assert refused.value.hint == (
        "It can look for 4 things (dog, ball, glass, ...) and listen for 2 sounds (barking, ringing, ...)."
    )


def test_a_long_wish_is_cut_in_the_refusal():
    with pytest.raises(InputError) as refused:
        seeking().read("unicorn\n" * 100)
    assert len(refused.value.message) < 100
    assert refused.value.message.isprintable()


@pytest.mark.parametrize(
    ("words", "phrase"),
    [
        ("a  wooden chair ", "a wooden chair"),
        ("the dogs", "dog"),
        ("perro", "dog"),
        ("a red dog", "a red dog"),
        ("hot dog", "hot dog"),
    ],
)
def test_a_pack_that_finds_whatever_is_said_is_asked_for_just_that(words, phrase):
    assert seeking(open_world_pack("dog")).read(words).labels == {phrase}


def test_a_pack_that_can_do_neither_says_so():
    pack = with_parts(dataclasses.replace(fake_pack(), locator=None), sound_tagger=None)
    assert seeking(pack).read("") == Sought()
    with pytest.raises(PackError, match=r"^This pack cannot look or listen for anything"):
        seeking(pack).read("dog")
