"""Conversations of several turns about a scene, every answer of which is right."""

from __future__ import annotations

import random

from build.world.facts import Language, Scene, Vocabulary
from build.world.talk.answers import Answers, speak
from build.world.talk.asking import Asked, Asker, ask_in_full
from build.world.talk.clarity import named
from build.world.talk.follow_ups import FollowUps
from build.world.talk.kinds import KINDS, Exchange, Kind, Subject
from build.world.talk.subjects import Subjects

_BLIND_SHARE = 0.06  # of questions asked although their medium is missing
_FOLLOW_UP_SHARE = 0.6
_PLURAL_SHARE = 0.5  # of questions about several of a kind that ask for all of them
_PASSING = ("small_talk", "sure", "count_all")  # after these, what was spoken of before is still the subject
_WITHOUT_MEMORY = ("no_picture", "no_sound", "no_referent")
_PRONOUNS = ("it_where", "it_colour", "it_size")
_MAY_BE_MANY = ("where", "colour", "size")


def converse(
    scene: Scene,
    rng: random.Random,
    language: Language,
    vocabulary: Vocabulary,
    n_turns: int,
    *,
    held_out: bool = False,
) -> tuple[Exchange, ...]:
    """A random conversation about a scene.

    Args:
        scene: what is talked about; questions whose medium is missing are rare and answered so.
        rng: source of randomness.
        language: of questions and answers.
        vocabulary: all that there is a word for.
        n_turns: how many exchanges; what a later one means may depend on those before it.
        held_out: whether the wordings that training never uses are used.
    """
    conversation = Conversation(scene, rng, language, vocabulary, held_out=held_out)
    return tuple(conversation.go_on() for _ in range(n_turns))


class Conversation:
    """A conversation that goes on turn by turn. For the arguments see `converse`."""

    def __init__(
        self, scene: Scene, rng: random.Random, language: Language, vocabulary: Vocabulary, *, held_out: bool
    ) -> None:
        grammar = speak(language, vocabulary)
        self._scene, self._rng, self._grammar = scene, rng, grammar
        self._answers = Answers(grammar, scene)
        self._asker = Asker(grammar, rng, held_out=held_out)
        self._subjects = Subjects(scene, vocabulary, rng)
        self._follow_ups = FollowUps(scene, vocabulary, rng)
        self._last: Asked | None = None
        self._has_begun = False

    def go_on(self) -> Exchange:
        """The next exchange."""
        follows_up = self._last and self._rng.random() < _FOLLOW_UP_SHARE
        asked = self._follow_ups.draw(self._last) if self._last and follows_up else None
        exchange = self._exchange(asked) if asked else self._begin_anew()
        self._has_begun = True
        return exchange

    def _begin_anew(self) -> Exchange:
        while True:
            kind = self._choose_kind()
            if kind in ("small_talk", "unknown_word", "out_of_scope", "no_referent"):
                return self._digress(kind)
            subject = self._subjects.draw(kind)
            if subject:
                n_alike = len(named(self._scene.objects, subject.label, subject.colour))
                says_all = kind in _MAY_BE_MANY and n_alike > 1 and self._rng.random() < _PLURAL_SHARE
                return self._exchange(ask_in_full(kind, subject, n_alike if says_all else 1))

    def _choose_kind(self) -> str:
        blind = self._rng.random() < _BLIND_SHARE
        kinds = [name for name, kind in KINDS.items() if blind or self._has_media(kind)]
        if self._has_begun:
            kinds.remove("no_referent")
        return self._rng.choices(kinds, [KINDS[kind].weight for kind in kinds])[0]

    def _has_media(self, kind: Kind) -> bool:
        is_blind = kind.seen and self._scene.objects is None
        return not is_blind and not (kind.heard and self._scene.sounds is None)

    def _digress(self, kind: str) -> Exchange:
        """An exchange that is not about what is seen and heard, or not clearly."""
        if kind == "small_talk":
            return Exchange(kind, *self._asker.make_small_talk())
        if kind == "no_referent":
            label = self._rng.choice(self._grammar.vocabulary.labels)
            wordings = self._rng.choice(_PRONOUNS)
            question = self._asker.ask(Asked("pronoun", "where", Subject(label), wordings))
        else:
            self._last = None
            question = self._asker.ask_about_stranger() if kind == "unknown_word" else self._asker.ask_out_of_scope()
        return Exchange(kind, question, self._grammar.sentence(kind))

    def _exchange(self, asked: Asked) -> Exchange:
        if asked.about == "sure":
            return Exchange("sure", self._asker.ask(asked), self._grammar.sentence("sure"))
        kind, answer = self._answers.answer(asked.about, asked.subject)
        if asked.about not in _PASSING:
            self._last = None if kind in _WITHOUT_MEMORY else asked
        return Exchange(asked.kind if kind == asked.about else kind, self._asker.ask(asked), answer)
