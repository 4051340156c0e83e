"""Nano's exam, marked on scenes whose every truth is written here."""

import numpy as np
import pytest

from bubo_desktop.data import Answer, Link, Match, PictureFindings, SoundEvent, SoundFindings, Tag, Thing, Turn
from bubo_desktop.engine.lexicon import Lexicon
from bubo_desktop.geometry import encode_mask
from bubo_desktop.packs.manifest import ClosedWorld, Word
from build.errors import BuildError
from build.evaluation.average_precision import Region
from build.evaluation.sittings import Asked, Heard, Seen, Sitting
from build.evaluation.suites.nano import Nano, open_nano
from build.evaluation.suites.nano_foreign import Foreigners
from tests.evaluation.small_files import draw_picture, record_barking, record_silence
from tests.fakes.parts import ANSWER, EXACT_BOX, NOTHING, NOTICE

WORDS = (Word("dog", "perro", "🐕", ("barking",)), Word("cat", "gato", "🐈", ("meowing",)))
LEXICON = Lexicon(["dog", "cat"], {}, WORDS)
WORLD = ClosedWorld(NOTICE, NOTHING)
MASK = np.zeros((16, 16), bool)
MASK[4:10, 3:9] = True
DOG, CAT = Seen("dog", EXACT_BOX, MASK), Seen("cat", (0.0, 11.0, 3.0, 16.0), MASK.T)


def ask(text: str, *answers: str, kind: str = "exists", language: str = "en", history=()) -> Asked:
    return Asked(text, kind, language, answers or (ANSWER,), history)


def exam(*sittings: Sitting, photographs=(), candidates=()) -> Nano:
    return Nano(
        len(sittings),
        7,
        lambda _n, _seed, _folder: iter(sittings),
        Foreigners(photographs, n_pieces=0, n_textures=1, seed=7),
        WORLD,
        LEXICON,
        lambda _: list(candidates),
    )


def say(text: str, *links: Link, things=(), tags=(), events=(), match=None, sounds=False) -> Answer:
    picture = PictureFindings("p", 16, 16, tuple(Tag(label, 0.9) for label in tags), tuple(things))
    heard = (SoundFindings("s", 2.0, tuple(events)),) if sounds else ()
    return Answer(answer=text, pack="p", images=(picture,), links=links, sounds=heard, match=match)


def marked(suite: Nano, scene: Sitting, *answers: Answer) -> dict[str, float]:
    suite.mark(scene, answers)
    return {figure.name: figure.value for figure in suite.findings().figures if figure.n}


@pytest.fixture
def picture(tmp_path):
    return draw_picture(tmp_path / "p.png")


def test_the_engine_of_fake_parts_sits_the_whole_exam(picture, tmp_path, examine):
    both = Sitting(
        picture, record_barking(tmp_path / "s.wav"), (DOG,), (Heard("barking", "dog", (0.0, 0.1)),),
        (ask("Is the dog big?", kind="size"), ask("Is there a cat?", "No.", kind="exists")),
    )  # fmt: skip
    silent = Sitting(picture, record_silence(tmp_path / "n.wav"), (DOG, CAT), (), (ask("What?", kind="size"),))
    suite = exam(both, silent, photographs=[draw_picture(tmp_path / "photo.png")])
    figures = examine(suite)
    assert figures["answers, exact"] == pytest.approx(2 / 3)
    assert figures["size, en"] == 1
    assert figures["exists, en"] == 0
    assert figures["tags, F1"] == pytest.approx(2 * 2 / (2 + 3))
    assert figures["masks of found objects, mean IoU"] == 1
    assert figures["links, precision"] == figures["links, recall"] == 1
    assert figures["sounds, F1"] == figures["sounds found, beginning within 0.3 s"] == 1
    assert figures["picture and sound, balanced accuracy"] == 1
    assert figures["photographs not recognised"] == 0  # the fake eyes see a dog in every picture that is not even
    confusions = suite.findings().confusions["questions (rows) and what is wrong with their answers"]
    assert confusions == {"exists": {"yes or no": 1}, "size": {"right": 2}}


def test_earlier_turns_are_asked_along(picture, talk, examine):
    turn = Turn("Is there a dog?", "Yes.", (str(picture),))
    suite = exam(Sitting(picture, None, (DOG,), (), (ask("Is it big?", history=(turn,)),)))
    examine(suite)
    [prompt] = [text for text in map(str, talk._pipeline.pack.language.prompts) if "Is it big?" in text]
    assert "Is there a dog?" in prompt


def test_any_of_several_right_answers_will_do(picture):
    scene = Sitting(picture, None, (DOG,), (), (ask("?", "A dog.", "One dog."),))
    assert marked(exam(scene), scene, say("One dog."))["answers, exact"] == 1
    assert marked(exam(scene), scene, say("one dog."))["answers, exact"] == 0


