"""The stages of a request, with fake parts."""

import dataclasses
from pathlib import Path

import msgspec
import numpy as np
import pytest
import soundfile
from PIL import Image

from bubo_desktop.data import STAGES, Answer, Sampling, Turn
from bubo_desktop.engine.cancellation import Cancellation, CancelledWork
from bubo_desktop.engine.pipeline import Pipeline
from bubo_desktop.engine.prompt import Embeddings, Text
from bubo_desktop.errors import InputError
from bubo_desktop.geometry import decode_mask
from bubo_desktop.protocol import Ask, Prepare, Progress, Token
from tests.fakes.parts import ANSWER, DOG_BOX, EXACT_BOX, NOTHING, NOTICE, fake_pack

RATE_HZ = 16_000


@pytest.fixture
def pipeline() -> Pipeline:
    return Pipeline(fake_pack())


@pytest.fixture
def dog(tmp_path) -> str:
    return write_picture(tmp_path / "dog.png", np.arange(16 * 20 * 3, dtype=np.uint8).reshape(16, 20, 3))


@pytest.fixture
def wall(tmp_path) -> str:
    return write_picture(tmp_path / "wall.png", np.full((16, 20, 3), 90, np.uint8))


@pytest.fixture
def barking(tmp_path) -> str:
    return write_sound(tmp_path / "barking.wav", np.linspace(1, 0, RATE_HZ))


@pytest.fixture
def hum(tmp_path) -> str:
    return write_sound(tmp_path / "hum.wav", np.sin(np.arange(RATE_HZ)) / 2)


@pytest.fixture
def silence(tmp_path) -> str:
    return write_sound(tmp_path / "silence.wav", np.zeros(RATE_HZ))


def write_picture(path, rgb) -> str:
    Image.fromarray(rgb).save(path)
    return str(path)


def write_sound(path, samples) -> str:
    alternating = samples * np.resize([1.0, -1.0], len(samples))
    soundfile.write(path, alternating * 0.9, RATE_HZ)
    return str(path)


def ignore(_event) -> None:
    pass


def ask(pipeline: Pipeline, question: str = "plain", emit=ignore, **details) -> Answer:
    return pipeline.answer(Ask(id=1, question=question, **details), Cancellation(), emit)


def embeddings_in(prompt) -> list[Embeddings]:
    return [segment for segment in prompt if isinstance(segment, Embeddings)]


def test_an_answer_points_at_the_object_it_names(pipeline, dog):
    answer = ask(pipeline, images=(dog,))
    assert answer.answer == ANSWER
    [picture] = answer.images
    assert (picture.path, picture.width, picture.height) == (dog, 20, 16)
    [tag], [thing], [link] = picture.tags, picture.objects, answer.links
    assert tag.label == thing.label == "dog"
    assert answer.answer[link.start : link.end] == link.text
    assert "dog" in link.text
    assert (link.image, link.objects) == (0, (thing.id,))


def test_the_mask_sharpens_the_box(pipeline, dog):
    found = []
    answer = ask(pipeline, images=(dog,), emit=found.append)
    [thing] = answer.images[0].objects
    assert thing.box_xyxy_px == EXACT_BOX
    x0, y0, x1, y1 = map(int, EXACT_BOX)
    mask = decode_mask(thing.mask_rle)
    assert mask[y0:y1, x0:x1].all()
    assert mask.sum() == (y1 - y0) * (x1 - x0)
    sent = next(event.picture for event in found if hasattr(event, "picture"))
    assert sent.objects[0].box_xyxy_px == DOG_BOX


def test_ids_are_unique_in_an_answer_with_several_pictures(pipeline, dog):
    answer = ask(pipeline, images=(dog, dog))
    ids = [thing.id for picture in answer.images for thing in picture.objects]
    assert len(ids) == len(set(ids)) == 2
    assert {link.image: link.objects for link in answer.links} == {0: (ids[0],), 1: (ids[1],)}


@pytest.mark.parametrize(
    ("sound", "verdict", "sources"),
    [("barking", "related", (0,)), ("silence", "silent", ())],
)
def test_picture_and_sound_are_matched(pipeline, dog, request, sound, verdict, sources):
    answer = ask(pipeline, images=(dog,), sounds=(request.getfixturevalue(sound),))
    assert (answer.match.verdict, answer.match.source_objects) == (verdict, sources)


