"""Small words of English and Spanish that say which of several objects is meant."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _by_form(**forms: str) -> dict[str, str]:
    return {form: meaning for meaning, text in forms.items() for form in text.split()}


ENGLISH = _words(
    "the an is are there i see hear it of and with in on at to this they you yes its has have near by "
    "what where which who how do does"
)
SPANISH = _words(
    "el la los las un una unos unas hay es son está están veo oigo y en de del al sí con que su se lo "
    "qué ves oyes dónde cuál cuáles quién cuántos cuántas cómo"
)

COLOURS_EN = {
    **{word: word for word in _words("red yellow green blue orange pink black white brown")},
    **_by_form(purple="purple violet", grey="grey gray"),
}
COLOURS_ES = _by_form(
    red="rojo roja rojos rojas", yellow="amarillo amarilla amarillos amarillas", green="verde verdes",
    blue="azul azules", purple="morado morada morados moradas violeta violetas púrpura", orange="naranja naranjas",
    pink="rosa rosas", black="negro negra negros negras", white="blanco blanca blancos blancas",
    brown="marrón marrones", grey="gris grises",
)  # fmt: skip
COLOURS = COLOURS_EN | COLOURS_ES
SIZES_EN = _by_form(small="small little tiny", large="big large huge")
SIZES_ES = _by_form(small="pequeño pequeña pequeños pequeñas", large="gran grande grandes")
SIZES = SIZES_EN | SIZES_ES
NUMBERS = {
    **{word: n for n, word in enumerate("one two three four five six seven eight nine ten".split(), 1)},
    **{word: n for n, word in enumerate("uno dos tres cuatro cinco seis siete ocho nueve diez".split(), 1)},
    **dict.fromkeys(_words("a an un una another otro otra this that este esta ese esa aquel aquella"), 1),
    **dict.fromkeys(_words("both ambos ambas"), 2),
}
DETERMINERS = frozenset(NUMBERS) | _words(
    "the el la los las these those estos estas some several many unos unas "
    "all each every my your its his her no ningún ninguna"
)
OTHERS = _words("another other otro otra otros otras")
COPULAS = _words("is are was were looks look es son está están era eran")

NEGATIONS = _words(
    "no not never without neither nor none cannot nothing sin ningún ninguna ninguno ni nunca tampoco "
    "can't don't doesn't didn't isn't aren't wasn't weren't couldn't won't haven't hasn't"
)
MILD_NEGATIONS = {("not", "only"), ("not", "just"), ("not", "far"), ("no", "doubt"), ("no", "solo"), ("no", "sólo")}
CONJUNCTIONS = _words("and but while whereas y e pero mientras aunque")
LIST_WORDS = _words("or nor and o u y e ni")

# Words that make a sentence one about sounds.
HEARING = _words(
    "hear hears heard hearing listen listens listening sound sounds sounding noise noises audio recording "
    "oigo oye oyen escucho escucha escuchan suena suenan sonido sonidos ruido ruidos audio grabación"
)

PLACES = {
    "left": (-1, None), "leftmost": (-1, None), "izquierda": (-1, None), "izquierdo": (-1, None),
    "right": (1, None), "rightmost": (1, None), "derecha": (1, None), "derecho": (1, None),
    "top": (None, -1), "upper": (None, -1), "arriba": (None, -1), "superior": (None, -1),
    "bottom": (None, 1), "lower": (None, 1), "abajo": (None, 1), "inferior": (None, 1),
    "center": (0, 0), "centre": (0, 0), "middle": (0, 0), "central": (0, 0), "centro": (0, 0), "medio": (0, 0),
}  # fmt: skip
CLEAR_PLACES = _words("leftmost rightmost arriba abajo")
BEFORE_PLACE = _words(
    "the on at in to far upper lower top bottom center centre middle la el al a en lado parte esquina"
)
AFTER_PLACE = _words("side corner half part edge hand one left right center centre")
INSIDE_PLACE = _words("a la el en the side corner half part edge hand")
PICTURES = _words("picture image photo photograph drawing scene frame screen imagen foto fotografía dibujo escena")
ORDINALS = {
    word: index
    for index, words in enumerate((
        "first primera primer 1", "second segunda 2", "third tercera tercer 3", "fourth cuarta 4",
    ))
    for word in words.split()
}  # fmt: skip

# Labels that are often no noun: colours (`the car is orange`) and verbs (`it can fly`, `the bell rings`).
COLOUR_NOUNS = frozenset(COLOURS) | _words("rose gold silver olive peach cherry lime cream")
VERB_NOUNS = _words(
    "ring fly watch duck bear saw train plant park can light swim play seal bat box spring ship book hammer"
)
BEFORE_VERB = _words("i you we they it he she who which that can could will would may might must should to")
