"""Trains nano's tongue, the language network, on conversations and drills about scenes that nobody has drawn.

    python -m build.nano.train_tongue --out out/nano2/tongue --steps 14000

A run that was stopped goes on with the same command.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch

from build.nano.tongue.lessons import Course, DrawScene, Talks, TonguePupil
from build.nano.tongue.network import bring_together, create_network
from build.nano.tongue.training import TongueRun
from build.world.facts import Scene, Vocabulary, read_vocabulary
from build.world.glyphs import Glyphs
from build.world.scenes import random_scene
from build.world.talk.tokenizer import Tokenizer, read_tokenizer, train_tokenizer

TOKENIZER_NAME = "tokenizer.model"


def scenes_of(vocabulary: Vocabulary) -> DrawScene:
    """What draws scenes of a vocabulary, in which no object is given a colour that it has anyway."""
    glyphs = Glyphs(vocabulary)

    def draw(chance: random.Random) -> Scene:
        return random_scene(np.random.default_rng(chance.getrandbits(64)), vocabulary, glyphs.own_colours)

    return draw


def open_tokenizer(out: Path, vocabulary: Vocabulary, draw_scene: DrawScene, seed: int) -> Tokenizer:
    """The run's tokenizer, learnt first where there is none."""
    path = out / TOKENIZER_NAME
    if not path.is_file():
        out.mkdir(parents=True, exist_ok=True)
        path.write_bytes(train_tokenizer(vocabulary, draw_scene, seed).serialized)
    return read_tokenizer(path)


def translations(vocabulary: Vocabulary, tokenizer: Tokenizer) -> Iterator[tuple[int, int]]:
    """The pieces of each English noun and gerund, and of its Spanish one, where they differ."""
    names = [(word.en, word.es) for word in vocabulary.objects] + [(word.en, word.es) for word in vocabulary.sounds]
    for english, spanish in names:
        if english != spanish:
            yield tokenizer.word_id(english), tokenizer.word_id(spanish)


def main() -> None:
    """Reads the command line and trains."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("out/nano2/tongue"))
    parser.add_argument("--steps", type=int, default=14_000)
    parser.add_argument("--rows", type=int, default=10, help="scenes a step")
    parser.add_argument("--width", type=int, default=160)
    parser.add_argument("--layers", type=int, default=5)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1, help="CPU threads for torch")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    vocabulary = read_vocabulary()
    draw_scene = scenes_of(vocabulary)
    tokenizer = open_tokenizer(options.out, vocabulary, draw_scene, options.seed)
    course = Course(n_steps=options.steps, n_rows=options.rows)
    talks = Talks(draw_scene, vocabulary, tokenizer, course, options.seed)
    network = create_network(tokenizer.n_pieces, options.width, options.layers, 14 * options.width // 5)
    bring_together(network, translations(vocabulary, tokenizer))
    pupil = TonguePupil(network)
    TongueRun(pupil, talks, options.steps, options.out).learn()


if __name__ == "__main__":
    main()
