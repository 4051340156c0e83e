"""Somebody who speaks: a synthesiser whose sentences a recogniser of real voices understands."""

from __future__ import annotations

import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from bubo_desktop.data import Clip
from bubo_desktop.sounds import read_sound

QUESTIONS = (
    "What do you see?", "How many dogs are there?", "What made that noise?", "Where is the red car?",
    "Is there a cat in the picture?", "What do you hear?", "Which object makes this sound?",
    "Is the bird above the tree?", "What color is the house?", "How many people are there?", "Describe the picture.",
    "Do the picture and the sound belong together?",
)  # fmt: skip
OTHERS = (
    "Please close the window before you leave.", "I would like a cup of coffee.",
    "Who wrote this letter to my brother?", "Can you read the text on the label?",
    "The meeting starts at nine tomorrow.", "Why is the man in the photograph laughing?",
    "Which of these two is the better choice?", "Tell me a story about the sea.", "Does it look broken to you?",
    "What should I cook with these things?", "When was this building made?", "Show me something else.",
)  # fmt: skip
THINGS = ("bird", "car", "cat", "dog", "house", "tree")
VOICES = ("awb", "rms", "slt", "kal16")


def record(sentence: str, path: Path, voice: str = "rms") -> None:
    """Says a sentence into a WAV file."""
    subprocess.run(["flite", "-voice", voice, "-t", sentence, "-o", str(path)], check=True)


def say(sentence: str, voice: str = "rms") -> Clip:
    """A sentence as it would be recorded."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "said.wav"
        record(sentence, path, voice)
        wave = read_sound(path)
    return Clip(rate_hz=wave.rate_hz, samples=wave.samples.astype("<f4").tobytes())


def words_of(sentence: str) -> list[str]:
    """Its words, without capitals and signs."""
    return "".join(sign for sign in sentence.lower() if sign.isalnum() or sign in " '").split()
