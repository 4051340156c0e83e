"""The questions that people ask of pictures and sounds, as a grammar for the recogniser.

Source of the format: JSpeech Grammar Format, w3.org/TR/jsgf.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from bubo_desktop.inflection import english_plurals

ALWAYS = ("object", "person", "sound", "thing", "animal")
GRAMMAR = """#JSGF V1.0;
grammar questions;
<colour> = red | blue | green | yellow | orange | purple | pink | brown | black | white | gray;
<article> = a | an | any;
<the> = the | this | that;
<one> = [<colour>] ({singular});
<many> = [<colour>] ({plural});
<thing> = <the> <one>;
<side> = above | below | under | inside | in | on | next to | near | behind | [to the] (left | right) of;
<picture> = <the> (picture | image | photo | scene);
<noise> = sound | noise;
<be> = is | are;
<perceive> = see | hear;
<made> = made | makes | is making;
public <question> =
    what [else] (do | can) you <perceive> [in <picture>]
  | what [else] is (this | that | it | here | there | in <picture>)
  | what am i holding | what do i have in my hand | who is (this | that | in <picture>)
  | how many <many> (<be> there | (do | can) you see) [in <picture>] | how many are there
  | <be> there <article> (<one> | <many>) [in <picture>]
  | (do | can) you <perceive> (<article> | <the>) (<one> | <many>)
  | where <be> (<thing> | <the> <many> | it | they)
  | what (color | colour) <be> (<thing> | <the> <many> | it | they)
  | is <thing> (<side> <thing> | <colour> | big | small) | what is <side> <thing>
  | which is (bigger | smaller) <thing> or <thing>
  | what <made> <the> <noise> | what is <the> <noise> | what was that [<noise>]
  | which (object | thing | one) <made> <the> <noise>
  | describe (<picture> | it | what you <perceive>) | tell me what you <perceive>
  | (do | does) <picture> and <the> <noise> belong together
  | is (this | that) <article> <one> | what (kind | sort) of <one> is (this | that | it);
"""


def list_questions(things: Sequence[str], is_known: Callable[[str], bool]) -> str:
    """The grammar of all questions about things.

    Args:
        things: nouns.
        is_known: whether a recogniser knows these words, separated by blanks; things that it does not are left out.
    """
    nouns = list(dict.fromkeys(thing.lower() for thing in (*ALWAYS, *things) if is_known(thing.lower())))
    plurals = (" ".join(plural) for noun in nouns for plural in english_plurals(tuple(noun.split())))
    return GRAMMAR.format(singular=_either(nouns), plural=_either(filter(is_known, plurals)))


def _either(words: Iterable[str]) -> str:
    return " | ".join(dict.fromkeys(words))
