"""The shipped pack, from a question to an answer that points, through the engine process."""

import math
import os
import signal

import numpy as np
import pytest
import soundfile
from PIL import Image

from bubo_desktop.client import EngineClient, EngineState, Patience
from bubo_desktop.errors import InputError
from bubo_desktop.geometry import decode_mask, mask_bounds
from bubo_desktop.packs.manifest import read_manifest
from bubo_desktop.pictures import read_pixels

WAIT_MS = 60_000


@pytest.fixture
def garden(nano) -> str:
    return str(nano / "samples" / "garden.png")


@pytest.fixture
def dog(nano) -> str:
    return str(nano / "samples" / "dog.wav")


def write_sound(path, samples, rate_hz: int = 16_000, **form) -> str:
    soundfile.write(path, samples, rate_hz, **form)
    return str(path)


def labels(picture) -> list[str]:
    return sorted(thing.label for thing in picture.objects)


def thing_of(answer, label: str):
    return next(thing for picture in answer.images for thing in picture.objects if thing.label == label)


def test_the_samples_are_answered_as_the_manifest_promises(talk, nano):
    cases = read_manifest(nano).self_test
    assert cases
    for case in cases:
        images = [str(nano / case.image)] if case.image else []
        sounds = [str(nano / case.sound)] if case.sound else []
        answer = talk.ask(case.question, images, sounds)
        found = {label for picture in answer.images for label in labels(picture)}
        found |= {event.label for sound in answer.sounds for event in sound.events}
        assert set(case.labels) <= found
        assert case.answer.lower() in answer.answer.lower()


def test_what_comes_out_holds_together(talk, garden, dog):
    answer = talk.ask("What do you see?", [garden], [dog])
    [picture] = answer.images
    height, width = read_pixels(garden).shape[:2]
    assert (picture.width, picture.height) == (width, height)
    assert {tag.label for tag in picture.tags} >= set(labels(picture))
    for thing in picture.objects:
        x0, y0, x1, y1 = thing.box_xyxy_px
        assert 0 <= x0 < x1 <= width
        assert 0 <= y0 < y1 <= height
        mask = decode_mask(thing.mask_rle)
        assert mask.shape == (height, width)
        assert mask_bounds(mask) is not None
    ids = {thing.id for thing in picture.objects}
    assert answer.links
    for link in answer.links:
        assert answer.answer[link.start : link.end] == link.text
        assert set(link.objects) <= ids
        assert {thing.label for thing in picture.objects if thing.id in link.objects} & set(link.text.lower().split())


def test_temperature_0_gives_the_same_answer_every_time(talk, garden):
    answers = [talk.ask("Where is the dog?", [garden]) for _ in range(3)]
    assert len({answer.answer for answer in answers}) == 1
    assert answers[0].links == answers[2].links


def test_the_object_that_makes_the_sound_is_pointed_at(talk, garden, dog):
    answer = talk.ask("Which object makes this sound?", [garden], [dog])
    assert answer.match.verdict == "related"
    assert answer.match.source_objects == (thing_of(answer, "dog").id,)


def test_words_for_what_is_heard_point_at_its_events(talk, nano):
    answer = talk.ask("What do you hear?", [], [str(nano / "samples" / "bell_and_cat.wav")])
    named = {event.label: set() for event in answer.sounds[0].events}
    for link in answer.sound_links:
        assert answer.answer[link.start : link.end] == link.text
        for place in link.events:
            named[answer.sounds[0].events[place].label] |= set(link.text.split())
    assert named["ringing"] >= {"bell", "ringing"}
    assert named["meowing"] >= {"cat", "meowing"}


def test_a_thing_that_is_not_there_is_marked(talk, garden):
    answer = talk.ask("Is there a piano?", [garden])
    assert [(link.text, link.objects) for link in answer.links] == [("piano", ())]


def test_a_sound_of_something_else_is_unrelated(talk, garden, nano):
    answer = talk.ask("Do picture and sound belong together?", [garden], [str(nano / "samples" / "train.wav")])
    assert answer.match.verdict == "unrelated"
    assert answer.match.source_objects == ()


def test_silence_is_silent(talk, garden, tmp_path):
    silence = write_sound(tmp_path / "silence.wav", np.zeros(32_000))
    answer = talk.ask("Do picture and sound belong together?", [garden], [silence])
    assert answer.match.verdict == "silent"
    assert answer.sounds[0].events == ()


def test_two_pictures_keep_their_objects_apart(talk, nano, garden):
    answer = talk.ask("What do you see?", [garden, str(nano / "samples" / "music_room.png")])
    first, second = answer.images
    assert "dog" in labels(first)
    assert "dog" not in labels(second)
    ids = [thing.id for picture in answer.images for thing in picture.objects]
    assert len(ids) == len(set(ids))


