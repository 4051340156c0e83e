"""Nano's Q-Formers on frozen senses: they learn words, then answers, and are exported as they were learnt."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.functional import avg_pool1d, avg_pool2d, one_hot, pad

from bubo_desktop.engine.sessions import Session
from build.errors import BuildError
from build.nano.alignment.lessons import Course, Lessons
from build.nano.alignment.losses import find_owners
from build.nano.alignment.moments import SORTS, Moment, Moments
from build.nano.alignment.pupils import TalkPupil, WordsPupil
from build.nano.alignment.readers import Projections, QFormers, load_readers, stage_folder
from build.nano.alignment.truth import NOTHING, Seen
from build.nano.alignment.words import image_groups, image_words, sound_words
from build.nano.ears.listener import Listener
from build.nano.ears.network import CLIP_S, FRAMES_PER_STEP, STEP_S, SoundTagger
from build.nano.ears.network import WIDTH as TOKEN_WIDTH
from build.nano.ears.training import new_tagger
from build.nano.eyes.detector import Detector
from build.nano.eyes.namer import QUERY_WIDTH, SIDE_PX, Named
from build.nano.eyes.network import STRIDE, WIDTH, place_centres
from build.nano.eyes.reader import N_QUERIES, Reader
from build.nano.tongue.network import create_network
from build.onnx_export import export_onnx
from build.training.loop import Plan, Run, open_accelerator
from build.training.pupil import Share
from build.training.schedule import Schedule
from build.world.facts import COLOURS, NATURAL, Heard, ObjectWord, Placed, Scene, SoundWord, Vocabulary, read_vocabulary
from build.world.sounds.takes import LivePlayer
from build.world.talk.slots import N_SOUND_SLOTS, image_slots, slot_words, sound_slots

SIDE, N_STEPS, N_PIECES = 96, 40, 4096
ALL = Share(0, 1)
SURE = 10.0
TINY = Vocabulary(
    tuple(ObjectWord(en, es, "m", "?", sounds) for en, es, sounds in (
        ("dog", "perro", ("barking",)), ("cat", "gato", ("meowing", "purring")), ("bell", "timbre", ("ringing",)),
        ("clock", "reloj", ("ticking", "chiming")),
    )),
    tuple(SoundWord(en, es) for en, es in (
        ("barking", "ladrando"), ("meowing", "maullando"), ("purring", "ronroneando"), ("ringing", "sonando"),
        ("ticking", "latiendo"), ("chiming", "tocando"),
    )),
)  # fmt: skip


class Words:
    """Every word is a piece."""

    bos, eos = 1, 2
    control = {"<Vision>": 3, "</Vision>": 4, "<Audio>": 5, "</Audio>": 6, "<Human>": 7, "<Assistant>": 8}  # noqa: RUF012

    def __init__(self) -> None:
        self.ids: dict[str, int] = {}

    def word_id(self, word: str) -> int:
        return self.ids.setdefault(word, 9 + len(self.ids))

    def encode(self, text: str) -> tuple[int, ...]:
        return tuple(map(self.word_id, text.split()))


class PlainFinder(nn.Module):
    """Finds what `draw_plainly` paints: a place's red is a middle."""

    def forward(self, pixels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        fine = pad(avg_pool2d(pixels, STRIDE), (0, 0, 0, 0, 0, WIDTH - 3))
        centres = place_centres(*fine.shape[2:])
        boxes = torch.cat((centres - 0.1, centres + 0.1), -1).expand(len(fine), -1, -1)
        return fine, boxes, SURE * (2 * fine[:, 0].flatten(1) - 1)


class PlainNamer(nn.Module):
    """Names it: green is its label, blue its colour."""

    def forward(self, crops: torch.Tensor) -> Named:
        label, colour = crops[:, 1:3, SIDE_PX // 2, SIDE_PX // 2].mul(10).round().long().unbind(1)
        labels, colours = one_hot(label, len(TINY.labels)), one_hot(colour, len(COLOURS) + 1)[:, :-1]
        embedding = pad(torch.cat((labels, colours), 1).float(), (0, QUERY_WIDTH - labels.shape[1] - colours.shape[1]))
        return Named(SURE * labels.float(), SURE * colours.float(), embedding)


def plain_eyes() -> Detector:
    eyes = Detector(len(TINY.labels), len(COLOURS))
    eyes.finder, eyes.namer = PlainFinder(), PlainNamer()  # type: ignore[assignment]  # they see the same way
    return eyes


class PlainEars(nn.Module):
    """Hears label after label in the mel's bands."""

    def forward(self, mel: torch.Tensor) -> torch.Tensor:
        steps = avg_pool1d(mel[:, 0], FRAMES_PER_STEP).transpose(1, 2)
        return pad(steps, (0, TOKEN_WIDTH - steps.shape[-1]))


def plain_qformers() -> QFormers:
    torch.manual_seed(0)
    eyes, ears = plain_eyes(), SoundTagger(len(TINY.sounds))
    ears.encoder = PlainEars()  # type: ignore[assignment]  # it hears the same way
    with torch.no_grad():
        ears.classify.weight.copy_(2 * SURE * torch.eye(len(TINY.sounds), TOKEN_WIDTH))
        ears.classify.bias.fill_(-SURE)
    qformers = QFormers(eyes, ears, TINY)
    qformers.image = Reader(eyes, image_groups(TINY), width=64, n_blocks=1)
    qformers.sound = Listener(ears, N_SOUND_SLOTS, width=48)
    return qformers


def draw_plainly(rng: np.random.Generator, longest_s: float) -> Moment:
    n_places, n_clips = SIDE // STRIDE, -(-longest_s // CLIP_S)
    pixels = np.full((3, n_places, n_places), 0.01, np.float32)  # nothing is 0, which would be padding
    objects = []
    for cell in rng.choice(n_places**2, rng.integers(0, 4), replace=False).tolist():
        y, x = divmod(cell, n_places)
        label, colour = rng.integers(len(TINY.labels)), rng.integers(len(COLOURS) + 1)
        pixels[:, y, x] = 1, label / 10, colour / 10
        centre_x, centre_y = (x + 0.5) / n_places, (y + 0.5) / n_places
        box = (centre_x - 0.1, centre_y - 0.1, centre_x + 0.1, centre_y + 0.1)
        objects.append(Placed(TINY.labels[label], [*COLOURS, NATURAL][colour], box, 0.2))
    n_steps = int(n_clips) * N_STEPS
    tracks = np.zeros((64, n_steps), np.float32)
    heard = []
    for label in rng.choice(len(TINY.sounds), rng.integers(0, 4), replace=False).tolist():
        first = int(rng.integers(n_steps - 20))
        tracks[label, first : first + 20] = 1
        heard.append(Heard(TINY.sound_labels[label], first * STEP_S, (first + 20) * STEP_S))
    tracks[int(rng.integers(len(TINY.sounds))), 0] += 0.9  # a click is no sound
    mel = np.repeat(tracks, FRAMES_PER_STEP, 1).reshape(1, 64, int(n_clips), -1).transpose(2, 0, 1, 3)
    scene = Scene(tuple(sorted(objects, key=lambda it: it.centre[0])), tuple(sorted(heard, key=lambda it: it.start_s)))
    return Moment(scene, pixels.repeat(STRIDE, 1).repeat(STRIDE, 2), np.ascontiguousarray(mel))


def plan(n_steps: int, look_every: int) -> Plan:
    schedule = Schedule(
        n_epochs=1, steps_per_epoch=n_steps, peak_rate=2e-3, last_rate=1e-5, max_norm=5.0, matrix_rate=0.02
    )
    return Plan(schedule=schedule, seed=0, batch_size=8, validate_every=look_every, save_every=look_every)


def plain_lessons(n_chains: int = 0, n_validation: int = 0) -> Lessons:
    course = Course(n_moments=8, n_chains=n_chains, max_turns=2, n_validation=n_validation)
    return Lessons(draw_plainly, TINY, Words() if n_chains else None, course, seed=1)  # type: ignore[arg-type]


def test_the_words_are_those_that_the_language_network_was_taught() -> None:
    vocabulary = read_vocabulary()
    assert set(image_words(vocabulary)) | set(sound_words(vocabulary)) == {*slot_words(vocabulary), "nothing"}
    slot = image_slots([Placed("dog", "red", (0.1, 0.4, 0.3, 0.6), 0.2)])[0]
    assert all(word in group for word, group in zip(slot, image_groups(vocabulary), strict=False))
    [words] = sound_slots([Heard("barking", 0, 1)], vocabulary)
    at = vocabulary.sound_labels.index("barking")
    n = len(vocabulary.sounds)
    assert [sound_words(vocabulary)[k] for k in (at, n + at, 2 * n)] == words


def test_each_object_is_owned_by_one_query_that_stands_on_it() -> None:
    things = torch.tensor([[0.0, 0.0, 0.4, 0.4], [0.1, 0.1, 0.3, 0.3], [0.7, 0.7, 0.9, 0.9]])
    seen = Seen(things[None], torch.tensor([[[0], [1], [2]]]), torch.full((1, 3), 3))
    queries = torch.tensor([[0.1, 0.1, 0.31, 0.3], [0.0, 0.0, 0.39, 0.4], [0.0, 0.05, 0.4, 0.4], [0.5, 0, 0.6, 0.1]])
    assert find_owners(queries[None], seen).tolist() == [[1, 0, NOTHING, NOTHING]]


@pytest.fixture(scope="module")
def learnt(tmp_path_factory: pytest.TempPathFactory) -> tuple[QFormers, dict[str, float]]:
    out = tmp_path_factory.mktemp("stage1")
    qformers = plain_qformers()
    run = Run(open_accelerator(), WordsPupil(qformers), plain_lessons(n_validation=8), plan(120, 120), out, "")
    run.learn()
    assert run._logbook is not None
    return qformers, run._logbook.entries[-1].exact


def test_words_are_learnt(learnt: tuple[QFormers, dict[str, float]]) -> None:
    exact = learnt[1]
    for kind in ("label", "colour", "row", "column"):
        assert exact[f"said: {kind}"] > 0.9
    for n in (0, 1, 2, 3):
        assert exact[f"said: {n} sounds"] > 0.8


def test_sounds_stand_in_order_of_their_beginnings_over_all_clips(learnt: tuple[QFormers, dict[str, float]]) -> None:
    listener, n = learnt[0].sound, len(TINY.sounds)
    mel = torch.zeros(1, 3, 1, 64, N_STEPS * FRAMES_PER_STEP)
    for label, clip in ((4, 0), (0, 2), (2, 1)):  # none of which is told by its number
        mel[0, clip, 0, label, 80:240] = 1
    with torch.no_grad():
        bags = listener.bags(listener(mel))[0]
    assert bags[:, n : 2 * n].argmax(-1).tolist() == [4, 2, 0]
    assert bags[:, 2 * n : 2 * n + N_SOUND_SLOTS].argmax(-1).tolist() == [0, 1, 2]
    assert bags[:, -1].max() < 0.5


def test_a_run_that_was_stopped_goes_on_as_if_it_had_not_been(tmp_path: Path) -> None:
    def learn(out: Path, n_steps: int) -> dict[str, torch.Tensor]:
        run = Run(open_accelerator(), WordsPupil(plain_qformers()), plain_lessons(), plan(4, 2), out, "")
        for lessons, _ in zip(run._lessons(), range(n_steps), strict=False):
            run._step(lessons)
            run._look()
        return {name: value.clone() for name, value in run._pupil.learning().items()}

    learn(tmp_path / "stopped", 2)
    resumed, whole = learn(tmp_path / "stopped", 2), learn(tmp_path / "whole", 4)
    for name, value in whole.items():
        torch.testing.assert_close(resumed[name], value)


def test_answers_teach_the_qformers_and_projections_alone() -> None:
    words = Words()
    network = create_network(N_PIECES, width=32, n_layers=1, feed_forward=32)
    qformers = plain_qformers()
    pupil = TalkPupil(qformers, Projections(network, words, TINY), network)  # type: ignore[arg-type]
    course = Course(n_moments=4, n_chains=3, max_turns=2)
    lesson = Lessons(draw_plainly, TINY, words, course, 0).lesson(0, ALL)  # type: ignore[arg-type]
    judged = pupil(lesson)
    assert len(judged.is_right) == len(lesson.kinds)
    judged.loss.backward()
    taught = {name for name, parameter in pupil.named_parameters() if parameter.grad is not None}
    assert taught == set(pupil.learning())
    assert not any(name.startswith(("network", "qformers.image.detector", "qformers.sound.tagger")) for name in taught)
    assert {"projections.image", "projections.sound"} <= taught
    assert qformers.image.speak.weight.grad is not None
    assert qformers.image.speak.weight.grad.abs().sum() > 0


def test_half_a_batch_and_the_other_half_are_the_batch() -> None:
    lessons = plain_lessons()
    pupil = WordsPupil(plain_qformers())
    with torch.no_grad():
        whole, halves = pupil(lessons.lesson(3, ALL)), [pupil(lessons.lesson(3, Share(k, 2))) for k in range(2)]
    torch.testing.assert_close(whole.loss, halves[0].loss + halves[1].loss)
    assert whole.weight == halves[0].weight + halves[1].weight


@pytest.fixture(scope="module")
def training(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[torch.Tensor]]:
    """A folder in which stage 1 has been run for a step on random senses, and what was learnt."""
    out, vocabulary = tmp_path_factory.mktemp("alignment"), read_vocabulary()
    pupil = WordsPupil(QFormers(*random_senses(vocabulary), vocabulary))
    stream = Lessons(Moments(vocabulary, LivePlayer(), SIDE).draw, vocabulary, None, Course(8, 0, n_validation=0), 0)
    Run(open_accelerator(), pupil, stream, plan(1, 1), stage_folder(out, 1), "").learn()
    return out, list(pupil.learning().values())


def random_senses(vocabulary: Vocabulary) -> tuple[Detector, SoundTagger]:
    torch.manual_seed(3)
    return Detector(len(vocabulary.labels), len(COLOURS)), new_tagger(len(vocabulary.sounds), 0)


def test_what_was_learnt_is_rebuilt_and_runs_in_onnx_runtime(
    training: tuple[Path, list[torch.Tensor]], tmp_path: Path
) -> None:
    folder, wanted = training
    network = create_network(N_PIECES, width=32, n_layers=1, feed_forward=32)
    readers = load_readers(*random_senses(read_vocabulary()), network, Words(), folder)  # type: ignore[arg-type]
    learns = [p for qformer in (readers.image.qformer, readers.sound.qformer) for p in qformer.parameters()]
    for value, found in zip(wanted, (p for p in learns if p.requires_grad), strict=True):
        assert torch.equal(value, found)
    example = torch.zeros(1, 2, 1, 64, 240)
    export_onnx(readers.image, (torch.zeros(1, 3, SIDE, SIDE),), tmp_path / "image", ["pixel_values"], ["embeddings"])
    export_onnx(readers.sound, (example,), tmp_path / "sound", ["mel"], ["embeddings"], {"mel": {1: "clips"}})
    image, sound = (Session(tmp_path / name, 1) for name in ("image", "sound"))
    for n_clips in (1, 2, 5):
        pixels, mel = torch.randn(1, 3, SIDE, SIDE), torch.randn(1, n_clips, 1, 64, 240)
        with torch.no_grad():
            seen, heard = readers.image(pixels).numpy(), readers.sound(mel).numpy()
        assert seen.shape == (1, N_QUERIES, 32)
        assert heard.shape == (1, N_SOUND_SLOTS, 32)
        # Sums run in another order.
        np.testing.assert_allclose(image.run(pixel_values=pixels.numpy())["embeddings"], seen, atol=1e-4)
        np.testing.assert_allclose(sound.run(mel=mel.numpy())["embeddings"], heard, atol=1e-4)


def test_nothing_is_rebuilt_where_nothing_was_learnt(tmp_path: Path) -> None:
    network = create_network(N_PIECES, width=32, n_layers=1, feed_forward=32)
    with pytest.raises(BuildError, match="train the readers first"):
        load_readers(*random_senses(read_vocabulary()), network, Words(), tmp_path)  # type: ignore[arg-type]


def test_the_embedding_of_a_slot_is_the_sum_of_its_words() -> None:
    words, vocabulary = Words(), read_vocabulary()
    network = create_network(N_PIECES, width=32, n_layers=1, feed_forward=32)
    table = network.get_input_embeddings().weight
    projections = Projections(network, words, vocabulary)  # type: ignore[arg-type]
    names = image_words(vocabulary)
    bag = torch.zeros(len(names))
    said = ("dog", "red", "k0", "x3")
    bag[[names.index(word) for word in said]] = 1
    torch.testing.assert_close(bag @ projections.image, table[[words.word_id(word) for word in said]].sum(0))


def test_moments_are_of_all_sorts_and_the_same_again() -> None:
    vocabulary = read_vocabulary()
    moments = Moments(vocabulary, LivePlayer(), SIDE)
    drawn = [moments.draw(np.random.default_rng((5, k)), 2.0) for k in range(24)]
    found = set()
    for moment in drawn:
        seen, heard = moment.scene.objects, moment.scene.sounds
        assert (moment.pixels is None) == (seen is None)
        assert (moment.mel is None) == (heard is None)
        if seen is None or heard is None:
            found.add("picture" if seen is not None else "recording" if heard is not None else "nothing")
        else:
            sources = {vocabulary.source_of[each.sound] for each in heard}
            found.add("related" if sources & {thing.label for thing in seen} else "unrelated")
    assert found == set(SORTS)
    again = moments.draw(np.random.default_rng((5, 0)), 2.0)
    assert again.scene == drawn[0].scene