def test_without_both_there_is_no_verdict(pipeline, dog, barking):
    assert ask(pipeline, images=(dog,)).match is None
    assert ask(pipeline, sounds=(barking,)).match is None
    assert ask(pipeline).match is None


def test_what_is_heard_stands_in_the_answer(pipeline, barking):
    [sound] = ask(pipeline, sounds=(barking,)).sounds
    assert (sound.path, sound.duration_s) == (barking, 1.0)
    assert [event.label for event in sound.events] == ["barking"]


def test_words_for_what_is_heard_are_linked_to_it(pipeline, barking):
    pipeline.pack.language.plain = lambda: ["I hear ", "a dog ", "barking."]
    answer = ask(pipeline, sounds=(barking,))
    assert [(link.text, link.sound, link.events) for link in answer.sound_links] == [("dog barking", 0, (0,))]
    assert answer.links == ()


def test_a_thing_that_is_only_said_is_marked_unless_it_is_heard(wall, barking, hum):
    pipeline = Pipeline(fake_pack(closed_world=False))
    assert [link.objects for link in ask(pipeline, images=(wall,)).links] == [()]
    pipeline.pack.language.plain = lambda: ["I hear a dog."]
    assert [link.objects for link in ask(pipeline, images=(wall,), sounds=(hum,)).links] == [()]
    assert ask(pipeline, images=(wall,), sounds=(barking,)).links == ()


@pytest.mark.parametrize("files", [{"images": ["wall"]}, {"sounds": ["hum"]}, {"images": ["wall"], "sounds": ["hum"]}])
def test_a_closed_world_does_not_talk_of_what_it_does_not_know(pipeline, request, files):
    tokens = []
    paths = {kind: tuple(map(request.getfixturevalue, names)) for kind, names in files.items()}
    answer = ask(pipeline, emit=lambda event: tokens.append(event) if isinstance(event, Token) else None, **paths)
    assert answer.answer == NOTHING == "".join(token.text for token in tokens)
    assert pipeline.pack.language.prompts == []
    assert answer.match is None
    assert answer.tokens.generated == 0


@pytest.mark.parametrize(
    ("question", "said"), [("¿Qué ves?", "No conozco nada."), ("que ves", "No conozco nada."), ("What is it?", NOTHING)]
)
def test_a_closed_world_says_so_in_the_language_of_the_question(wall, question, said):
    pack = fake_pack()
    world = msgspec.structs.replace(pack.manifest.closed_world, nothing_recognised_es="No conozco nada.")
    pack = dataclasses.replace(pack, manifest=msgspec.structs.replace(pack.manifest, closed_world=world))
    assert ask(Pipeline(pack), question, images=(wall,)).answer == said


def test_a_closed_world_leaves_out_what_it_does_not_know_and_says_so(pipeline, dog, wall, hum):
    answer = ask(pipeline, images=(wall, dog), sounds=(hum,))
    assert answer.answer == ANSWER
    assert len(embeddings_in(pipeline.pack.language.prompts[-1])) == 1
    assert [note for note in answer.notes if "left out" in note] == [
        "Nothing known was recognised in picture 1, so it was left out.",
        "Nothing known was recognised in sound 1, so it was left out.",
    ]


def test_a_closed_world_names_nothing_it_is_not_sure_of(dog):
    pack = fake_pack()
    world = msgspec.structs.replace(pack.manifest.closed_world, min_score=0.95)
    pack = dataclasses.replace(pack, manifest=msgspec.structs.replace(pack.manifest, closed_world=world))
    answer = ask(Pipeline(pack), images=(dog,))
    assert answer.answer == NOTHING
    assert (answer.images[0].tags, answer.images[0].objects) == ((), ())


def test_silence_is_no_ignorance(pipeline, silence):
    assert ask(pipeline, sounds=(silence,)).answer == ANSWER


def test_an_open_world_talks_of_everything(wall, hum):
    pipeline = Pipeline(fake_pack(closed_world=False))
    answer = ask(pipeline, images=(wall,), sounds=(hum,))
    assert answer.answer == ANSWER
    assert len(embeddings_in(pipeline.pack.language.prompts[-1])) == 2
    assert answer.match.verdict == "silent"