def bad_files(folder, nano) -> dict[str, str]:
    """Files that a user may well try, and what becomes of each: `refused`, or `used`."""
    garden = Image.open(nano / "samples" / "garden.png").convert("RGB")
    (folder / "text.png").write_text("no picture")
    garden.save(folder / "whole.jpg")
    (folder / "cut.jpg").write_bytes((folder / "whole.jpg").read_bytes()[:2000])
    (folder / "empty.png").touch()
    Image.new("1", (13_000, 13_000)).save(folder / "bomb.png")
    Image.fromarray(np.asarray(garden.convert("L")).astype(np.uint16) * 257).save(folder / "grey16.png")
    garden.convert("CMYK").save(folder / "cmyk.jpg")
    garden.save(folder / "moving.gif", save_all=True, append_images=[Image.new("RGB", garden.size)])
    samples, rate_hz = soundfile.read(nano / "samples" / "dog.wav")
    write_sound(folder / "none.wav", samples[:0])
    write_sound(folder / "nan.wav", np.full(1000, math.nan), subtype="FLOAT")
    (folder / "text.wav").write_text("no sound")
    write_sound(folder / "8bit.wav", samples, rate_hz, subtype="PCM_U8")
    write_sound(folder / "24bit.wav", samples, rate_hz, subtype="PCM_24")
    write_sound(folder / "stereo.wav", np.stack([samples, samples], 1), rate_hz)
    write_sound(folder / "96k.wav", np.repeat(samples, 96_000 // rate_hz), 96_000)
    for kind in ("flac", "ogg", "mp3"):
        write_sound(folder / f"a.{kind}", samples, rate_hz)
    refused = ("text.png", "cut.jpg", "empty.png", "bomb.png", "missing.png", "none.wav", "nan.wav", "text.wav")
    files = {path.name for path in folder.iterdir()} | {"missing.png"}
    return {name: "refused" if name in refused else "used" for name in sorted(files)}


def test_every_bad_file_is_either_used_rightly_or_refused_in_one_sentence(talk, nano, tmp_path):
    for name, fate in bad_files(tmp_path, nano).items():
        path = [str(tmp_path / name)]
        images, sounds = ([], path) if name.endswith(("wav", "flac", "ogg", "mp3")) else (path, [])
        if fate == "refused":
            with pytest.raises(InputError) as refusal:
                talk.ask("What is this?", images, sounds)
            assert refusal.value.message.count(".") >= 1
            assert "\n" not in str(refusal.value)
        elif sounds:
            events = talk.ask("What do you hear?", [], sounds).sounds[0].events
            assert "barking" in {event.label for event in events}, name
        else:
            picture = talk.ask("What do you see?", images).images[0]
            assert (picture.width, picture.height) == read_pixels(path[0]).shape[1::-1]
            if name != "grey16.png":  # without its colours the world looks strange, and may rightly not be recognised
                assert "dog" in labels(picture), name


def test_killed_with_a_question_in_hand_it_comes_back_and_answers_again(qtbot, nano, garden):
    """Nano answers faster than a signal arrives, so it is held still first; tests/client kills in mid-answer."""
    client = EngineClient(patience=Patience(restarts=5))
    client.start(nano)
    answers = []
    client.done.connect(lambda done: answers.append(done.answer.answer))
    with qtbot.waitSignal(client.done, timeout=WAIT_MS):
        client.ask("What do you see?", [garden])
    for _ in range(3):
        os.kill(client.pid, signal.SIGSTOP)
        with qtbot.waitSignal(client.failed, timeout=WAIT_MS):
            client.ask("What do you see?", [garden])
            os.kill(client.pid, signal.SIGKILL)
        with qtbot.waitSignal(client.done, timeout=WAIT_MS):
            client.ask("What do you see?", [garden])
    assert len(set(answers)) == 1
    client.stop()
    qtbot.waitUntil(lambda: client.state is EngineState.stopped, timeout=WAIT_MS)


def test_what_was_prepared_costs_nothing_when_asked(qtbot, nano, garden, dog):
    """Seeing, hearing, naming and reading happen when a file is attached: the question adds its own words only."""
    client = EngineClient()
    client.start(nano)
    with qtbot.waitSignal(client.done, timeout=WAIT_MS):
        client.prepare([garden], [dog])
    fractions = []
    client.progress.connect(lambda p: fractions.append(p.fraction) if p.stage == "prefill" else None)
    with qtbot.waitSignal(client.done, timeout=WAIT_MS) as waited:
        client.ask("What do you see?", [garden], [dog])
    answer = waited.args[0].answer
    n_media = 16 + 8  # positions of nano's picture and sound
    assert max(f for f in fractions if f < 1) >= n_media / answer.tokens.prompt
    client.stop()
    qtbot.waitUntil(lambda: client.state is EngineState.stopped, timeout=WAIT_MS)
