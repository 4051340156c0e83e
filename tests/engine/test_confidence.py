"""Scores that were made honest, from the curve to what the pipeline tells."""

import dataclasses
import math

import msgspec
import numpy as np
import pytest
import soundfile
from PIL import Image

from bubo_desktop.engine.cancellation import Cancellation
from bubo_desktop.engine.confidence import calibrate
from bubo_desktop.engine.pipeline import Pipeline
from bubo_desktop.packs.manifest import Confidence, Curve
from bubo_desktop.protocol import Ask
from tests.fakes.parts import fake_pack

HALVED = Curve(slope=0.5, offset=0.0)
RATE_HZ = 16_000


@pytest.fixture
def files(tmp_path) -> dict[str, tuple[str]]:
    """A picture in which the fake eyes see a dog, and a recording in which the fake ears hear it bark."""
    Image.fromarray(np.arange(16 * 20 * 3, dtype=np.uint8).reshape(16, 20, 3)).save(tmp_path / "dog.png")
    soundfile.write(tmp_path / "dog.wav", np.linspace(0.9, 0, RATE_HZ) * np.resize([1.0, -1.0], RATE_HZ), RATE_HZ)
    return {"images": (str(tmp_path / "dog.png"),), "sounds": (str(tmp_path / "dog.wav"),)}


def ask(confidence: Confidence, files, **changes):
    pack = fake_pack()
    manifest = msgspec.structs.replace(pack.manifest, confidence=confidence, **changes)
    pipeline = Pipeline(dataclasses.replace(pack, manifest=manifest))
    return pipeline.answer(Ask(id=1, question="plain", **files), Cancellation(), lambda _: None)


def test_a_curve_straightens_the_logit():
    # logit(0.9) = ln 9; half of it is ln 3, of which the logistic function is 3/4
    assert calibrate(0.9, HALVED) == pytest.approx(0.75)
    assert calibrate(0.5, Curve(1.0, math.log(4))) == pytest.approx(0.8)
    assert calibrate(0.1234, None) == 0.1234


@pytest.mark.parametrize("score", [0.0, 1.0])
def test_certainty_stays_within_bounds_however_steep_the_curve_is(score):
    assert calibrate(score, Curve(1000.0, 0.0)) == score


def test_a_pack_without_curves_says_what_its_networks_say(files):
    answer = ask(Confidence(), files)
    assert answer.images[0].tags[0].score == 0.9
    assert answer.sounds[0].events[0].score == 0.7


def test_all_that_is_told_of_a_scene_is_honest(files):
    plain, honest = ask(Confidence(), files), ask(Confidence(tags=HALVED, boxes=HALVED, sounds=HALVED), files)
    for before, after in (
        (plain.images[0].tags[0], honest.images[0].tags[0]),
        (plain.images[0].objects[0], honest.images[0].objects[0]),
        (plain.sounds[0].events[0], honest.sounds[0].events[0]),
    ):
        assert after.score == pytest.approx(calibrate(before.score, HALVED))
        assert after.score != before.score
    assert honest.links[0].score == pytest.approx(honest.images[0].objects[0].score)
    assert honest.match.score == pytest.approx(honest.images[0].objects[0].score * honest.sounds[0].events[0].score)


def test_links_and_verdicts_have_curves_of_their_own(files):
    plain = ask(Confidence(), files)
    honest = ask(Confidence(links=HALVED, related=HALVED, unrelated=Curve(1.0, 9.0)), files)
    assert honest.links[0].score == pytest.approx(calibrate(plain.links[0].score, HALVED))
    assert honest.match.verdict == "related"
    assert honest.match.score == pytest.approx(calibrate(plain.match.score, HALVED))


def test_an_unsure_link_is_not_made_and_the_words_stay(files):
    plain = ask(Confidence(), files)
    [link] = plain.links
    assert ask(Confidence(least_link_score=link.score), files).links == plain.links
    unsure = ask(Confidence(least_link_score=link.score + 0.001), files)
    assert (unsure.links, unsure.answer) == ((), plain.answer)
    assert unsure.images == plain.images


def test_what_is_of_the_world_hangs_on_the_networks_own_scores(files):
    world = fake_pack().manifest.closed_world
    strict = msgspec.structs.replace(world, min_score=0.85) if world else None
    humbled = ask(Confidence(tags=HALVED), files, closed_world=strict)
    assert humbled.images[0].tags[0].score == pytest.approx(0.75)  # below `min_score`, and recognised all the same