def test_the_notice_of_the_pack_and_its_fallbacks_are_always_told(pipeline, wall):
    for answer in (ask(pipeline), ask(pipeline, images=(wall,))):
        assert set(answer.notes) >= {NOTICE, "A note of the language part."}


def test_a_cut_answer_says_so(pipeline):
    answer = ask(pipeline, sampling=Sampling(max_tokens=2))
    assert answer.tokens.generated == 2
    assert any("cut" in note for note in answer.notes)


def test_what_was_prepared_is_not_looked_at_again(pipeline, dog, barking):
    pipeline.prepare(Prepare(id=1, images=(dog,), sounds=(barking,)), Cancellation(), Cancellation(), ignore)
    [prefix] = pipeline.pack.language.prompts
    n_looks = pipeline.pack.vision.n_looks
    ask(pipeline, images=(dog,), sounds=(barking,))
    assert pipeline.pack.vision.n_looks == n_looks + 1  # only the masks
    prompt = pipeline.pack.language.prompts[-1]
    assert isinstance(prefix[-1], Embeddings)
    assert all(
        a == b if isinstance(a, Text) else np.array_equal(a.rows, b.rows) for a, b in zip(prefix, prompt, strict=False)
    )
    ask(pipeline, images=(dog,), sounds=(barking,))
    assert pipeline.pack.vision.n_looks == n_looks + 1


def test_a_changed_file_is_looked_at_again(pipeline, dog, wall):
    assert ask(pipeline, images=(dog,)).images[0].objects
    Path(dog).write_bytes(Path(wall).read_bytes())
    assert not ask(pipeline, images=(dog,)).images[0].objects


def test_the_conversation_is_part_of_the_request(pipeline):
    ask(pipeline, history=(Turn("before", "indeed"),))
    words = [segment.text for segment in pipeline.pack.language.prompts[-1]]
    assert words.index("before") < words.index("indeed") < words.index("plain")


def test_stages_that_ran_are_timed_and_told_in_order(pipeline, dog, barking):
    events = []
    answer = ask(pipeline, images=(dog,), sounds=(barking,), emit=events.append)
    assert set(answer.timings_ms) == set(STAGES)
    told = list(dict.fromkeys(event.stage for event in events if isinstance(event, Progress)))
    assert told == ["see", "hear", "tag", "locate", "prefill", "generate", "link", "segment"]
    assert all(0 <= event.fraction <= 1 for event in events if isinstance(event, Progress))
    assert set(ask(pipeline).timings_ms) == {"load", "prefill", "first_token", "generate", "link"}


@pytest.mark.parametrize("stage", ["see", "hear", "tag", "locate", "prefill", "generate", "link", "segment"])
def test_every_stage_can_be_cancelled(pipeline, dog, barking, stage):
    cancellation = Cancellation()
    stages = []

    def cancel_there(event) -> None:
        if isinstance(event, Progress):
            stages.append(event.stage)
            if event.stage == stage and event.fraction == 0.0:
                cancellation.cancel()

    request = Ask(id=1, question="endless" if stage == "generate" else "plain", images=(dog,), sounds=(barking,))
    with pytest.raises(CancelledWork):
        pipeline.answer(request, cancellation, cancel_there)
    assert stages[-1] == stage
    assert ask(pipeline, images=(dog,), sounds=(barking,)).answer == ANSWER


@pytest.mark.parametrize("question", ["", "  \n"])
def test_an_empty_question_is_refused(pipeline, question):
    with pytest.raises(InputError):
        ask(pipeline, question)


def test_a_pack_without_senses_still_answers(dog, barking):
    pack = fake_pack(closed_world=False)
    parts = msgspec.structs.replace(
        pack.manifest.parts, vision=None, hearing=None, tagger=None, grounder=None, segmenter=None, sound_tagger=None
    )
    manifest = msgspec.structs.replace(pack.manifest, parts=parts)
    bare = type(pack)(manifest=manifest, language=pack.language)
    answer = ask(Pipeline(bare), images=(dog,), sounds=(barking,))
    assert answer.answer == ANSWER
    assert answer.images[0].objects == ()
    assert answer.match is None