def test_links_must_hold_an_object_of_their_label(picture):
    scene = Sitting(picture, None, (DOG, CAT), (), (ask("?", "A dog and a cat."),))
    things = (Thing(1, "dog", 0.9, EXACT_BOX), Thing(2, "cat", 0.8, EXACT_BOX))
    links = (Link(2, 5, "dog", 0, (1,), 0.9), Link(12, 15, "cat", 0, (2,), 0.7))
    suite = exam(scene)
    figures = marked(suite, scene, say("A dog and a cat.", *links, things=things))
    assert figures["links, precision"] == 0.5
    assert figures["links, recall"] == 0.5
    scored = suite.findings().scored["links"]
    assert (scored.scores, scored.right) == ([0.9, 0.7], [True, False])


def test_what_is_asserted_of_absent_things_is_counted_and_what_is_denied_or_heard_is_not(picture, tmp_path):
    sound = record_barking(tmp_path / "s.wav")
    scene = Sitting(picture, sound, (DOG,), (Heard("meowing", "cat"),), (ask("Is there a cat?", "No."),))
    assert (
        marked(exam(scene), scene, say("No, there is no cat.", sounds=True))["answers that assert something absent"]
        == 0
    )
    assert marked(exam(scene), scene, say("I hear a cat.", sounds=True))["answers that assert something absent"] == 0
    quiet = Sitting(picture, None, (DOG,), (), scene.asked)
    figures = marked(exam(quiet), quiet, say("Yes, there is a cat."))
    assert figures["answers that assert something absent"] == figures["absent things asked about and asserted"] == 1


@pytest.mark.parametrize(
    ("right", "said", "reason"),
    [
        ("No, there is no dog.", "Yes, there is a dog.", "yes or no"),
        ("I see a dog.", "I see a cat.", "object"),
        ("I see a dog.", "I see a dog and a dog.", "object"),
        ("There are two dogs.", "There are three dogs.", "number"),
        ("The dog is red.", "The dog is blue.", "colour"),
        ("The dog is on the left.", "The dog is on the right.", "place"),
        ("Hay un perro grande.", "Hay un perro pequeño.", "size"),
        ("Goodbye.", "Hello.", "wording"),
    ],
)
def test_a_wrong_answer_is_told_by_what_is_wrong_with_it(right, said, reason):
    assert exam().said.explain(right, said) == reason


def test_an_object_taken_for_another_is_told(picture):
    scene = Sitting(picture, None, (DOG,), (), (ask("?"),))
    suite = exam(scene)
    suite.mark(scene, [say(ANSWER, things=(Thing(1, "cat", 0.9, EXACT_BOX),))])
    assert suite.findings().confusions["objects (rows) and what they were taken for"] == {"dog": {"cat": 1}}


def test_a_second_box_on_one_object_is_false(picture):
    scene = Sitting(picture, None, (DOG,), (), (ask("?"),))
    things = (Thing(1, "dog", 0.9, EXACT_BOX, encode_mask(MASK)), Thing(2, "dog", 0.5, EXACT_BOX))
    figures = marked(exam(scene, candidates=[Region("dog", EXACT_BOX, 0.9)]), scene, say(ANSWER, things=things))
    assert figures["boxes shown, F1 at IoU 0.5"] == pytest.approx(2 / 3)
    assert figures["boxes of all candidates, mAP at IoU 0.5"] == pytest.approx(1)


def test_sounds_must_begin_and_end_when_they_do(tmp_path):
    scene = Sitting(None, tmp_path / "s.wav", (), (Heard("barking", "dog", (0.5, 1.5)),), (ask("?"),))
    answer = say(ANSWER, events=[SoundEvent("barking", 0.9, 0.7, 2.0)], sounds=True)
    figures = marked(exam(scene), scene, answer)
    assert figures["sounds found, beginning within 0.3 s"] == 1
    assert figures["sounds found, end within 0.3 s"] == 0


def test_the_source_is_all_objects_that_sound_and_no_other(picture, tmp_path):
    things = (Thing(1, "dog", 0.9, EXACT_BOX), Thing(2, "cat", 0.9, CAT.box_xyxy_px))
    scene = Sitting(picture, tmp_path / "s.wav", (DOG, CAT), (Heard("barking", "dog"),), (ask("?"),))
    for ids, right in (((1,), 1), ((1, 2), 0)):
        answer = say(ANSWER, things=things, sounds=True, match=Match("related", 0.9, ids))
        assert marked(exam(scene), scene, answer)["objects that make the sound, all of them and no other"] == right


def test_a_pack_without_a_world_of_its_own_is_refused(tmp_path):
    with pytest.raises(BuildError, match=r"pack\.json"):
        open_nano(tmp_path, None, 1, 0, lambda *_: iter(()))
