"""Conversations and drills about random scenes as lessons, and the language network as the pupil that learns them."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from transformers import LlamaForCausalLM

from build.nano.tongue.network import answer_loss, embed_packed, exact_matches, predict_answers
from build.nano.tongue.packing import Packed, Row, pack_rows
from build.nano.tongue.slots import TYPICAL, UNDISTURBED, Bags, Disturbance, fill_bags
from build.training.pupil import Judged, Pupil, Share
from build.world.facts import LANGUAGES, Scene, Vocabulary
from build.world.talk.conversations import converse
from build.world.talk.drills import drill
from build.world.talk.kinds import Exchange
from build.world.talk.slots import N_IMAGE_SLOTS, N_SOUND_SLOTS, image_slots, sound_slots
from build.world.talk.tokenizer import Tokenizer, content_words

DrawScene = Callable[[random.Random], Scene]
_PLURAL_ENDINGS = ("dogs, dogs.", "flores y")  # of which the first piece of each is no ending


@dataclass(frozen=True, slots=True)
class Talk:
    """A share of a batch: packed conversations, the slots they are about, and the kind of each exchange."""

    packed: Packed
    images: Bags
    sounds: Bags
    noise: float
    kinds: Sequence[str]

    def to(self, device: torch.device) -> Talk:
        """The same on a device."""
        images, sounds = (Bags(it.ids.to(device), it.strengths.to(device)) for it in (self.images, self.sounds))
        return Talk(self.packed.to(device), images, sounds, self.noise, self.kinds)


@dataclass(frozen=True, slots=True)
class Course:
    """How lessons follow each other.

    Attributes:
        n_steps: of the whole run.
        n_rows: scenes a step.
        n_chains: conversations or drills about each.
        max_turns: of a conversation.
        n_validation: batches of fresh conversations, undisturbed.
    """

    n_steps: int
    n_rows: int = 10
    n_chains: int = 16
    max_turns: int = 4
    n_validation: int = 20

    def drill_share(self, step: int) -> float:
        """Drills fill most of the first half; towards the end they are one in seven."""
        return min(0.85, max(0.15, 0.85 - 3.75 * (step / self.n_steps - 0.45)))


class Talks:
    """The stream of lessons; the same for the same seed.

    Args:
        draw_scene: draws what is talked about.
        vocabulary: all that there is a word for.
        tokenizer: of both languages.
        course: how many of which.
        seed: of all that is drawn.
    """

    def __init__(
        self, draw_scene: DrawScene, vocabulary: Vocabulary, tokenizer: Tokenizer, course: Course, seed: int
    ) -> None:
        self._draw_scene, self._vocabulary, self._tokenizer = draw_scene, vocabulary, tokenizer
        self._course, self._seed = course, seed
        self._words = [tokenizer.word_id(word) for word in content_words(vocabulary)]
        endings = [piece for text in _PLURAL_ENDINGS for piece in tokenizer.encode(text)[1:]]
        self._content = frozenset((*self._words, *endings))

    @property
    def n_validation(self) -> int:
        """Batches of fresh conversations."""
        return self._course.n_validation

    def lesson(self, step: int, share: Share) -> Talk:
        """A share of a step's conversations and drills."""
        drill_share = self._course.drill_share(step)
        return self._talk(f"{self._seed}-{step}", share, drill_share, TYPICAL, held_out=False)

    def validation(self, number: int, share: Share) -> Talk:
        """A share of a batch about fresh scenes; every other batch is worded as training never is."""
        return self._talk(f"fresh-{self._seed}-{number}", share, 0.0, UNDISTURBED, held_out=number % 2 == 1)

    def _talk(self, seed: str, share: Share, drill_share: float, disturbance: Disturbance, *, held_out: bool) -> Talk:
        numbers = share.take(range(self._course.n_rows))
        pairs = [self._row(random.Random(f"{seed}-{number}"), drill_share, held_out=held_out) for number in numbers]
        scenes, rows = zip(*pairs, strict=True)
        rng = random.Random(f"{seed}-{share.number}")
        images, sounds = (
            fill_bags(slots, n_slots, self._tokenizer, self._words, rng, disturbance)
            for slots, n_slots in (
                ([image_slots(scene.objects or ()) for scene in scenes], N_IMAGE_SLOTS),
                ([sound_slots(scene.sounds or (), self._vocabulary) for scene in scenes], N_SOUND_SLOTS),
            )
        )
        exchanges = [exchange for row in rows for chain in row.chains for exchange in chain]
        packed = pack_rows(self._tokenizer, rows, self._content)
        return Talk(packed, images, sounds, disturbance.noise, _kinds_of(exchanges, held_out=held_out))

    def _row(self, rng: random.Random, drill_share: float, *, held_out: bool) -> tuple[Scene, Row]:
        scene = self._draw_scene(rng)
        chains = tuple(self._chain(scene, rng, drill_share, held_out=held_out) for _ in range(self._course.n_chains))
        queries = N_IMAGE_SLOTS * (scene.objects is not None), N_SOUND_SLOTS * (scene.sounds is not None)
        return scene, Row(*queries, chains)

    def _chain(self, scene: Scene, rng: random.Random, drill_share: float, *, held_out: bool) -> tuple[Exchange, ...]:
        language = rng.choice(LANGUAGES)
        if rng.random() < drill_share:
            return drill(scene, rng, language, self._vocabulary)
        n_turns = rng.randint(1, self._course.max_turns)
        return converse(scene, rng, language, self._vocabulary, n_turns, held_out=held_out)


class TonguePupil(Pupil):
    """The language network in training.

    Attributes:
        network: what learns.
    """

    def __init__(self, network: LlamaForCausalLM) -> None:
        super().__init__()
        self.network = network

    def judge(self, lesson: Talk) -> Judged:
        """Answers a lesson; the loss, of shape (), is summed over answer tokens by their weights."""
        table = self.network.get_input_embeddings().weight
        images, sounds = lesson.images.embed(table, lesson.noise), lesson.sounds.embed(table, lesson.noise)
        embedded = embed_packed(self.network, lesson.packed, images, sounds)
        logits = predict_answers(self.network, lesson.packed, embedded)
        loss, weight = answer_loss(logits, lesson.packed)
        return Judged(loss, weight, exact_matches(logits, lesson.packed))


def _kinds_of(exchanges: Sequence[Exchange], *, held_out: bool) -> Sequence[str]:
    return [f"{exchange.kind} reworded" if held_out else exchange.kind for exchange in exchanges]
