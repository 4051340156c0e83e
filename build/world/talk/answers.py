"""The one right answer to each question about a scene: short, in the vocabulary's words, always in the same order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

from build.world.facts import NATURAL, Language, Placed, Scene, Vocabulary
from build.world.talk.clarity import holds, is_bigger, named
from build.world.talk.english import English
from build.world.talk.grammar import Grammar
from build.world.talk.kinds import COMPARISONS, KINDS, OPPOSITES, Subject
from build.world.talk.phrasebook import read_phrasebook
from build.world.talk.spanish import Spanish

_GRAMMARS: dict[Language, type[Grammar]] = {"en": English, "es": Spanish}


@cache
def speak(language: Language, vocabulary: Vocabulary) -> Grammar:
    """The grammar of a language, with its words."""
    return _GRAMMARS[language](vocabulary, read_phrasebook(language))


class Answers:
    """The answers to questions about one scene, in one language."""

    def __init__(self, grammar: Grammar, scene: Scene) -> None:
        self._grammar, self._scene = grammar, scene
        self._things, self._sounds = scene.objects or (), scene.sounds or ()
        self._sources = grammar.vocabulary.source_of
        self._of_kind: dict[str, Callable[[Subject], str]] = {
            "exists": self._exists, "where": self._where, "colour": self._colour, "colour_is": self._colour_is,
            "count": self._count, "size": self._size, "describe_short": self._describe_short,
            "describe_long": self._describe_long, "at": self._at, "relation_what": self._relation,
            "relation_is": self._relation, "inside": self._relation, "compare": self._compare,
            "compare_is": self._compare_is, "colour_which": self._colour_which, "count_colour": self._count_colour,
            "count_all": self._count_all, "else": self._else, "hear": self._hear, "hear_exists": self._hear_exists,
            "hear_order": self._hear_order, "else_heard": self._else_heard, "source": self._source,
            "match": self._match,
        }  # fmt: skip

    def answer(self, kind: str, subject: Subject) -> tuple[str, str]:
        """What the exchange counts as, and the answer to a question of `kind` about `subject`.

        The kind changes to `no_picture` or `no_sound` where that is missing, and to `refusal` where the question takes
        for granted what is not there.
        """
        say = self._grammar.sentence
        about = KINDS[kind]
        blind = about.seen and self._scene.objects is None
        deaf = about.heard and self._scene.sounds is None
        if blind or deaf:
            missing = "no_picture" if blind else "no_sound"
            return missing, say("no_media" if blind and deaf else missing)
        absent = [thing for thing in subject.things if not named(self._things, *thing)]
        if about.presupposes and absent:
            return "refusal", self._absent(*absent[0])
        return kind, self._of_kind[kind](subject)

    def _say(self, answer: str, label: str, n_things: int = 1, colour: str = "", **fields: str) -> str:
        return self._grammar.sentence(answer, **self._grammar.forms(label, n_things, colour), **fields)

    def _absent(self, label: str, colour: str = "") -> str:
        return self._say("absent", label, 1, colour)

    def _exists(self, subject: Subject) -> str:
        n_things = len(named(self._things, subject.label, subject.colour))
        if not n_things:
            return self._say("exists_no", subject.label, 1, subject.colour)
        counted = self._grammar.counted(subject.label, n_things, subject.colour)
        return self._say("exists_yes", subject.label, n_things, counted=counted)

    def _count(self, subject: Subject) -> str:
        n_things = len(named(self._things, subject.label, subject.colour))
        if not n_things:
            return self._absent(subject.label, subject.colour)
        counted = self._grammar.numbered(subject.label, n_things, subject.colour)
        return self._say("count", subject.label, n_things, counted=counted)

    def _where(self, subject: Subject) -> str:
        things = named(self._things, subject.label, subject.colour)
        places = dict.fromkeys(self._grammar.place(thing.place) for thing in things)
        return self._say("where", subject.label, len(things), subject.colour, places=self._grammar.join(tuple(places)))

    def _colour(self, subject: Subject) -> str:
        return self._say_colours(subject.label, named(self._things, subject.label))

    def _say_colours(self, label: str, things: Sequence[Placed]) -> str:
        colours = tuple(dict.fromkeys(thing.colour for thing in things))
        if colours == (NATURAL,):
            return self._say("colour_natural", label, len(things))
        return self._say("colour", label, len(things), colours=self._grammar.colours(label, colours, len(things)))

    def _colour_is(self, subject: Subject) -> str:
        things = named(self._things, subject.label)
        is_so = things[0].colour == subject.relation
        return self._verdict(is_so, self._say_colours(subject.label, things))

    def _verdict(self, is_so: bool, sentence: str) -> str:
        return f"{self._grammar.sentence('yes' if is_so else 'no')} {sentence[0].lower()}{sentence[1:]}"

    def _size(self, subject: Subject) -> str:
        things = named(self._things, subject.label, subject.colour)
        sizes = tuple(dict.fromkeys(thing.size for thing in things))
        said = self._grammar.sizes(subject.label, sizes, len(things))
        return self._say("size", subject.label, len(things), subject.colour, sizes=said)

    def _see(self, things: str) -> str:
        return self._grammar.sentence("see", things=things)

    def _describe_short(self, _: Subject) -> str:
        return self._see(self._grammar.listed(self._things)) if self._things else self._grammar.sentence("see_nothing")

    def _describe_long(self, _: Subject) -> str:
        if not self._things:
            return self._grammar.sentence("see_nothing")
        described = [f"{self._grammar.described(thing)} {self._grammar.place(thing.place)}" for thing in self._things]
        return self._see(self._grammar.join(described))

    def _see_or_nothing(self, things: Sequence[Placed], where: str) -> str:
        if not things:
            return self._grammar.sentence("see_nothing_at", where=where)
        return self._grammar.sentence("see_at", things=self._grammar.listed(things), where=where)

    def _at(self, subject: Subject) -> str:
        assert subject.place
        things = [thing for thing in self._things if thing.place == subject.place]
        return self._see_or_nothing(things, self._grammar.place(subject.place))

    def _relation(self, subject: Subject) -> str:
        anchor = named(self._things, subject.other, subject.other_colour)[0]
        beside = self._grammar.beside(subject.relation, subject.other, subject.other_colour)
        if not subject.label:
            things = [thing for thing in self._things if thing is not anchor]
            return self._see_or_nothing([t for t in things if holds(subject.relation, t, anchor)], beside)
        is_so = bool(holds(subject.relation, named(self._things, subject.label, subject.colour)[0], anchor))
        opposite = OPPOSITES.get(subject.relation)
        if not is_so and opposite:
            beside = self._grammar.beside(opposite, subject.other, subject.other_colour)
        answer = "relation" if is_so or opposite else "relation_not"
        return self._verdict(is_so, self._say(answer, subject.label, 1, subject.colour, beside=beside))

    def _is_so(self, subject: Subject) -> bool:
        """Whether the first object is bigger than the other, or smaller where that is asked."""
        thing = named(self._things, subject.label, subject.colour)[0]
        other = named(self._things, subject.other, subject.other_colour)[0]
        return bool(is_bigger(thing, other)) == (subject.relation == "bigger")

    def _compare(self, subject: Subject) -> str:
        pair = subject.things if self._is_so(subject) else subject.things[::-1]
        return self._compared(pair, subject.relation)

    def _compare_is(self, subject: Subject) -> str:
        is_so = self._is_so(subject)
        relation = subject.relation if is_so else COMPARISONS[subject.relation]
        return self._verdict(is_so, self._compared(subject.things, relation))

    def _compared(self, pair: Sequence[tuple[str, str]], relation: str) -> str:
        (label, colour), (other, other_colour) = pair
        bigger = self._grammar.agree(self._grammar.book.comparisons[relation][0], label, 1)
        than = self._grammar.forms(other, 1, other_colour)["the"]
        return self._say("compare", label, 1, colour, bigger=bigger, than=than)

    def _of_colour(self, colour: str) -> list[Placed]:
        return [thing for thing in self._things if thing.colour == colour]

    def _colour_which(self, subject: Subject) -> str:
        things = self._of_colour(subject.colour)
        if not things:
            return self._nothing_of(subject.colour)
        return self._see(self._grammar.listed(things, subject.colour))

    def _count_colour(self, subject: Subject) -> str:
        n_things = len(self._of_colour(subject.colour))
        if not n_things:
            return self._nothing_of(subject.colour)
        return self._grammar.sentence(
            "count_one" if n_things == 1 else "count_several",
            things=self._grammar.counted_things(n_things, subject.colour),
        )

    def _nothing_of(self, colour: str) -> str:
        return self._grammar.sentence("nothing_of_color", color=self._grammar.book.words[colour])

    def _count_all(self, _: Subject) -> str:
        n_things = len(self._things)
        if not n_things:
            return self._grammar.sentence("see_nothing")
        return self._grammar.sentence(
            "count_one" if n_things == 1 else "count_several", things=self._grammar.counted_things(n_things)
        )

    def _else(self, subject: Subject) -> str:
        things = [thing for thing in self._things if subject.label and thing.label != subject.label]
        if not things:
            return self._grammar.sentence("see_nothing_else")
        return self._grammar.sentence("see_else", things=self._grammar.listed(things))

    def _hear(self, _: Subject) -> str:
        return self._list_sounds("hear", "hear_nothing", [sound.sound for sound in self._sounds])

    def _hear_exists(self, subject: Subject) -> str:
        sounds = [sound.sound for sound in self._sounds if self._sources[sound.sound] == subject.label]
        if not sounds:
            return self._say("hear_exists_no", subject.label)
        return self._list_sounds("hear_exists_yes", "", sounds)

    def _else_heard(self, subject: Subject) -> str:
        others = [heard.sound for heard in self._sounds if subject.label not in ("", self._sources[heard.sound])]
        return self._list_sounds("hear_else", "hear_nothing_else", others)

    def _list_sounds(self, answer: str, without_any: str, sounds: Sequence[str]) -> str:
        if not sounds:
            return self._grammar.sentence(without_any)
        return self._grammar.sentence(answer, sounds=self._grammar.join([self._grammar.heard(it) for it in sounds]))

    def _hear_order(self, subject: Subject) -> str:
        index = {"first": 0, "second": 1, "third": 2, "last": -1}[subject.relation]
        chosen = [heard.sound for heard in (self._sounds[-1:] if index == -1 else self._sounds[index : index + 1])]
        return self._list_sounds(f"hear_{subject.relation}", "hear_no_more" if self._sounds else "hear_nothing", chosen)

    def _is_seen(self, sound: str) -> bool:
        return bool(named(self._things, self._sources[sound]))

    def _reason_aloud(self) -> str:
        """Sound by sound, whether its source is seen: each is one look-up then, which a small network can do."""
        return " ".join(
            self._say(
                "source_seen" if self._is_seen(heard.sound) else "source_unseen",
                self._sources[heard.sound],
                heard=self._grammar.heard(heard.sound),
            )
            for heard in self._sounds
        )

    def _source(self, _: Subject) -> str:
        return self._reason_aloud() if self._sounds else self._grammar.sentence("hear_nothing")

    def _match(self, _: Subject) -> str:
        if not self._sounds:
            return self._grammar.sentence("silent")
        is_related = any(self._is_seen(heard.sound) for heard in self._sounds)
        return f"{self._reason_aloud()} {self._grammar.sentence('related' if is_related else 'unrelated')}"
