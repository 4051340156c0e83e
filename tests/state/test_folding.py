"""Every state of an answer in the making is a whole one that says no more than is known."""

import msgspec

from bubo_desktop.data import (
    Answer,
    Link,
    Match,
    PictureFindings,
    RunLengths,
    SoundEvent,
    SoundFindings,
    SoundLink,
    Tag,
    Thing,
    TokenCounts,
)
from bubo_desktop.protocol import Done, Found, Linked, Masked, Token
from bubo_desktop.state.folding import fold
from bubo_desktop.state.records import NO_ANSWER

DOG = Thing(id=0, label="dog", score=0.9, box_xyxy_px=(1.0, 2.0, 5.0, 6.0))
CAT = Thing(id=1, label="cat", score=0.8, box_xyxy_px=(2.0, 2.0, 7.0, 8.0))
BIRD = Thing(id=2, label="bird", score=0.7, box_xyxy_px=(0.0, 0.0, 3.0, 3.0))
GARDEN = PictureFindings("garden.png", 10, 10, tags=(Tag("dog", 0.9),), objects=(DOG, CAT))
SKY = PictureFindings("sky.png", 8, 8, objects=(BIRD,))
LINKS = (Link(start=2, end=5, text="dog", image=0, objects=(0,), score=0.9),)
SOUNDS = (SoundFindings("bark.wav", 1.0, events=(SoundEvent("barking", 0.9, 0.0, 1.0),)),)
SOUND_LINKS = (SoundLink(start=2, end=5, text="dog", sound=0, events=(0,), score=0.9),)
MATCH = Match("related", 0.9, (0,))
MASK = RunLengths((10, 10), (12, 3, 85))
TOLD = (
    Token(id=1, text="A dog"),
    Token(id=1, text=" and a bird."),
    Found(id=1, image=0, picture=GARDEN),
    Found(id=1, image=1, picture=SKY),
    Linked(id=1, links=LINKS, sounds=SOUNDS, sound_links=SOUND_LINKS, match=MATCH),
    Masked(id=1, image=0, masks={0: MASK}),
)


def folded(*steps) -> Answer:
    answer = NO_ANSWER
    for step in steps:
        answer = fold(answer, step)
    return answer


def test_words_boxes_links_and_masks_add_up() -> None:
    answer = folded(*TOLD)
    assert answer.answer == "A dog and a bird."
    assert answer.images[1] == SKY
    assert (answer.links, answer.sounds, answer.sound_links, answer.match) == (LINKS, SOUNDS, SOUND_LINKS, MATCH)
    assert answer.images[0].tags == GARDEN.tags
    dog, cat = answer.images[0].objects
    assert dog == msgspec.structs.replace(DOG, mask_rle=MASK)
    assert cat == CAT


def test_every_state_can_be_kept_and_read_back() -> None:
    for n_steps in range(len(TOLD) + 1):
        answer = folded(*TOLD[:n_steps])
        assert msgspec.json.decode(msgspec.json.encode(answer), type=Answer) == answer


def test_what_is_said_last_holds() -> None:
    whole = Answer(answer="A dog.", pack="nano", tokens=TokenCounts(3, 4))
    assert folded(*TOLD, Done(id=1, answer=whole)) is whole


def test_boxes_told_again_take_the_place_of_the_first() -> None:
    assert folded(*TOLD[:4], Found(id=1, image=0, picture=SKY)).images == (SKY, SKY)


def test_masks_for_a_picture_that_was_not_told_of_are_left_out() -> None:
    assert folded(Masked(id=1, image=0, masks={0: MASK})) == NO_ANSWER
