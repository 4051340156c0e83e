"""The exam of nano's world: what it hands out is true, and whoever knows everything passes it."""

from collections import Counter
from itertools import pairwise

import pytest
import soundfile
from PIL import Image

from bubo_desktop.data import Answer, Match, PictureFindings, SoundEvent, SoundFindings, Tag, Thing
from bubo_desktop.engine.lexicon import Lexicon
from bubo_desktop.engine.linking import link_answer
from bubo_desktop.engine.mentions import Reading
from bubo_desktop.geometry import encode_mask, mask_bounds
from bubo_desktop.packs.manifest import ClosedWorld, Word
from build.evaluation import average_precision
from build.evaluation.average_precision import Region
from build.evaluation.sittings import Asked, Sitting
from build.evaluation.suites.nano import Nano
from build.evaluation.suites.nano_foreign import Foreigners
from build.evaluation.suites.nano_heard import judge
from build.world.exam import BY_THE_WAY, REWORDED, draw_sittings
from build.world.facts import read_vocabulary
from build.world.talk.kinds import kinds

NOTHING = "I recognise nothing."
ROUND = 25  # sittings, in which every sort occurs
WORDS = tuple(Word(word.en, word.es, word.glyph, word.sounds) for word in read_vocabulary().objects)
LEXICON = Lexicon([word.label_en for word in WORDS], {}, WORDS)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory) -> list[tuple[Sitting, tuple[int, int] | None, float]]:
    """A round of sittings, each with the size of its picture in pixels and the length of its recording in seconds."""
    folder = tmp_path_factory.mktemp("exam")
    return [(each, measure_px(each), measure_s(each)) for each in draw_sittings(ROUND, 3, folder)]


def measure_px(sitting: Sitting) -> tuple[int, int] | None:
    if not sitting.picture:
        return None
    with Image.open(sitting.picture) as picture:
        return picture.size


def measure_s(sitting: Sitting) -> float:
    return soundfile.info(sitting.recording).duration if sitting.recording else 0.0


def answer_rightly(sitting: Sitting, asked: Asked) -> Answer:
    """As one who sees and hears everything."""
    things = tuple(Thing(i, it.label, 0.9, it.box_xyxy_px, encode_mask(it.mask)) for i, it in enumerate(sitting.seen))
    height, width = sitting.seen[0].mask.shape if sitting.seen else (1, 1)
    tags = tuple(Tag(label, 0.9) for label in sorted({thing.label for thing in things}))
    pictures = (PictureFindings("p", width, height, tags, things),) if sitting.picture else ()
    events = tuple(SoundEvent(it.label, 0.9, *(it.span_s or (0, 0))) for it in sitting.heard)
    sources = {it.source for it in sitting.heard}
    makers = tuple(thing.id for thing in things if thing.label in sources)
    verdict = judge(sitting.seen, sitting.heard)
    return Answer(
        answer=NOTHING if sitting.foreign else asked.answers[0],
        pack="p",
        images=pictures,
        links=link_answer(Reading(asked.answers[0], LEXICON), pictures, {}),
        sounds=(SoundFindings("s", 12.0, events),) if sitting.recording else (),
        match=Match(verdict, 0.9, makers) if sitting.picture and sitting.recording else None,
    )


def test_whoever_knows_everything_passes(drawn, monkeypatch):
    monkeypatch.setattr(average_precision, "N_RESAMPLES", 5)  # no interval is looked at
    suite = Nano(
        ROUND, 3, draw_sittings, Foreigners((), 0, 0, 3), ClosedWorld("", NOTHING), LEXICON,
        lambda _: [Region(each.label, each.box_xyxy_px) for each in sitting.seen],
    )  # fmt: skip
    for sitting, _, _ in drawn:
        assert suite.mark(sitting, [answer_rightly(sitting, asked) for asked in sitting.asked]) is None
    figures = {figure.name: figure.value for figure in suite.findings().figures if figure.n}
    falsehoods = {name for name in figures if "absent" in name}
    assert len(falsehoods) == 2
    assert {name: value for name, value in figures.items() if value != (name not in falsehoods)} == {}


def test_pairs_of_every_sort_are_balanced(drawn):
    pairs = [sitting for sitting, _, _ in drawn if sitting.picture and sitting.recording]
    assert Counter(judge(each.seen, each.heard) for each in pairs) == {"related": 7, "unrelated": 6, "silent": 3}
    assert Counter(sitting.foreign for sitting, _, _ in drawn if sitting.foreign) == {
        "empty picture": 1, "strange recording": 2
    }  # fmt: skip


def test_pictures_and_recordings_are_as_large_as_they_may_be(drawn):
    longer = [max(size_px) for _, size_px, _ in drawn if size_px]
    assert 224 in longer
    assert all(160 <= side <= 720 for side in longer)
    assert len(set(longer)) > 4
    assert all(1 <= duration_s <= 12 for sitting, _, duration_s in drawn if sitting.recording)


def test_sounds_begin_and_end_within_their_recording(drawn):
    spans = [(each.span_s, duration_s) for sitting, _, duration_s in drawn for each in sitting.heard]
    assert spans
    assert all(span_s and 0 <= span_s[0] < span_s[1] <= duration_s + 0.02 for span_s, duration_s in spans)  # a frame


def test_boxes_hold_what_can_be_seen_and_nothing_more(drawn):
    seen = [(each, size_px) for sitting, size_px, _ in drawn for each in sitting.seen]
    for each, size_px in seen:
        assert each.mask.shape[::-1] == size_px
        assert each.box_xyxy_px == pytest.approx(mask_bounds(each.mask))


def test_conversations_are_in_both_languages_and_carry_what_was_said_before(drawn):
    asked = [each for sitting, _, _ in drawn if not sitting.foreign for each in sitting.asked]
    assert Counter(each.language for each in asked if not each.history) == {"en": 22, "es": 22}
    followed = [(before, each) for before, each in pairwise(asked) if each.history]
    assert followed
    for before, each in followed:
        assert (each.history[-1].question, each.history[-1].answer) == (before.text, before.answers[0])
        assert each.history[:-1] == before.history


def test_what_is_worded_as_never_trained_is_told_apart(drawn):
    groups = Counter(each.group for sitting, _, _ in drawn if not sitting.foreign for each in sitting.asked)
    assert set(groups) == {"", REWORDED, BY_THE_WAY}
    assert groups[""] > groups[REWORDED]
    by_the_way = {each.kind for sitting, _, _ in drawn for each in sitting.asked if each.group == BY_THE_WAY}
    assert by_the_way.isdisjoint(kinds())


def test_the_same_seed_draws_the_same_and_files_do_not_pile_up(drawn, tmp_path):
    again = [(sitting.heard, [each.text for each in sitting.asked]) for sitting in draw_sittings(4, 3, tmp_path)]
    assert again == [(sitting.heard, [each.text for each in sitting.asked]) for sitting, _, _ in drawn[:4]]
    assert list(tmp_path.iterdir()) == []
